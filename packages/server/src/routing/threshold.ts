import { RingbackError } from '../kernel/index.js';
import { type Expression, formatExpression, holds, namesIn, parseExpression } from './skill-expression.js';

/** What a threshold can look at: the agents of its target and the requests that wait for it, as they are now. */
export interface TargetFigures {
  /** Agents of the target who could take a call at this moment. */
  ready: number;
  /** Agents of the target who are logged in, whatever they do. */
  loggedIn: number;
  /** Agents of the target who are reserved, in a call or in after-call work. */
  occupied: number;
  /** Requests that wait for the target; for a virtual queue those that wait in it. */
  waiting: number;
}

/**
 * The statistics that a threshold may name, by lower-case name. The original's names for one figure differ by the
 * component that computes them (the statistics server or the router); here they are one.
 */
const STATISTICS: ReadonlyMap<string, keyof TargetFigures> = new Map([
  ['rstatagentsreadyvoice', 'ready'],
  ['rstatagentsready', 'ready'],
  ['statagentsavailable', 'ready'],
  ['statagentsinqueueready', 'ready'],
  ['rstatagentstotal', 'loggedIn'],
  ['statagentstotal', 'loggedIn'],
  ['statagentsinqueuelogin', 'loggedIn'],
  ['statagentsbusy', 'occupied'],
  ['statcallsinqueue', 'waiting'],
  ['rstatcallsinqueue', 'waiting'],
]);

/** A condition under which a target may be chosen: `{StatCallsInQueue<10}`. */
export interface Threshold {
  readonly condition: Expression;
  /** In canonical form, without the braces. */
  readonly text: string;
}

/** @throws RingbackError `invalid-expression` for a malformed condition or a statistic that does not exist */
export function parseThreshold(text: string): Threshold {
  const condition = parseExpression(text);
  for (const name of namesIn(condition)) {
    if (STATISTICS.has(name.toLowerCase())) continue;
    throw new RingbackError(
      'invalid-expression',
      `The threshold {${text}} names the statistic ${name}; known are RStatAgentsReady, RStatAgentsReadyvoice, ` +
        'RStatAgentsTotal, RStatCallsInQueue, StatAgentsAvailable, StatAgentsBusy, StatAgentsInQueueLogin, ' +
        'StatAgentsInQueueReady, StatAgentsTotal and StatCallsInQueue.',
    );
  }
  return { condition, text: formatExpression(condition) };
}

/** True while the target may be chosen. */
export function isOpen(threshold: Threshold, figures: TargetFigures): boolean {
  return holds(threshold.condition, (name) => {
    const figure = STATISTICS.get(name.toLowerCase());
    return figure ? figures[figure] : 0;
  });
}
