import { describe, expect, test } from 'vitest';
import { RingbackError } from '../../kernel/index.js';
import { acceptanceBed } from './acceptance-bed.js';

const { bed, configureNow } = await acceptanceBed();

describe('redirection', () => {
  const cases: [overwritable: string | undefined, configured: string | undefined, asked: string | undefined, string][] =
    [
      ['_redirect', 'hello', undefined, 'hello'],
      ['_redirect', 'hello', 'other', 'other'],
      ['_redirect', 'hello', '', 'the callback'],
      [undefined, 'hello', '', 'hello'],
      [undefined, 'hello', undefined, 'hello'],
      [undefined, 'hello', 'other', 'hello'],
      ['', 'hello', '', 'hello'],
      ['', 'hello', 'other', 'hello'],
      ['_redirect', undefined, undefined, 'the callback'],
      ['_redirect', undefined, '', 'the callback'],
      ['_redirect', undefined, 'other', 'other'],
      ['_redirect', '', undefined, 'the callback'],
      ['_redirect', '', '', 'the callback'],
      ['_redirect', '', 'other', 'other'],
      [undefined, undefined, 'other', 'the callback'],
    ];
  test.each(cases)(
    'overwritable %j, configured %j, asked %j: %s',
    async (overwritable, configured, asked, expected) => {
      configureNow({
        ...(overwritable !== undefined && { _overwritable_options: overwritable }),
        ...(configured !== undefined && { _redirect: configured }),
      });
      const { status, body } = await bed.start('Now', {
        _customer_number: '1',
        ...(asked !== undefined && { _redirect: asked }),
      });
      expect(status).toBe(200);
      if (expected === 'the callback') expect(body).toHaveProperty('_id');
      else expect(body).toEqual({ msg: expected });
    },
  );

  test.each([
    ['unknown-service', 'Service gone is not configured', 404, 'com.genesyslab.gsg.GSGException'],
    [
      'no-resource',
      'No resource available in group ONE',
      503,
      'com.genesyslab.gsg.services.resource.ResourceException',
    ],
    ['missing-parameter', 'Missing mandatory parameter _id', 400, 'com.genesyslab.gsg.GSGException'],
  ])('answers with the refusal of the other service: %s', async (code, message, status, exception) => {
    configureNow({ _redirect: 'gone' });
    bed.refusals.set('gone', new RingbackError(code, message));
    const answer = await bed.start('Now', { _customer_number: '1' });
    expect([answer.status, answer.body]).toEqual([status, { exception, message }]);
  });

  test('to another callback service makes a callback of that one, by its rules, and leads no further', async () => {
    configureNow({ _redirect: 'Other', _overwritable_options: '_redirect' });
    const other = { _type: 'ors', _service: 'callback', _redirect: 'Now', _mandatory_customer_lookup_keys: '_email' };
    bed.configuration.set('services', 'Other', other);
    const refused = await bed.start('Now', { _customer_number: '1' });
    expect([refused.status, refused.body.message]).toEqual([
      400,
      'Invalid option: missing mandatory lookup key [_email]',
    ]);
    const { status, body } = await bed.start('Now', { _customer_number: '1', _email: 'a@b.c' });
    expect(status).toBe(200);
    expect(await bed.record(body._id)).toMatchObject({ _service_name: 'Other', _customer_number: '1' });
    expect(bed.redirected).toEqual([]);
  });
});
