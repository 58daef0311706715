import { beforeAll, describe, expect, test } from 'vitest';
import { ServerBed } from './server-bed.js';

describe('delivery of a callback', () => {
  let bed: ServerBed;

  beforeAll(async () => {
    bed = await ServerBed.create();
    await bed.simulate();
    for (const policy of ['agent-first', 'customer-first', 'hybrid']) {
      await bed.service(policy, { _delivery_policy: policy, _dial_retry_timeout: '60' });
    }
    await bed.service('short', { _delivery_policy: 'hybrid', _delivery_hold: '5' });
  });

  /** Books, and lets the phone ring for `ring` seconds. */
  const ringing = async (service: string, party: object, ring: number) => {
    const number = bed.number();
    await bed.simulate({ numbers: { [number]: { outcome: 'answer', talkSeconds: 5, ...party } } });
    const { _id } = await bed.book(service, { _customer_number: number });
    await bed.advance(ring);
    return { _id, agent: () => bed.must('GET', '/api/v1/agents/a100/state'), record: () => bed.record(_id) };
  };

  test('hybrid: an agent is held while the phone rings, and takes the call at the answer', async () => {
    const { _id, agent, record } = await ringing('hybrid', { ringSeconds: 8 }, 4);
    expect(await agent()).toMatchObject({ state: 'reserved' });
    await bed.advance(30);
    expect(await record()).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'AGENT_CONNECTED' });
    const place = await bed.must('GET', `/api/v1/waiting/places/${_id}`);
    expect(place).toMatchObject({ kind: 'callback', state: 'selected', agent: 'a100', stillBefore: [] });
    expect(place.decision).toMatchObject({ type: 'route.decision', outcome: 'selected' });
  });

  test('hybrid: an agent is held no longer than allowed, and the callback keeps its place', async () => {
    const { _id, agent, record } = await ringing('short', { ringSeconds: 12 }, 3);
    expect(await agent()).toMatchObject({ state: 'reserved' });
    await bed.advance(5);
    expect(await agent()).toMatchObject({ state: 'ready' });
    const [place] = await bed.must('GET', '/api/v1/waiting/queues/SupportVQ/line');
    expect(place).toMatchObject({ callback: _id, position: 1, takesTurn: false });
    expect(place.waitedSeconds).toBeGreaterThanOrEqual(8);
    await bed.advance(40);
    expect(await record()).toMatchObject({ _callback_reason: 'AGENT_CONNECTED' });
  });

  test('hybrid: an agent is given back at once when the customer does not answer', async () => {
    const { agent, record } = await ringing('hybrid', { outcome: 'busy', ringSeconds: 4 }, 2);
    expect(await agent()).toMatchObject({ state: 'reserved' });
    await bed.advance(3);
    expect(await agent()).toMatchObject({ state: 'ready' });
    await bed.advance(200);
    expect(await record()).toMatchObject({ _callback_reason: 'FAIL_CALL_TO_CUSTOMER' });
    expect(await agent()).toMatchObject({ state: 'ready' });
    expect(await bed.must('GET', '/api/v1/waiting/queues/SupportVQ/line')).toEqual([]);
  });

  test('hybrid: an agent who is held for one phone serves whoever answers another one first', async () => {
    const first = await ringing('hybrid', { ringSeconds: 18 }, 3);
    expect(await first.agent()).toMatchObject({ state: 'reserved' });
    const second = await ringing('hybrid', { ringSeconds: 2 }, 6);
    expect(await second.record()).toMatchObject({ _callback_reason: 'AGENT_CONNECTED' });
    expect(await first.record()).toMatchObject({ _callback_state: 'QUEUED' });
    const [place] = await bed.must('GET', '/api/v1/waiting/queues/SupportVQ/line');
    expect(place).toMatchObject({ callback: first._id, position: 1, takesTurn: true });
    await bed.advance(60);
    expect(await first.record()).toMatchObject({ _callback_reason: 'AGENT_CONNECTED' });
    expect(await second.record()).toMatchObject({ _callback_reason: 'AGENT_CONNECTED' });
    expect(await first.agent()).toMatchObject({ state: 'ready' });
  });

  test('hybrid: nobody is held for a phone that rings while a customer who has answered is next', async () => {
    const talking = await ringing('customer-first', { ringSeconds: 1, talkSeconds: 75 }, 6);
    expect(await talking.agent()).toMatchObject({ state: 'busy' });
    const older = await ringing(
      'hybrid',
      { sequence: [{ outcome: 'busy' }, { outcome: 'answer', ringSeconds: 28, talkSeconds: 120 }] },
      3,
    );
    const younger = await ringing('hybrid', { ringSeconds: 2, talkSeconds: 90 }, 62);
    expect(await older.record()).toMatchObject({ _callback_state: 'QUEUED' });
    expect(await younger.record()).toMatchObject({ _callback_state: 'ROUTING' });
    await bed.advance(12);
    expect(await younger.record()).toMatchObject({ _callback_reason: 'AGENT_CONNECTED' });
    expect(await older.record()).toMatchObject({ _callback_state: 'QUEUED' });
    await bed.advance(300);
    expect(await older.record()).toMatchObject({ _callback_reason: 'AGENT_CONNECTED' });
    expect(await bed.must('GET', '/api/v1/waiting/queues/SupportVQ/line')).toEqual([]);
  });

  test('customer-first: no agent is held, and the next one takes the call', async () => {
    const { agent, record } = await ringing('customer-first', { ringSeconds: 8 }, 4);
    expect(await agent()).toMatchObject({ state: 'ready' });
    await bed.advance(30);
    expect(await record()).toMatchObject({ _callback_reason: 'AGENT_CONNECTED' });
  });

  test("agent-first: the agent's phone rings before the customer's", async () => {
    const { agent, record } = await ringing('agent-first', { ringSeconds: 8 }, 4);
    expect(await agent()).toMatchObject({ state: 'busy' });
    await bed.advance(30);
    expect(await record()).toMatchObject({ _callback_reason: 'AGENT_CONNECTED' });
  });
});
