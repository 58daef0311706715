import { weekday, Zone } from '../../calendar/index.js';
import { instant } from '../../kernel/index.js';
import type { ComplianceVerdict } from '../dialing/index.js';
import type { AttemptCap, Jurisdiction, Silence } from './jurisdiction.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Far enough to find an open day behind a row of closed ones. */
const LOOK_AHEAD_DAYS = 14;

/** Whom a dial would reach, as the rules see it. */
export interface Called {
  /** In E.164, or as it is when it has no such form. */
  number: string;
  /** IANA zones in which the person may be; all of them must be open. */
  zones: readonly string[];
  campaign: string;
  /** An agent is certain to be there when the person answers. */
  agentGuaranteed: boolean;
}

/** An earlier attempt of the ledger at this number, or at this person under another number. */
export interface PastAttempt {
  at: number;
  campaign: string;
  /** At the same number; otherwise at the same person. */
  sameNumber: boolean;
  /** Whom it reached; undefined while it is under way or when it reached nobody. */
  outcome?: 'conversation' | 'refusal' | 'abandoned' | 'machine' | undefined;
}

/** The packs that hold for a number: those that are named, and what they extend. Unknown names are for the caller. */
export function applicable(
  names: readonly string[],
  packs: ReadonlyMap<string, Jurisdiction>,
  number: string,
): Jurisdiction[] {
  const found = new Map<string, Jurisdiction>();
  const walk = (name: string) => {
    const pack = packs.get(name);
    if (!pack || found.has(name)) return;
    if (pack.numbers.length > 0 && !pack.numbers.some((prefix) => number.startsWith(prefix))) return;
    found.set(name, pack);
    for (const other of pack.extends) walk(other);
  };
  for (const name of names) walk(name);
  return [...found.values()];
}

/** What time and number alone decide: the windows of every pack, in every zone the person may be in. */
export function timeVerdict(rules: readonly Jurisdiction[], called: Called, now: number): ComplianceVerdict {
  const zones = zonesOf(rules, called);
  for (const rule of rules) {
    if (rule.windows === undefined && rule.closed.size === 0) continue;
    for (const zone of zones) {
      if (isOpen(rule, zone, now)) continue;
      const until = opensAt(rules, called, now);
      return {
        allowed: false,
        rule: `${rule.name}: calling hours`,
        reason: `It is ${wallClock(zone, now)} in ${zone}, outside of the hours in which ${rule.title} allows calls.`,
        ...(until !== undefined && { until }),
      };
    }
  }
  return { allowed: true };
}

/** What was done before decides: caps and silences. @param past every attempt of the last `longestMemory` */
export function historyVerdict(
  rules: readonly Jurisdiction[],
  called: Called,
  past: readonly PastAttempt[],
  now: number,
): ComplianceVerdict {
  for (const rule of rules) {
    for (const cap of rule.attempts) {
      const verdict = capVerdict(rule, cap, called, past, now);
      if (!verdict.allowed) return verdict;
    }
    for (const silence of rule.silences) {
      const verdict = silenceVerdict(rule, silence, called, past, now);
      if (!verdict.allowed) return verdict;
    }
  }
  return { allowed: true };
}

/** How far back an attempt can matter, in milliseconds. */
export function longestMemory(rules: readonly Jurisdiction[]): number {
  const times = rules.flatMap((rule) => [
    ...rule.attempts.map(({ withinMs }) => withinMs),
    ...rule.silences.map(({ forMs }) => forMs),
  ]);
  return Math.max(0, ...times);
}

function capVerdict(
  rule: Jurisdiction,
  { count, withinMs, scope }: AttemptCap,
  called: Called,
  past: readonly PastAttempt[],
  now: number,
): ComplianceVerdict {
  const counted = past
    .filter(({ at }) => at > now - withinMs)
    .filter((attempt) => scope === 'person' || attempt.sameNumber)
    .filter((attempt) => scope !== 'campaign' || attempt.campaign === called.campaign)
    .map(({ at }) => at)
    .sort((one, other) => one - other);
  if (counted.length < count) return { allowed: true };
  // When so many of them have left the time that there is room again.
  const leaving = counted[counted.length - count];
  return {
    allowed: false,
    rule: `${rule.name}: attempts`,
    reason: `${counted.length} attempts in the last ${withinMs / HOUR_MS} h; ${rule.title} allows ${count} per ${scope}.`,
    ...(leaving !== undefined && count > 0 && { until: leaving + withinMs }),
  };
}

function silenceVerdict(
  rule: Jurisdiction,
  { after, forMs, endsWithAgent }: Silence,
  called: Called,
  past: readonly PastAttempt[],
  now: number,
): ComplianceVerdict {
  if (endsWithAgent && called.agentGuaranteed) return { allowed: true };
  let latest = Number.NEGATIVE_INFINITY;
  for (const { at, outcome } of past) if (outcome === after) latest = Math.max(latest, at);
  if (latest + forMs <= now) return { allowed: true };
  return {
    allowed: false,
    rule: `${rule.name}: silence after ${after}`,
    reason: `The last ${after} was at ${instant(latest)}; ${rule.title} asks for ${forMs / HOUR_MS} h of silence.`,
    until: latest + forMs,
  };
}

/** Everywhere the person may be: by the record, and by the number. */
function zonesOf(rules: readonly Jurisdiction[], called: Called): string[] {
  return [...new Set([...called.zones, ...rules.flatMap(({ zones }) => zones)])];
}

function isOpen({ windows, closed }: Jurisdiction, zone: string, now: number): boolean {
  const { day, time } = Zone.named(zone).wallTime(now);
  if (closed.size > 0 && closed.has(dateOf(day))) return false;
  if (windows === undefined) return true;
  const today = weekday(day);
  return windows.some(({ weekday, from, till }) => weekday === today && time >= from * 1000 && time < till * 1000);
}

/** The next time at which all windows are open, by going from one closed window's opening to the next. */
function opensAt(rules: readonly Jurisdiction[], called: Called, now: number): number | undefined {
  const zones = zonesOf(rules, called);
  let at = now;
  while (at < now + LOOK_AHEAD_DAYS * DAY_MS) {
    const shut = firstShut(rules, zones, at);
    if (!shut) return at;
    const next = nextOpening(shut.rule, shut.zone, at);
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}

function firstShut(rules: readonly Jurisdiction[], zones: readonly string[], at: number) {
  for (const rule of rules) {
    for (const zone of zones) if (!isOpen(rule, zone, at)) return { rule, zone };
  }
  return undefined;
}

function nextOpening({ windows, closed }: Jurisdiction, zoneName: string, now: number): number | undefined {
  const zone = Zone.named(zoneName);
  const { day, time } = zone.wallTime(now);
  for (let ahead = 0; ahead <= LOOK_AHEAD_DAYS; ahead += 1) {
    if (closed.has(dateOf(day + ahead))) continue;
    const starts = windows?.filter((window) => window.weekday === weekday(day + ahead)).map(({ from }) => from * 1000);
    const start = Math.min(...(starts ?? [0]).filter((from) => ahead > 0 || from > time));
    if (start === Number.POSITIVE_INFINITY) continue;
    const at = now + ahead * DAY_MS + start - time;
    // A change of clocks in between moves the wall.
    const there = zone.wallTime(at);
    return at - ((there.day - day - ahead) * DAY_MS + there.time - start);
  }
  return undefined;
}

/** @param day number of days since 1970 */
function dateOf(day: number): string {
  return instant(day * DAY_MS).slice(0, 10);
}

function wallClock(zone: string, at: number): string {
  const { day, time } = Zone.named(zone).wallTime(at);
  const part = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${dateOf(day)} ${part(time / HOUR_MS)}:${part((time % HOUR_MS) / MINUTE_MS)}`;
}
