import Fastify from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { gmsPhoneNumberApi } from './phone-number.js';

const server: Record<string, string> = {};
const app = Fastify();
await app.register(gmsPhoneNumberApi, {
  prefix: '/genesys',
  credentials: { service: () => undefined, section: () => server },
  log: silentLogger,
});

afterAll(() => app.close());

async function ask(query: string, headers: Record<string, string> = {}) {
  const answer = await app.inject({ url: `/genesys/1/phonenumber?${query}`, headers });
  return {
    status: answer.statusCode,
    type: answer.headers['content-type'],
    body: answer.json(),
    headers: answer.headers,
  };
}

describe('the phone number service', () => {
  /** gms-observed 13; carriers are those of the library's data, which is newer. */
  const observed: [query: string, members: object][] = [
    [
      'number=0604120405&country=FR&geocodingLocale=DE',
      {
        'country-code': 33,
        'country-code-source': 'FROM_DEFAULT_COUNTRY',
        'country-default': 'FR',
        'language-specified': 'de',
        location: 'Frankreich',
        'number-E164': '+33604120405',
        'number-international': '+33 6 04 12 04 05',
        'number-national': '06 04 12 04 05',
        'number-national-short': '604120405',
        'number-original': '06 04 12 04 05',
        'number-specified': '0604120405',
        'number-type': 'MOBILE',
        'region-code': 'FR',
        'time-zone': 'Europe/Paris',
        carrier: expect.stringMatching(/./),
      },
    ],
    [
      'number=%2B4989125016040&country=DE&geocodingLocale=FR',
      {
        'country-code': 49,
        'country-code-source': 'FROM_NUMBER_WITH_PLUS_SIGN',
        'country-default': 'DE',
        'language-specified': 'fr',
        location: 'Munich',
        'number-E164': '+4989125016040',
        'number-international': '+49 89 125016040',
        'number-national': '089 125016040',
        'number-national-short': '89125016040',
        'number-original': '+49 89 125016040',
        'number-specified': '+4989125016040',
        'number-type': 'FIXED_LINE',
        'region-code': 'DE',
        'time-zone': 'Europe/Berlin',
        carrier: '',
      },
    ],
    [
      'number=+16504661100&geocodingLocale=FR',
      {
        'country-code': 1,
        'country-code-source': 'FROM_NUMBER_WITH_PLUS_SIGN',
        'country-default': 'US',
        'language-specified': 'fr',
        location: 'California',
        'number-E164': '+16504661100',
        'number-international': '+1 650-466-1100',
        'number-national': '(650) 466-1100',
        'number-national-short': '6504661100',
        'number-specified': '+16504661100',
        'number-type': 'FIXED_LINE_OR_MOBILE',
        'region-code': 'US',
        'time-zone': 'America/Los_Angeles',
        carrier: '',
      },
    ],
    [
      'number=509113790&country=UA',
      {
        'country-code': 380,
        'country-code-source': 'FROM_DEFAULT_COUNTRY',
        'country-default': 'UA',
        'language-specified': 'en',
        location: 'Ukraine',
        'number-E164': '+380509113790',
        'number-international': '+380 50 911 3790',
        'number-national': '050 911 3790',
        'number-national-short': '509113790',
        'number-original': '50 911 3790',
        'number-specified': '509113790',
        'number-type': 'MOBILE',
        'region-code': 'UA',
        'time-zone': expect.stringMatching(/^Europe\//),
        carrier: expect.stringMatching(/./),
      },
    ],
  ];
  test.each(observed)('V1: describes %s', async (query, members) => {
    const { status, type, body } = await ask(query);
    expect([status, type]).toEqual([200, 'application/json;charset=utf-8']);
    expect(body).toEqual({
      extension: '',
      'is-possible-number': true,
      'is-premium': false,
      'is-valid-number': true,
      'is-valid-number-for-region': true,
      'italian-leading-zero': false,
      'number-original': expect.any(String),
      ...members,
    });
  });

  test.each([
    ['number=bad&country=DE&geocodingLocale=de', 'Invalid Phone Number bad for Country DE (parsing impossible)'],
    ['country=de', 'Invalid Phone Number  for Country DE (parsing impossible)'],
    ['number=604120405&country=XX', 'Invalid Phone Number 604120405 for Country XX (parsing impossible)'],
    [`number=${'1'.repeat(200)}`, `Invalid Phone Number ${'1'.repeat(200)} for Country US (parsing impossible)`],
  ])('V2: refuses %s', async (query, message) => {
    const { status, body } = await ask(query);
    expect(status).toBe(400);
    expect(body).toEqual({ exception: 'com.genesyslab.gsg.GSGException', message });
  });

  const others: [query: string, members: object][] = [
    ['number=%2B33604120405&country=XX', { 'region-code': 'FR', 'is-valid-number-for-region': false }],
    ['number=0033604120405&country=DE', { 'country-code-source': 'FROM_NUMBER_WITH_IDD', 'region-code': 'FR' }],
    ['number=16504661100&country=us', { 'country-code-source': 'FROM_NUMBER_WITHOUT_PLUS_SIGN' }],
    ['number=%2B390612345678&country=IT&geocodingLocale=it', { 'italian-leading-zero': true, location: 'Roma' }],
    ['number=%2B19005551234', { 'is-premium': true, 'number-type': 'PREMIUM_RATE' }],
    ['number=111', { 'is-possible-number': false, 'is-valid-number': false, 'number-type': 'UNKNOWN', location: '' }],
    ['number=%2B16504661100%20ext%2012', { extension: '12', 'number-E164': '+16504661100' }],
    ['number=312345678&country=JP', { 'number-international': '+81 3-1234-5678', 'number-original': '3-1234-5678' }],
    [
      'number=0212345678&country=AU',
      { 'number-international': '+61 2 1234 5678', 'number-national': '(02) 1234 5678' },
    ],
    ['number=11961234567&country=BR', { 'number-international': '+55 11 96123-4567' }],
    ['number=%2B80012345678', { 'region-code': '', 'country-code': 800 }],
    ['number=%2B4989125016040&geocodingLocale=../../etc', { location: 'Munich' }],
    ['number=%2B33604120405&geocodingLocale=zh_TW', { location: '法國' }],
  ];
  test.each(others)('describes %s', async (query, members) => {
    expect((await ask(query)).body).toMatchObject(members);
  });

  test('refuses a repeated parameter', async () => {
    const { status, body } = await ask('number=1&number=2');
    expect([status, body.message]).toEqual([400, 'Invalid parameter number : it is given more than once']);
  });

  test('is behind the credentials of the server', async () => {
    Object.assign(server, { username: 'U', password: 'P' });
    const refused = await ask('number=0604120405&country=FR');
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Basic /)]);
    const authorization = `Basic ${Buffer.from('U:P').toString('base64')}`;
    expect((await ask('number=0604120405&country=FR', { authorization })).status).toBe(200);
  });
});
