import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AGENT_STATUSES,
  type AgentInput,
  type AgentState,
  agentTransition,
  isOccupied,
  newAgent,
  statesAllowing,
} from './agent.js';

const now = 1_000_000;
const base = { id: 'a100', since: 900_000 };
const states: Record<string, AgentState> = {
  'logged-out': { ...base, state: 'logged-out' },
  'not-ready': { ...base, state: 'not-ready', reason: 'lunch' },
  ready: { ...base, state: 'ready', idleSince: 900_000 },
  reserved: { ...base, state: 'reserved', request: 'r1', idleSince: 800_000, occupiedSince: 900_000, until: 1_100_000 },
  ringing: { ...base, state: 'busy', call: 'l1', request: 'r1', idleSince: 800_000, occupiedSince: 890_000 },
  talking: { ...base, state: 'busy', call: 'l1', request: 'r1', occupiedSince: 890_000, answeredAt: 910_000 },
  wrapping: { ...base, state: 'after-call-work', request: 'r1', occupiedSince: 890_000, answeredAt: 910_000 },
};

function state(name: string): AgentState {
  const found = states[name];
  if (!found) throw new Error(`no state ${name}`);
  return found;
}

const CALL = { call: 'l1' };
const INPUTS: Record<string, AgentInput> = {
  login: { type: 'login' },
  logout: { type: 'logout', reason: 'home' },
  ready: { type: 'ready' },
  'not-ready': { type: 'not-ready', reason: 'pause' },
  reserve: { type: 'reserve', request: 'r2', until: now + 30_000 },
  claim: { type: 'claim', request: 'r2', until: now + 30_000 },
  held: { type: 'held', until: now + 90_000 },
  expired: { type: 'reservation-expired' },
  released: { type: 'released' },
  offered: { type: 'call-offered', call: 'l1' },
  answered: { type: 'call-answered', ...CALL },
  rejected: { type: 'call-rejected', ...CALL, reason: 'no-answer' },
  ended: { type: 'call-ended', ...CALL },
  'wrap-done': { type: 'wrap-done' },
};

describe('the life cycle of an agent', () => {
  // '=' stays the same, '-' is refused, 'x' notes what follows the call
  const TABLE = `
              | logged-out | not-ready  | ready      | reserved  | ringing   | talking         | wrapping
    login     | not-ready  | =          | =          | =         | =         | =               | =
    logout    | =          | logged-out | logged-out | x         | x         | x               | logged-out
    ready     | -          | ready      | =          | =         | =         | =               | ready
    not-ready | -          | reason     | not-ready  | x         | x         | x               | not-ready
    reserve   | -          | -          | reserved   | -         | -         | -               | -
    claim     | -          | reserved   | reserved   | -         | -         | -               | -
    held      | =          | =          | =          | reserved  | =         | =               | =
    expired   | =          | =          | =          | ready     | =         | =               | =
    released  | =          | =          | =          | ready     | =         | =               | =
    offered   | =          | busy       | busy       | busy      | =         | =               | busy
    answered  | =          | busy       | busy       | busy      | busy      | =               | busy
    rejected  | =          | =          | =          | not-ready | not-ready | not-ready       | =
    ended     | =          | =          | =          | =         | ready     | after-call-work | =
    wrap-done | =          | =          | =          | =         | =         | =               | ready`;
  const [header = [], ...rows] = TABLE.trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells, index) => (index === 0 ? cells.filter((cell) => cell !== '') : cells));
  const cells = rows.flatMap(([input = '', ...results]) =>
    results.map((result, index) => [input, header[index] ?? '', result] as const),
  );

  it.each(cells)('%s in %s: %s', (input, from, result) => {
    const before = state(from);
    const message = INPUTS[input];
    if (!message) throw new Error(`no input ${input}`);
    const after = agentTransition(before, message, now);
    if (result === '-') {
      expect(after).toBeUndefined();
      expect(statesAllowing(message.type)).not.toContain(before.state);
    } else if (result === '=') expect(after).toBe(before);
    else if (result === 'x') expect(after).toMatchObject({ state: before.state, since: before.since, next: {} });
    else if (result === 'reason') expect(after).toMatchObject({ state: 'not-ready', since: 900_000, reason: 'pause' });
    else expect(after).toMatchObject({ state: result });
  });

  it('lets a wish during a call take effect after it, once', () => {
    const run = (from: string, ...inputs: string[]) =>
      inputs.reduce<AgentState>((agent, input) => {
        const message = INPUTS[input];
        return (message && agentTransition(agent, message, now)) ?? agent;
      }, state(from));
    expect(run('talking', 'not-ready', 'ended').state).toBe('after-call-work');
    expect(run('talking', 'not-ready', 'ended', 'wrap-done')).toEqual({
      id: 'a100',
      state: 'not-ready',
      since: now,
      reason: 'pause',
    });
    expect(run('talking', 'logout', 'ended', 'wrap-done')).toMatchObject({ state: 'logged-out', reason: 'home' });
    expect(run('talking', 'logout', 'ready', 'ended', 'wrap-done')).toMatchObject({ state: 'ready' });
    expect(run('reserved', 'logout', 'expired')).toMatchObject({ state: 'logged-out' });
    expect(run('reserved', 'not-ready', 'offered', 'answered', 'ended', 'wrap-done').state).toBe('not-ready');
    expect(run('ringing', 'logout', 'rejected').state).toBe('logged-out');
    expect(run('not-ready', 'offered', 'answered', 'ended', 'wrap-done')).toMatchObject({
      state: 'not-ready',
      reason: 'lunch',
    });
  });

  it('keeps the idle time over an interrupted reservation and an unanswered call, and resets it by a conversation', () => {
    const idle = (from: string, input: string) => {
      const message = INPUTS[input];
      return message && agentTransition(state(from), message, now)?.idleSince;
    };
    expect(idle('reserved', 'released')).toBe(800_000);
    expect(idle('reserved', 'expired')).toBe(800_000);
    expect(idle('ringing', 'ended')).toBe(800_000);
    expect(idle('wrapping', 'wrap-done')).toBe(now);
    expect(idle('not-ready', 'ready')).toBe(now);
  });

  it('ignores what happens to another leg than the one that it is busy with', () => {
    for (const type of ['call-answered', 'call-ended'] as const) {
      expect(agentTransition(state('ringing'), { type, call: 'other' }, now)).toBe(state('ringing'));
    }
    const rejected = { type: 'call-rejected', call: 'other', reason: 'no-answer' } as const;
    expect(agentTransition(state('talking'), rejected, now)).toBe(state('talking'));
  });

  it('ends the after-call work by itself when told so', () => {
    const wrapping = agentTransition(state('talking'), { type: 'call-ended', call: 'l1', wrapUntil: now + 5 }, now);
    expect(wrapping).toMatchObject({ state: 'after-call-work', until: now + 5 });
  });

  it('always has what its state needs, whatever happens', () => {
    const input = fc.oneof(
      fc.constantFrom(...Object.values(INPUTS)),
      fc.constantFrom<AgentInput>({ type: 'call-ended', call: 'l2' }, { type: 'call-offered', call: 'l2' }),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
        let agent = newAgent('a100');
        let time = 0;
        for (const message of inputs) {
          time += 1;
          const after = agentTransition(agent, message, time);
          expect(after === undefined).toBe(!statesAllowing(message.type).includes(agent.state));
          agent = after ?? agent;
          expect(AGENT_STATUSES).toContain(agent.state);
          expect(agent.call !== undefined).toBe(agent.state === 'busy');
          expect(agent.occupiedSince !== undefined).toBe(isOccupied(agent.state));
          expect(agent.state === 'reserved' ? agent.until : 0).toBeDefined();
          if (agent.state === 'ready') expect(agent.idleSince).toBeDefined();
          if (agent.next) expect(isOccupied(agent.state)).toBe(true);
        }
      }),
    );
  });
});
