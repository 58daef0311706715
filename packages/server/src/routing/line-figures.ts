import { isOccupied } from './agent.js';
import { expectedWaitSeconds, type Outlook, PRIOR_RATES, type Rates, UNKNOWN_EWT_SECONDS } from './ewt.js';
import type { AgentFigure, Statistic } from './statistic.js';
import { occupancy, ofDay } from './tally.js';
import { figuresOf, type Gate, type LineAgent, type LineRequest, type TargetLine } from './target-line.js';
import { figureOf, isOpen, type NamedStatistic, type TargetFigures } from './threshold.js';

/** What the line is told of what was learned from the past, and of the day that is counted. */
export interface Learned {
  rates(virtualQueue: string): Rates;
  /** When the counting day of `now` began, milliseconds since 1970. */
  dayStart(now: number): number;
}

const DAY_MS = 86_400_000;

export const NOTHING_LEARNED: Learned = {
  rates: () => PRIOR_RATES,
  dayStart: (now) => now - (now % DAY_MS),
};

/** Of whom a statistic is computed. */
interface Subject {
  members: Iterable<LineAgent>;
  /** One agent by name, not a group. */
  isOne: boolean;
  figures: TargetFigures;
  /** Requests that are served before the one whose wait is asked for. */
  ahead: number;
  /** The virtual queue whose past is known. */
  queue: string;
}

/** Values of statistics (statistic.ts), computed from the lists of the line when they are asked for. */
export class LineFigures {
  constructor(
    private readonly learned: Learned,
    private readonly waitingIn: (virtualQueue: string) => number,
  ) {}

  /** @param other gives the statistics of a threshold that are not the target's own figures */
  isOpen({ threshold, line }: Gate, other: (named: NamedStatistic) => number): boolean {
    return !threshold || isOpen(threshold, figuresOf(line, this.waitingIn), other);
  }

  agentValue({ state, tally }: LineAgent, figure: AgentFigure, now: number): number {
    const dayStart = this.learned.dayStart(now);
    switch (figure) {
      case 'idleSeconds':
        return state.state === 'ready' ? Math.max(0, now - (state.idleSince ?? now)) / 1000 : 0;
      case 'answered':
      case 'completed':
        return ofDay(tally, dayStart)[figure];
      case 'occupancy':
        return occupancy(tally, state, now, dayStart);
    }
  }

  /**
   * The value of a statistic of a target.
   * @param entry a request that waits for the target: those behind it do not count for its wait
   */
  valueOf(line: TargetLine, statistic: Statistic, now: number, entry?: LineRequest): number {
    const figures = figuresOf(line, this.waitingIn);
    const { target, members } = line;
    const ahead = entry ? line.requests.rank(entry) : figures.waiting;
    const queue = target.kind === 'queue' ? target.name : (entry?.request.virtualQueue ?? '');
    return this.#value({ members, isOne: target.kind === 'agent', figures, ahead, queue }, statistic, now);
  }

  /** The value of a statistic of an agent for whom nobody waits; undefined: one who is not configured. */
  valueOfAgent(agent: LineAgent | undefined, statistic: Statistic, now: number): number {
    const state = agent?.state.state ?? 'logged-out';
    const figures: TargetFigures = {
      ready: state === 'ready' ? 1 : 0,
      occupied: isOccupied(state) ? 1 : 0,
      loggedIn: state === 'logged-out' ? 0 : 1,
      waiting: 0,
    };
    return this.#value({ members: agent ? [agent] : [], isOne: true, figures, ahead: 0, queue: '' }, statistic, now);
  }

  /** The value of a statistic of a virtual queue that is served by whoever its requests ask for. */
  valueOfQueue(queue: string, asked: readonly TargetLine[], statistic: Statistic, now: number): number {
    const members = new Set(asked.flatMap((line) => [...line.members]));
    const { ready, loggedIn, working } = agentCounts(asked);
    const waiting = this.waitingIn(queue);
    const figures = { ready, loggedIn, occupied: working - ready, waiting };
    const ahead = Math.max(waiting, ...asked.map((line) => line.requests.size));
    return this.#value({ members, isOne: false, figures, ahead, queue }, statistic, now);
  }

  #value(subject: Subject, statistic: Statistic, now: number): number {
    const { figures, ahead, queue } = subject;
    if (statistic.of === 'target') return figureOf(figures, statistic.figure);
    if (statistic.of === 'agent') return this.#valueOfMembers(subject, statistic, now);
    const { ready, loggedIn, occupied, waiting } = figures;
    if (statistic.figure === 'load-balance') {
      return loggedIn === 0 ? UNKNOWN_EWT_SECONDS : (waiting + occupied) / loggedIn;
    }
    return expectedWaitSeconds({ ahead, ready, loggedIn, working: ready + occupied }, this.learned.rates(queue));
  }

  #valueOfMembers(
    { members, isOne, figures }: Subject,
    statistic: Extract<Statistic, { of: 'agent' }>,
    now: number,
  ): number {
    let total = 0;
    let highest = 0;
    for (const agent of members) {
      const isAbsent = agent.state.state === 'logged-out' && !isOne;
      if (statistic.group === 'mean' && isAbsent) continue;
      const value = this.agentValue(agent, statistic.figure, now);
      total += value;
      if (value > highest) highest = value;
    }
    if (isOne) return total;
    switch (statistic.group) {
      case 'highest':
        return highest;
      case 'sum':
        return total;
      case 'mean':
        return figures.loggedIn === 0 ? 0 : total / figures.loggedIn;
    }
  }
}

/** The agents of some targets, each counted once: how many are logged in, ready, and at work (ready or occupied). */
export function agentCounts(lines: readonly TargetLine[]): Omit<Outlook, 'ahead'> {
  const [only] = lines;
  if (only && lines.length === 1) {
    return { loggedIn: only.loggedIn, ready: only.ready.size, working: only.ready.size + only.occupied };
  }
  const counts = { loggedIn: 0, ready: 0, working: 0 };
  for (const { state, profile } of new Set(lines.flatMap((line) => [...line.members]))) {
    const isReady = state.state === 'ready' && !profile.isOffline;
    if (state.state !== 'logged-out') counts.loggedIn += 1;
    if (isReady) counts.ready += 1;
    if (isReady || isOccupied(state.state)) counts.working += 1;
  }
  return counts;
}
