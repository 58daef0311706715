import { describe, expect, it } from 'vitest';
import { GROUP_INPUTS, GROUP_STATES, type GroupInput, type GroupState, groupSteps } from './life-cycle.js';

/** Spec outbound.md 7, row by row; what is not listed is listed in REFUSED or changes nothing. */
const STEPS: readonly [GroupState, GroupInput, GroupState, string][] = [
  ['NotLoaded', 'load', 'Active', 'loaded'],
  ['NotLoaded', 'load-inactive', 'ActiveLater', 'loaded'],
  ['Active', 'start', 'Running', 'started'],
  ['Running', 'stop', 'Active', 'stopped'],
  ['Running', 'set-mode', 'Running', 'mode-changed'],
  ['Running', 'unload', 'UnloadInProgress', 'stopped'],
  ['Running', 'unload-later', 'WaitingUnload', 'stopped status'],
  ['Active', 'unload', 'UnloadInProgress', ''],
  ['Active', 'unload-later', 'WaitingUnload', 'status'],
  ['ActiveLater', 'unload', 'UnloadInProgress', ''],
  ['ActiveLater', 'unload-later', 'WaitingUnload', 'status'],
  ['WaitingUnload', 'drained', 'UnloadInProgress', 'status'],
  ['UnloadInProgress', 'written-back', 'NotLoaded', 'unloaded'],
  ...(['ActiveLater', 'RunningLater', 'Active', 'Running', 'WaitingUnload', 'UnloadInProgress'] as const).map(
    (state): [GroupState, GroupInput, GroupState, string] => [state, 'force-unload', 'UnloadInProgress', ''],
  ),
  ['Active', 'lost', 'ActiveLater', 'status'],
  ['Running', 'lost', 'RunningLater', 'status'],
  ['ActiveLater', 'back', 'Active', 'status'],
  ['RunningLater', 'back', 'Running', 'status'],
  ['RunningLater', 'stop', 'ActiveLater', 'stopped'],
];

const REFUSED: readonly [GroupInput, readonly GroupState[], string][] = [
  [
    'load',
    ['ActiveLater', 'RunningLater', 'Active', 'Running', 'WaitingUnload', 'UnloadInProgress'],
    'campaign-already-loaded',
  ],
  ['start', ['NotLoaded', 'WaitingUnload', 'UnloadInProgress'], 'campaign-not-loaded'],
  ['start', ['Running', 'RunningLater'], 'campaign-already-started'],
  ['start', ['ActiveLater'], 'wrong-configuration'],
  ['stop', ['NotLoaded'], 'campaign-not-loaded'],
  ['stop', ['Active', 'ActiveLater', 'WaitingUnload', 'UnloadInProgress'], 'campaign-not-started'],
  ['set-mode', ['NotLoaded', 'WaitingUnload', 'UnloadInProgress'], 'campaign-not-loaded'],
  ['set-mode', ['Active', 'ActiveLater'], 'campaign-not-started'],
  ['unload', ['NotLoaded'], 'campaign-not-loaded'],
  ['force-unload', ['NotLoaded'], 'campaign-not-loaded'],
];

describe('the life of a campaign group', () => {
  it.each(STEPS)('%s, %s: %s', (from, input, to, messages) => {
    const steps = groupSteps(from, input);
    if (typeof steps === 'string') throw new Error(steps);
    expect(steps.at(-1)?.to).toBe(to);
    expect(steps.flatMap((step) => step.messages)).toEqual(messages.split(' ').filter((word) => word !== ''));
  });

  it.each(REFUSED.flatMap(([input, states, code]) => states.map((state) => [input, state, code] as const)))(
    '%s is refused in %s: %s',
    (input, state, code) => {
      expect(groupSteps(state, input)).toBe(code);
    },
  );

  it('tells the dialer to begin or to end exactly when dialing begins or ends', () => {
    for (const from of GROUP_STATES) {
      for (const input of GROUP_INPUTS) {
        const steps = groupSteps(from, input);
        if (typeof steps === 'string' || steps.length === 0) continue;
        const to = steps.at(-1)?.to;
        const orders = steps.flatMap((step) => step.orders);
        expect([from, input, orders.includes('start')]).toEqual([from, input, from !== 'Running' && to === 'Running']);
        const ended = from === 'Running' && to !== 'Running';
        const told = orders.includes('stop') || orders.includes('force-unload');
        if (ended) expect([from, input, told]).toEqual([from, input, true]);
      }
    }
  });

  it('reports a stop before what follows it: unloading while running says first that dialing has stopped', () => {
    const steps = groupSteps('Running', 'unload');
    if (typeof steps === 'string') throw new Error(steps);
    expect(steps.map(({ to, messages }) => [to, ...messages])).toEqual([['Active', 'stopped'], ['UnloadInProgress']]);
  });
});
