/**
 * The statistics that routing knows of agents and targets, by their names in the original (ors-core-queue 4.2). The
 * original's names for one figure differ by the component that computes it (the statistics server or the router); here
 * they are one. Voice is the only medium, so that an agent's load is the share of the day's work, not a number of calls.
 */
export type Statistic =
  /** Of a target: the agents whom it means and the requests that wait for it, as they are now. */
  | { of: 'target'; figure: TargetFigure }
  /** Of one agent; of a group of agents the highest, the sum or the mean. */
  | { of: 'agent'; figure: AgentFigure; group: 'highest' | 'sum' | 'mean' }
  /** Of a target, computed from the others and from what has been learned. */
  | { of: 'wait'; figure: 'expected-wait' | 'load-balance' };

/**
 * `ready`: agents who could take a call at this moment. `loggedIn`: whatever they do. `occupied`: reserved, in a call or in
 * after-call work. `notReady`: logged in, but neither ready nor occupied. `waiting`: requests that wait for the target;
 * for a virtual queue those that wait in it.
 */
export type TargetFigure = 'ready' | 'loggedIn' | 'occupied' | 'notReady' | 'waiting';

/** Seconds since the agent waits for work; calls of the day; percent of the day's logged-in time spent with calls. */
export type AgentFigure = 'idleSeconds' | 'answered' | 'completed' | 'occupancy';

const IDLE: Statistic = { of: 'agent', figure: 'idleSeconds', group: 'highest' };
const OCCUPANCY: Statistic = { of: 'agent', figure: 'occupancy', group: 'mean' };
const EXPECTED_WAIT: Statistic = { of: 'wait', figure: 'expected-wait' };

const STATISTICS: Readonly<Record<string, Statistic>> = {
  RStatAgentsReady: { of: 'target', figure: 'ready' },
  RStatAgentsReadyvoice: { of: 'target', figure: 'ready' },
  StatAgentsAvailable: { of: 'target', figure: 'ready' },
  StatAgentsInQueueReady: { of: 'target', figure: 'ready' },
  RStatAgentsTotal: { of: 'target', figure: 'loggedIn' },
  StatAgentsTotal: { of: 'target', figure: 'loggedIn' },
  StatAgentsInQueueLogin: { of: 'target', figure: 'loggedIn' },
  StatAgentsBusy: { of: 'target', figure: 'occupied' },
  StatAgentsNotReady: { of: 'target', figure: 'notReady' },
  StatCallsInQueue: { of: 'target', figure: 'waiting' },
  RStatCallsInQueue: { of: 'target', figure: 'waiting' },
  StatTimeInReadyState: IDLE,
  StatCallsAnswered: { of: 'agent', figure: 'answered', group: 'sum' },
  StatCallsCompleted: { of: 'agent', figure: 'completed', group: 'sum' },
  StatAgentLoading: OCCUPANCY,
  StatAgentOccupancy: OCCUPANCY,
  StatExpectedWaitingTime: EXPECTED_WAIT,
  RStatLBEWTLAA: EXPECTED_WAIT,
  StatLoadBalance: { of: 'wait', figure: 'load-balance' },
};

const BY_NAME: ReadonlyMap<string, Statistic> = new Map(
  Object.entries(STATISTICS).map(([name, statistic]) => [name.toLowerCase(), statistic]),
);

/** The names of all statistics of agents and targets, as documented. */
export const STATISTIC_NAMES: readonly string[] = Object.keys(STATISTICS).sort();

/** The statistic of a name, whatever its case. */
export function statisticNamed(name: string): Statistic | undefined {
  return BY_NAME.get(name.toLowerCase());
}
