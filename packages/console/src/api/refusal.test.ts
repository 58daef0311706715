import { describe, expect, it } from 'vitest';
import { refusal } from './refusal.js';

describe('a refusal', () => {
  it('says in words that the office is closed, although the message is JSON inside of JSON', () => {
    const body = JSON.stringify({
      exception: 'com.genesyslab.gsg.services.callback.CallbackServiceException',
      message: '{"status":"closed","reason":"closed_day_of_week"}',
    });
    expect(refusal(400, 'Bad Request', body).message).toBe('The service is closed on that day of the week.');
  });

  it('offers the proposals that still have room, soonest first', () => {
    const body = JSON.stringify({
      message: 'Too many requests at desired time [..]. Proposing time slots.',
      availability: { '2026-05-28T16:00:00.000Z': 3, '2026-05-28T15:15:00.000Z': '5', '2026-05-28T15:30:00.000Z': 0 },
    });
    expect(refusal(400, 'Bad Request', body).proposals).toEqual([
      { at: Date.parse('2026-05-28T15:15:00.000Z'), free: 5 },
      { at: Date.parse('2026-05-28T16:00:00.000Z'), free: 3 },
    ]);
  });

  it('names the wrong fields of a problem document', () => {
    const body = JSON.stringify({
      title: 'Invalid body',
      detail: 'The body is not valid.',
      errors: [{ pointer: '#/default/ringSeconds', detail: 'must be at least 0' }],
    });
    const refused = refusal(422, 'Unprocessable Entity', body);
    expect(refused.message).toBe('The body is not valid.');
    expect(refused.fields).toEqual(['default › ringSeconds: must be at least 0']);
  });

  it('is readable when the answer is not JSON', () => {
    expect(refusal(502, 'Bad Gateway', '<html>nginx</html>').message).toBe('The server answered 502 · Bad Gateway');
    expect(refusal(503, '', 'try later').message).toBe('The server answered 503 · try later');
  });
});
