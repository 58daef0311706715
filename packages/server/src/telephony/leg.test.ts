import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterEvent, type Leg, type LegEvent, missedEvents } from './leg.js';
import type { LegReport, LegState } from './switch.js';

const INTENDED: Leg = {
  id: 'leg',
  callId: 'call',
  role: 'customer',
  number: '5115',
  from: '8999',
  timeoutMs: 20_000,
  callProgress: false,
  userData: {},
  state: 'intended',
  intendedAt: 0,
  bridgeId: 'bridge',
};

function news(state: LegState, at = 10): LegEvent {
  const event = { type: 'leg', legId: 'leg', at } as const;
  return state === 'ended' ? { ...event, state, cause: 'normal' } : { ...event, state };
}

const STATES = ['dialing', 'ringing', 'answered', 'ended'] as const;

describe('the life of a leg', () => {
  it.each<[Leg['state'], ...(Leg['state'] | 'late')[]]>([
    // from         dialing    ringing    answered    ended
    ['intended', 'dialing', 'ringing', 'answered', 'ended'],
    ['dialing', 'late', 'ringing', 'answered', 'ended'],
    ['ringing', 'late', 'late', 'answered', 'ended'],
    ['answered', 'late', 'late', 'late', 'ended'],
    ['ended', 'late', 'late', 'late', 'late'],
  ])('goes from %s on dialing, ringing, answered, ended to %s, %s, %s, %s', (state, ...expected) => {
    const results = STATES.map((to) => {
      const { leg, change } = afterEvent({ ...INTENDED, state }, news(to));
      if (change === 'late') expect(leg.state).toBe(state);
      return change === 'late' ? 'late' : leg.state;
    });
    expect(results).toEqual(expected);
  });

  it('keeps its times, its cause and the first result of call progress detection', () => {
    let leg = INTENDED;
    const events: LegEvent[] = [
      news('dialing', 1),
      news('ringing', 2),
      news('answered', 3),
      { type: 'call-progress', legId: 'leg', at: 4, result: 'person' },
      { type: 'joined', legId: 'leg', at: 5, bridgeId: 'bridge' },
      news('ended', 6),
    ];
    for (const event of events) leg = afterEvent(leg, event).leg;
    expect(leg).toEqual({
      ...INTENDED,
      state: 'ended',
      dialedAt: 1,
      ringingAt: 2,
      answeredAt: 3,
      progress: 'person',
      joinedAt: 5,
      endedAt: 6,
      cause: 'normal',
    });
    for (const event of events) expect(afterEvent(leg, { ...event, at: 99 })).toEqual({ leg, change: 'none' });
  });

  it('is not in a bridge that it was told to leave for another', () => {
    const joined: LegEvent = { type: 'joined', legId: 'leg', at: 5, bridgeId: 'earlier' };
    expect(afterEvent({ ...INTENDED, state: 'answered' }, joined).change).toBe('none');
  });
});

const EVENTS: LegEvent[] = [
  news('dialing', 1),
  news('ringing', 2),
  news('answered', 3),
  { type: 'call-progress', legId: 'leg', at: 4, result: 'fax' },
  { type: 'joined', legId: 'leg', at: 5, bridgeId: 'bridge' },
  news('ended', 6),
];

it('whatever comes again or out of order, a leg ends up the same', () => {
  const heard = fc.subarray(EVENTS).chain((once) => {
    const anyOrder = fc.shuffledSubarray(once, { minLength: once.length });
    const again = fc.array(fc.constantFrom(...(once.length > 0 ? once : EVENTS.slice(0, 1))), { maxLength: 12 });
    return fc.record({ once: fc.constant(once), anyOrder, again });
  });
  fc.assert(
    fc.property(heard, fc.infiniteStream(fc.nat()), ({ once, anyOrder, again }, places) => {
      const messy = [...anyOrder];
      if (once.length > 0)
        for (const event of again) messy.splice(Number(places.next().value) % messy.length, 0, event);
      const end = (events: LegEvent[]) => events.reduce((leg, event) => afterEvent(leg, event).leg, INTENDED);
      expect(end(messy)).toEqual(end(once));
    }),
    { numRuns: 2000 },
  );
});

describe('what a leg has missed', () => {
  it.each<[string, Omit<LegReport, 'legId' | 'known'>, string[]]>([
    ['it rings, times unknown', { state: 'ringing' }, ['ringing 99']],
    ['it was dialed', { state: 'dialing', dialedAt: 1 }, ['dialing 1']],
    [
      'everything',
      {
        state: 'ended',
        dialedAt: 1,
        ringingAt: 2,
        answeredAt: 3,
        progress: 'person',
        endedAt: 8,
        cause: 'busy',
      },
      ['dialing 1', 'ringing 2', 'answered 3', 'call-progress 3', 'ended busy 8'],
    ],
    ['it was joined', { state: 'answered', bridgeId: 'b', joinedAt: 7 }, ['answered 99', 'joined 7']],
    ['it ended, nobody knows why', { state: 'ended' }, ['ended lost 99']],
  ])('is told by the network: %s', (_name, report, expected) => {
    const events = missedEvents(INTENDED, { legId: 'leg', known: true, ...report }, 99);
    const told = events.map((event) => {
      if (event.type !== 'leg') return `${event.type} ${event.at}`;
      return `${event.state}${event.state === 'ended' ? ` ${event.cause}` : ''} ${event.at}`;
    });
    expect(told).toEqual(expected);
  });
});
