import { describe, expect, test } from 'vitest';
import { acceptanceBed } from './acceptance-bed.js';

const { bed } = await acceptanceBed();

describe('bad input', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const cases: [string, { payload?: string; headers: Record<string, string> }, number][] = [
    ['malformed JSON', { payload: '{"_customer_number":', headers: { 'content-type': 'application/json' } }, 400],
    ['JSON that is no object', { payload: '[1]', headers: { 'content-type': 'application/json' } }, 400],
    ['another content type', { payload: '<a/>', headers: { 'content-type': 'application/xml' } }, 415],
    ['a repeated parameter', { payload: '_customer_number=1&_customer_number=2', headers: form }, 400],
    ['no body', { headers: {} }, 400],
    ['a body over the limit', { payload: `_customer_number=1&x=${'x'.repeat(1_100_000)}`, headers: form }, 413],
    ['a value over the limit', { payload: `_customer_number=1&x=${'x'.repeat(70_000)}`, headers: form }, 400],
    ['a charset nobody knows', { payload: '{}', headers: { 'content-type': 'application/json; charset=x' } }, 415],
  ];
  test.each(cases)('%s is a clear error in the dialect of GMS', async (_name, options, status) => {
    const answer = await bed.request('POST', '/1/service/callback/Now', options);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      exception: expect.stringMatching(/^com\.genesyslab\.gsg\./),
      message: expect.stringMatching(/./),
    });
    expect(await bed.database.query('select id from callback')).toEqual([]);
  });
});

describe('addresses and methods', () => {
  const refusals: [method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', path: string, allow: string][] = [
    ['POST', '/1/service/callback', 'GET'],
    ['DELETE', '/1/service/callback/Now', 'GET, POST'],
    ['GET', '/1/service/callback/Now/1-a', 'PUT, DELETE'],
    ['POST', '/1/service/callback/Now/availability', 'GET'],
    ['PUT', '/2/service/callback/Now/availability', 'GET'],
    ['POST', '/1/admin/callback/queues', 'GET'],
    ['PATCH', '/1/admin/callback/watermarks', 'GET'],
    ['GET', '/1/admin/callback/cancel', 'POST'],
    ['GET', '/1/admin/callback/reschedule', 'POST'],
    ['GET', '/1/admin/callback/reportcancelled', 'POST'],
  ];
  test.each(refusals)('%s %s is refused with the methods that there are', async (method, path, allow) => {
    const answer = await bed.request(method, path, { headers: { 'content-type': 'application/json' } });
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
    expect(answer.body).toEqual({
      exception: 'com.genesyslab.gsg.GSGException',
      message: `Method ${method} is not allowed here: use ${allow.replaceAll(', ', ' or ')}`,
    });
    const asked = await bed.request('OPTIONS', path);
    const offered = allow.includes('GET') ? `${allow}, HEAD, OPTIONS` : `${allow}, OPTIONS`;
    expect([asked.status, asked.body, asked.headers.allow]).toEqual([200, '', offered]);
  });

  test.each(['//1/service/callback/Now', '/1//service/callback/Now/', '/1/service/callback/Now/?'])(
    '%s is the service Now',
    async (path) => {
      const answer = await bed.request('POST', path, { payload: { _customer_number: '5115' } });
      expect([answer.status, answer.body._id]).toEqual([200, expect.any(String)]);
    },
  );
});
