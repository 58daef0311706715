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
