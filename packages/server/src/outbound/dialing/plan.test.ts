import { describe, expect, it } from 'vitest';
import type { DialMode } from '../dial-mode.js';
import type { GroupOptions } from './group-options.js';
import type { Pacer } from './pacing-port.js';
import { type Board, plan, refillOf, sharesOf } from './plan.js';

const OPTIONS: GroupOptions = {
  lists: [],
  channels: 10,
  minimumPerAgent: 4,
  optimumPerAgent: 6,
  requestFactor: 1,
  from: '800',
  ringTimeoutMs: 30_000,
  patienceMs: 2000,
  agentRingMs: 20_000,
  callProgress: true,
  dialsPerSecond: 0,
  dialsCallbacks: true,
  offerMs: 60_000,
  callbackPatienceMs: 600_000,
  desktopLimit: 0,
  needsPreviewStart: false,
  logOutResult: -1,
  withdrawsFromDesktop: false,
  option: () => undefined,
};

interface BoardChange extends Partial<Omit<Board, 'agents' | 'options' | 'dialing'>> {
  ready?: number;
  loggedIn?: number;
  dialing?: number;
  options?: Partial<GroupOptions>;
}

function board({ ready = 0, loggedIn = ready, dialing = 0, options = {}, ...change }: BoardChange): Board {
  return {
    now: 0,
    mode: 'Progressive',
    optimizeBy: 'BusyFactor',
    optimizeGoal: 80,
    buffered: 100,
    toOffer: 0,
    agents: { loggedIn, ready, occupied: [], readyAt: [] },
    engagements: { requested: 0, idle: 0 },
    queued: 0,
    dialing: Array.from({ length: dialing }, () => 0),
    inProgress: dialing,
    offered: 0,
    dialsLastSecond: 0,
    mostAbandoned: 0.03,
    options: { ...OPTIONS, ...options },
    ...change,
  };
}

/** Wants five more dials, whatever the situation, as far as it may. */
const FIVE: Pacer = {
  dialNow: ({ limit }) => ({ dials: Math.min(5, limit), nobodyFree: [0.1, 0.2, 0.3, 0.4, 0.5] }),
  observe: () => {},
};

describe('dials', () => {
  it.each<[string, BoardChange, number]>([
    ['one for each ready agent', { ready: 4 }, 4],
    ['fewer while calls ring', { ready: 4, dialing: 1 }, 3],
    ['fewer while answered calls wait', { ready: 4, queued: 2 }, 2],
    ['none when more ring than agents are ready', { ready: 1, dialing: 3 }, 0],
    [
      'floor(0.7 x 4 - 1) = 1',
      { ready: 4, dialing: 1, options: { option: (name) => (name === 'progressive-multiplier' ? '0.7' : undefined) } },
      1,
    ],
    ['no more than records', { ready: 4, buffered: 2 }, 2],
    ['no more than channels', { ready: 8, inProgress: 7, options: { channels: 10 } }, 3],
    ['no more than the rate', { ready: 8, dialsLastSecond: 3, options: { dialsPerSecond: 5 } }, 2],
    ['what the pacer wants, in predictive mode', { mode: 'Predictive', ready: 1 }, 5],
    ['not more than channels, whatever the pacer wants', { mode: 'Predictive', inProgress: 8 }, 2],
    [
      'for engaged agents alone, when seizing',
      { mode: 'ProgressiveSeizing', ready: 4, engagements: { requested: 0, idle: 2 } },
      2,
    ],
    ['for free ports, with an IVR', { mode: 'ProgressiveGVP', inProgress: 4 }, 6],
    ['for free ports, calls that ring counted once', { mode: 'ProgressiveGVP', dialing: 4 }, 6],
    ['up to the queue size, in power mode', { mode: 'PowerGVP', inProgress: 2, options: { maxQueueSize: 5 } }, 3],
    ['nothing in preview', { mode: 'Preview', ready: 4 }, 0],
    ['nothing in push preview', { mode: 'PushPreview', ready: 4 }, 0],
  ])('%s', (_what, change, dials) => {
    expect(plan(board(change), FIVE).dials).toBe(dials);
  });

  it('carry the risk of each', () => {
    expect(plan(board({ mode: 'Predictive', buffered: 2 }), FIVE).nobodyFree).toEqual([0.1, 0.2]);
  });
});

describe('besides', () => {
  it('every ready agent is engaged, when seizing', () => {
    const seizing = board({ mode: 'PredictiveSeizing', ready: 4, engagements: { requested: 1, idle: 0 } });
    expect(plan(seizing, FIVE).engage).toBe(3);
    expect(plan({ ...seizing, buffered: 0 }, FIVE).engage).toBe(0);
  });

  it('records are pushed to ready agents, as many as the queue holds', () => {
    expect(plan(board({ mode: 'PushPreview', ready: 4, offered: 1 }), FIVE).offers).toBe(4);
    expect(plan(board({ mode: 'PushPreview', ready: 4, options: { maxQueueSize: 2 } }), FIVE).offers).toBe(2);
    expect(plan(board({ ready: 4, toOffer: 3 }), FIVE).offers).toBe(3);
  });

  it.each<[BoardChange, string | undefined]>([
    [{ ready: 0 }, 'agents'],
    [{ ready: 2, buffered: 0 }, 'records'],
    [{ ready: 2, inProgress: 10 }, 'ports'],
    [{ ready: 2 }, undefined],
    [{ mode: 'Preview', buffered: 0 }, 'records'],
  ])('it is said what the group waits for: %o', (change, waitingFor) => {
    expect(plan(board(change), FIVE).waitingFor).toBe(waitingFor);
  });

  it('a predictive group looks again twice a second as long as there is somebody', () => {
    expect(plan(board({ mode: 'Predictive', now: 1000, ready: 1 }), FIVE).lookAgainAt).toBe(1500);
    expect(plan(board({ mode: 'Predictive', now: 1000 }), FIVE).lookAgainAt).toBeUndefined();
    expect(plan(board({ now: 1000, ready: 9, options: { dialsPerSecond: 1 } }), FIVE).lookAgainAt).toBe(2000);
  });
});

describe('the buffer', () => {
  it.each<[number, number, DialMode, number]>([
    [0, 0, 'Progressive', 6],
    [0, 5, 'Progressive', 30],
    [20, 5, 'Progressive', 0],
    [19, 5, 'Progressive', 11],
    [4, 0, 'Preview', 0],
    [0, 3, 'PowerGVP', 60],
  ])('of %i records for %i agents in mode %s asks for %i', (buffered, loggedIn, mode, wanted) => {
    expect(refillOf(board({ buffered, loggedIn, mode }))).toBe(wanted);
  });

  it('asks for more or fewer by record_count_request_factor', () => {
    expect(refillOf(board({ buffered: 0, loggedIn: 2, options: { requestFactor: 1.5 } }))).toBe(18);
  });
});

describe('weights', () => {
  it.each<[number, number[], number[]]>([
    [10, [10], [10]],
    [10, [10, 10], [5, 5]],
    [10, [70, 30], [7, 3]],
    [10, [1, 1, 1], [4, 3, 3]],
    [1, [10, 90], [0, 1]],
    [7, [60, 30, 10], [4, 2, 1]],
    [0, [1], []],
    [5, [], []],
  ])('divide %i among %j as %j', (total, shares, limits) => {
    const lists = shares.map((share, index) => ({ name: `l${index}`, share }));
    expect(sharesOf(total, lists).map(({ limit }) => limit)).toEqual(limits);
  });
});
