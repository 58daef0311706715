import type { Random } from '../../kernel/index.js';
import type { Day, Party } from './day.js';

/** Somebody who books a callback or calls. */
export interface Arrival {
  /** Milliseconds after the beginning of the day. */
  at: number;
  number: string;
  /** How the person behaves, as the simulator takes it. */
  party: Person;
  wish:
    | { type: 'callback'; service: string; afterMs?: number; parameters: Readonly<Record<string, string>> }
    | { type: 'call'; to: string };
}

type Attempt = Omit<Party, 'share'>;
type Person = Partial<Attempt> & { sequence: readonly Attempt[] };

/** How often a person decides anew; the last decision holds from then on. */
const ATTEMPTS = 5;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DEFAULT_PARTIES: readonly Party[] = [{ share: 1, outcome: 'answer', ringSeconds: 6, talkSeconds: 240 }];
/** Numbers that nobody has (North American Numbering Plan, 555-01xx and what follows, area code 500). */
const FIRST_NUMBER = 15_005_550_100;

/** Who arrives on a day, in order: every stream is a Poisson process whose rate may change with the hour. */
export function arrivalsOf(day: Day, random: Random): Arrival[] {
  const arrivals: Omit<Arrival, 'number'>[] = [];
  const parties = day.parties ?? DEFAULT_PARTIES;
  for (const { service, perHour, afterMinutes, parameters = {} } of day.callbacks ?? []) {
    for (const at of poisson(day.hours, perHour, random)) {
      const afterMs = afterMinutes && between(afterMinutes, random) * MINUTE_MS;
      const wish = { type: 'callback' as const, service, parameters, ...(afterMs !== undefined && { afterMs }) };
      arrivals.push({ at, party: drawPerson(parties, random), wish });
    }
  }
  for (const { to, perHour } of day.calls ?? []) {
    for (const at of poisson(day.hours, perHour, random)) {
      arrivals.push({ at, party: drawPerson(parties, random), wish: { type: 'call', to } });
    }
  }
  return arrivals
    .sort((one, other) => one.at - other.at)
    .map((arrival, place) => ({ ...arrival, number: String(FIRST_NUMBER + place) }));
}

/** Times of a Poisson process, milliseconds from the beginning. */
function* poisson(hours: number, perHour: number | readonly number[], random: Random): Generator<number> {
  for (let hour = 0; hour < hours; hour += 1) {
    const rate = typeof perHour === 'number' ? perHour : (perHour[hour] ?? 0);
    const length = Math.min(1, hours - hour);
    for (let time = exponential(1, random) / rate; time < length; time += exponential(1, random) / rate) {
      yield Math.round((hour + time) * HOUR_MS);
    }
  }
}

/** Somebody who decides anew at each attempt. */
function drawPerson(parties: readonly Party[], random: Random): Person {
  const attempts = Array.from({ length: ATTEMPTS }, () => drawParty(parties, random));
  return { ...attempts[0], sequence: attempts };
}

function drawParty(parties: readonly Party[], random: Random): Attempt {
  let left = random() * parties.reduce((sum, { share }) => sum + share, 0);
  for (const { share, talkSeconds, ...party } of parties) {
    left -= share;
    if (left >= 0) continue;
    const talks = talkSeconds === undefined ? {} : { talkSeconds: rounded(exponential(talkSeconds, random)) };
    return { ...party, ...talks };
  }
  throw new RangeError('There are no parties.');
}

function exponential(mean: number, random: Random): number {
  return -mean * Math.log(1 - random());
}

function between([from, to]: readonly [number, number], random: Random): number {
  return from + (to - from) * random();
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
