import { beforeEach, describe, expect, test } from 'vitest';
import { ServerBed } from './server-bed.js';

/** The scenarios in which the contact centre calls the customer (gms-callback.md 3.3 to 3.6, 3.11), over HTTP alone. */
const bed = await ServerBed.create();

beforeEach(async () => {
  await bed.settle();
});

/** Moves on, second by second, until a callback is in a state; the seconds that it took. */
async function until(id: string, state: string, most = 120): Promise<number> {
  for (let seconds = 0; seconds <= most; seconds += 1) {
    if ((await bed.state(id)) === state) return seconds;
    await bed.advance(1);
  }
  throw new Error(`${await bed.state(id)} after ${most} s instead of ${state}`);
}

describe('User-Terminated-Immediate', () => {
  test('is answered with a dialog, dialed at once, and ends with two people talking', async () => {
    await bed.service('Now', { _wait_for_agent: 'false', _retain_session_until_ixn_deleted: 'true' });
    const number = bed.number();
    const { _id, ...dialog } = await bed.book('Now', { _customer_number: number });
    expect(dialog).toMatchObject({
      _dialog_id: '0',
      _action: 'ConfirmationDialog',
      _text: 'You will receive the call shortly',
      _ok_title: 'Ok',
    });
    expect(await bed.state(_id)).toBe('QUEUED');
    await until(_id, 'ROUTING');
    await until(_id, 'PROCESSING');
    await until(_id, 'COMPLETED/AGENT_CONNECTED');
    expect(await bed.attempts(_id)).toEqual(['CONNECTED']);
    expect(await bed.dialed(number)).toHaveLength(1);
  });
});
