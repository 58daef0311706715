import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NEW_SEQUENCE,
  type Schedule,
  type SequenceEffect,
  type SequenceInput,
  type SequenceOutcome,
  type SequenceState,
  sequenceStep,
} from './sequence.js';

const T0 = 1_767_225_600_000;
const MINUTE = 60_000;

function schedule(items: Partial<Schedule['items'][number]>[], more: Partial<Schedule> = {}): Schedule {
  return {
    description: 'night',
    ...more,
    items: items.map((item, index) => ({ campaign: 101 + index, sleepBeforeNextStart: 0, ...item })),
  };
}

/** Carries out inputs at given times and answers where it stands and what was done. */
function play(plan: Schedule, inputs: readonly (readonly [at: number, input: SequenceInput])[]) {
  let state: SequenceState = NEW_SEQUENCE;
  const effects: SequenceEffect[] = [];
  for (const [at, input] of inputs) {
    const outcome = sequenceStep(plan, state, input, at);
    if (typeof outcome === 'string') return { state, effects: [outcome] };
    state = outcome.state;
    effects.push(...outcome.effects);
  }
  return {
    state,
    effects: effects.map((effect) => (effect.type === 'moved' ? 'moved' : `${effect.type} ${effect.item}`)),
  };
}

const start: SequenceInput = { type: 'start' };

describe('a campaign sequence', () => {
  it('runs its items in order and ends after the last one', () => {
    const { state, effects } = play(schedule([{}, {}]), [
      [T0, start],
      [T0 + 1, { type: 'depleted' }],
      [T0 + 2, { type: 'depleted' }],
    ]);
    expect(effects).toEqual(['load-and-start 0', 'moved', 'unload 0', 'load-and-start 1', 'moved', 'unload 1']);
    expect(state).toMatchObject({ phase: 'ending', itemLoaded: false });
  });

  it('waits for its start time, and starts at once when that has passed', () => {
    const later = schedule([{}], { startTime: T0 + MINUTE });
    expect(play(later, [[T0, start]]).state).toMatchObject({ phase: 'waiting', dueAt: T0 + MINUTE });
    const begun = play(later, [
      [T0, start],
      [T0 + MINUTE, { type: 'due' }],
    ]);
    expect(begun.effects).toEqual(['load-and-start 0', 'moved']);
    expect(play(later, [[T0 + 2 * MINUTE, start]]).state.phase).toBe('running');
  });

  it('pauses before the item that says so, the first one too', () => {
    const plan = schedule([{ sleepBeforeNextStart: 5 }, { sleepBeforeNextStart: 2 }]);
    expect(play(plan, [[T0, start]]).state).toMatchObject({ phase: 'sleeping', item: 0, dueAt: T0 + 5 * MINUTE });
    const second = play(plan, [
      [T0, start],
      [T0 + 5 * MINUTE, { type: 'due' }],
      [T0 + 9 * MINUTE, { type: 'depleted' }],
    ]);
    expect(second.state).toMatchObject({ phase: 'sleeping', item: 1, dueAt: T0 + 11 * MINUTE });
  });

  const stops: [string, Partial<Schedule['items'][number]>, SequenceInput, SequenceInput][] = [
    [
      'dials',
      { stopAtDials: 3 },
      { type: 'counted', dials: 2, contacts: 9 },
      { type: 'counted', dials: 3, contacts: 0 },
    ],
    [
      'contacts',
      { stopAtContacts: 3 },
      { type: 'counted', dials: 9, contacts: 2 },
      { type: 'counted', dials: 0, contacts: 3 },
    ],
    [
      'nothing (0 is no condition)',
      { stopAtDials: 0 },
      { type: 'counted', dials: 9, contacts: 9 },
      { type: 'depleted' },
    ],
  ];
  it.each(stops)('stops an item by its %s', (_name, item, notYet, enough) => {
    const before = play(schedule([item]), [
      [T0, start],
      [T0 + 1, notYet],
    ]);
    expect(before.state.phase).toBe('running');
    const after = play(schedule([item]), [
      [T0, start],
      [T0 + 1, notYet],
      [T0 + 2, enough],
    ]);
    expect(after.effects).toEqual(['load-and-start 0', 'moved', 'unload 0']);
  });

  it('stops an item at its time, whichever condition comes first', () => {
    const plan = schedule([{ stopAtTime: T0 + 10 * MINUTE, stopAtDials: 100 }]);
    expect(play(plan, [[T0, start]]).state.dueAt).toBe(T0 + 10 * MINUTE);
    const due = [T0 + 10 * MINUTE, { type: 'due' }] as const;
    expect(play(plan, [[T0, start], due]).state.phase).toBe('ending');
  });

  it('passes over an item whose time to stop has passed', () => {
    const plan = schedule([{ stopAtTime: T0 - 1 }, {}]);
    expect(play(plan, [[T0, start]]).effects).toEqual(['load-and-start 1', 'moved']);
  });

  it('passes over an item that cannot be loaded', () => {
    const { effects } = play(schedule([{}, {}]), [
      [T0, start],
      [T0, { type: 'item-failed' }],
    ]);
    expect(effects).toEqual(['load-and-start 0', 'moved', 'load-and-start 1', 'moved']);
  });

  it('stops by request and goes on with the same item', () => {
    const { state, effects } = play(schedule([{}]), [
      [T0, start],
      [T0 + 1, { type: 'stop' }],
      [T0 + 2, { type: 'depleted' }],
      [T0 + 3, start],
    ]);
    expect(effects).toEqual(['load-and-start 0', 'moved', 'stop 0', 'start 0']);
    expect(state).toMatchObject({ phase: 'running', item: 0 });
  });

  it('is stopped while it pauses or waits, and begins anew with the pause', () => {
    const plan = schedule([{ sleepBeforeNextStart: 1 }], { startTime: T0 + MINUTE });
    expect(
      play(plan, [
        [T0, start],
        [T0, { type: 'stop' }],
      ]).state,
    ).toEqual(NEW_SEQUENCE);
    const paused = play(plan, [
      [T0 + MINUTE, start],
      [T0 + MINUTE, { type: 'stop' }],
      [T0 + 9 * MINUTE, start],
    ]);
    expect(paused.state).toMatchObject({ phase: 'sleeping', dueAt: T0 + 10 * MINUTE });
  });

  it('refuses what makes no sense', () => {
    expect(sequenceStep(schedule([{}]), NEW_SEQUENCE, { type: 'stop' }, T0)).toBe('campaign-not-started');
    const running = play(schedule([{}]), [[T0, start]]).state;
    expect(sequenceStep(schedule([{}]), running, start, T0)).toBe('campaign-already-started');
  });

  it('begins each item at most once, in order, and unloads every item that it has loaded', () => {
    const item = fc.record({
      sleepBeforeNextStart: fc.integer({ min: 0, max: 3 }),
      stopAtTime: fc.option(fc.integer({ min: T0 - MINUTE, max: T0 + 30 * MINUTE }), { nil: undefined }),
      stopAtDials: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    });
    const input = fc.oneof(
      fc.constantFrom<SequenceInput>(start, { type: 'stop' }, { type: 'due' }, { type: 'depleted' }),
      fc.record({ type: fc.constant('counted' as const), dials: fc.nat(6), contacts: fc.nat(6) }),
    );
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 4 }),
        fc.array(input, { maxLength: 40 }),
        (items, inputs) => {
          const plan = schedule(items.map((one) => JSON.parse(JSON.stringify(one))));
          let state: SequenceState = NEW_SEQUENCE;
          let now = T0;
          const log: string[] = [];
          for (const one of [...inputs, { type: 'unload' } as const]) {
            now += 2 * MINUTE;
            const outcome: SequenceOutcome | string = sequenceStep(plan, state, one, now);
            if (typeof outcome === 'string') continue;
            state = outcome.state;
            for (const effect of outcome.effects)
              if (effect.type !== 'moved') log.push(`${effect.type} ${effect.item}`);
          }
          const loaded = log.filter((line) => line.startsWith('load-and-start'));
          const order = loaded.map((line) => Number(line.split(' ')[1]));
          expect(order).toEqual([...new Set(order)].sort((left, right) => left - right));
          for (const index of order) expect(log.filter((line) => line === `unload ${index}`)).toHaveLength(1);
          expect(state.phase).toBe('ending');
        },
      ),
    );
  });
});
