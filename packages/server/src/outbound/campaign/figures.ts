import { callResultCategory } from '../list/index.js';
import { CONTACT, type CountedAction, DIAL, DIAL_MADE, LEAD } from './counted-action.js';

/** What follows from counts; shares are null while there is nothing to divide by. */
export interface Figures {
  dialed: number;
  contacts: number;
  /** Records that have their final result. */
  processed: number;
  answered: number;
  abandoned: number;
  /** Share of the dials with a result that were answered by a person: GSW_STAT_HIT_RATIO. */
  hitRatio: number | null;
  /** Share of the calls answered by a person that nobody talked to: GSW_STAT_OVERDIAL_RATE. */
  overdialRate: number | null;
}

/** Abandoned and dropped calls were answered by a person whom no agent was found for. */
export function figuresOf(counts: readonly CountedAction[]): Figures {
  const sum = (of: (one: CountedAction) => boolean) =>
    counts.reduce((total, one) => (of(one) ? total + one.count : total), 0);
  const dials = counts.filter(({ action }) => action === DIAL);
  const ofCategory = (category: string) =>
    dials.reduce((total, { result, count }) => (callResultCategory(result) === category ? total + count : total), 0);
  const abandoned = ofCategory('abandoned');
  const answered = ofCategory('live-answer') + abandoned;
  const finished = dials.reduce((total, { count }) => total + count, 0);
  return {
    dialed: sum(({ action }) => action === DIAL_MADE),
    contacts: sum(({ action }) => action === CONTACT),
    processed: sum(({ action }) => action === LEAD),
    answered,
    abandoned,
    hitRatio: share(answered, finished),
    overdialRate: share(abandoned, answered),
  };
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? Math.round((part / whole) * 10_000) / 10_000 : null;
}

/**
 * Seconds until the records that are left are processed, at the speed of the time looked at (EstimTimeToComplete of the
 * original); null while nothing moves.
 */
export function timeToComplete(left: number, processed: number, overMs: number): number | null {
  if (left === 0) return 0;
  return processed > 0 && overMs > 0 ? Math.round((left * overMs) / processed / 1000) : null;
}
