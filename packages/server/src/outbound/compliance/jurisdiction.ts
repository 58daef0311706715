import { RingbackError } from '../../kernel/index.js';

/** A stretch of a local day, in seconds since midnight: `[from, till)`. */
export interface CallingWindow {
  /** 1 Monday ... 7 Sunday. */
  weekday: number;
  from: number;
  till: number;
}

export type CapScope = 'number' | 'person' | 'campaign';

/** At most `count` attempts in any time of `withinMs`. */
export interface AttemptCap {
  count: number;
  withinMs: number;
  scope: CapScope;
}

/** What happened, after which nobody is called for a while. */
export type SilenceCause = 'conversation' | 'refusal' | 'abandoned' | 'machine';

export interface Silence {
  after: SilenceCause;
  forMs: number;
  /** An agent who is certain to be there ends it. */
  endsWithAgent: boolean;
}

/** One pack of rules, read. */
export interface Jurisdiction {
  name: string;
  title: string;
  extends: readonly string[];
  /** Empty: every number. */
  numbers: readonly string[];
  zones: readonly string[];
  /** Undefined: any time. */
  windows: readonly CallingWindow[] | undefined;
  closed: ReadonlySet<string>;
  attempts: readonly AttemptCap[];
  silences: readonly Silence[];
  ringMinimumS: number;
  abandonment: { share: number; withinMs: number } | undefined;
}

type Pack = Readonly<Record<string, string>>;

const DAYS: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const CAUSES: readonly SilenceCause[] = ['conversation', 'refusal', 'abandoned', 'machine'];
const KEYS: ReadonlySet<string> = new Set([
  ...['title', 'extends', 'numbers', 'zones', 'windows', 'closed', 'attempts', 'ring-minimum', 'abandonment'],
  ...['silence-ends-with-agent', ...CAUSES.map((cause) => `silence-after-${cause}`)],
]);

/**
 * Reads a pack; for its keys see jurisdictions.ts.
 * @throws RingbackError `invalid-jurisdiction` naming pack, key and what would be right
 */
export function readJurisdiction(name: string, pack: Pack): Jurisdiction {
  const fail = (key: string, right: string) =>
    new RingbackError('invalid-jurisdiction', `Jurisdiction ${name}: ${key} is "${pack[key]}", must be ${right}.`);
  for (const key of Object.keys(pack)) if (!KEYS.has(key)) throw fail(key, `one of ${[...KEYS].join(', ')}`);
  const endsWithAgent = pack['silence-ends-with-agent'] === 'true';
  const silences = CAUSES.flatMap((after) => {
    const key = `silence-after-${after}`;
    const text = pack[key];
    if (text === undefined) return [];
    const forMs = duration(text);
    if (forMs === undefined) throw fail(key, 'a time such as 72h or 7d');
    return [{ after, forMs, endsWithAgent: endsWithAgent && (after === 'abandoned' || after === 'machine') }];
  });
  const windows = pack.windows === undefined ? undefined : readWindows(pack.windows);
  if (windows === null) throw fail('windows', 'stretches such as Mon-Fri 08:00-21:00; Sat 09:00-17:00');
  const attempts = readCaps(pack.attempts ?? '');
  if (!attempts) throw fail('attempts', 'caps such as 3/24h/person; 7/7d/number');
  const ringMinimumS = Number(pack['ring-minimum'] ?? 0);
  if (!Number.isFinite(ringMinimumS) || ringMinimumS < 0) throw fail('ring-minimum', 'a number of seconds');
  const abandonment = pack.abandonment === undefined ? undefined : readAbandonment(pack.abandonment);
  if (abandonment === null) throw fail('abandonment', 'a share and a time such as 3%/30d');
  const numbers = words(pack.numbers);
  if (numbers.some((prefix) => !/^\+\d{1,15}$/.test(prefix))) throw fail('numbers', 'E.164 prefixes such as +1305');
  const closed = words(pack.closed);
  if (closed.some((date) => !/^\d{4}-\d{2}-\d{2}$/.test(date))) throw fail('closed', 'dates such as 2026-12-25');
  return {
    name,
    title: pack.title ?? name,
    extends: words(pack.extends),
    numbers,
    zones: words(pack.zones),
    windows,
    closed: new Set(closed),
    attempts,
    silences,
    ringMinimumS,
    abandonment,
  };
}

/** Words divided by blanks, commas or semicolons. */
export function words(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,;]+/).filter((word) => word !== '');
}

/** @returns milliseconds; undefined for a text that is no time */
function duration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text.trim()) ?? [];
  const unitMs = UNIT_MS[unit];
  return count === undefined || unitMs === undefined ? undefined : Number(count) * unitMs;
}

function readWindows(text: string): CallingWindow[] | null {
  const windows: CallingWindow[] = [];
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '') continue;
    const match = /^([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))?\s+(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(part);
    const [, first = '', last = first, ...times] = match ?? [];
    const begin = DAYS.indexOf(first);
    const end = DAYS.indexOf(last);
    const [fromHour = 0, fromMinute = 0, tillHour = 0, tillMinute = 0] = times.map(Number);
    const from = fromHour * 3600 + fromMinute * 60;
    const till = tillHour * 3600 + tillMinute * 60;
    if (!match || begin < 0 || end < begin || from >= till || till > 86_400) return null;
    for (let day = begin; day <= end; day += 1) windows.push({ weekday: day + 1, from, till });
  }
  return windows;
}

function readCaps(text: string): AttemptCap[] | undefined {
  const caps: AttemptCap[] = [];
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '') continue;
    const [, count, within, scope] = /^(\d{1,6})\/(\d{1,5}[mhd])\/(number|person|campaign)$/.exec(part) ?? [];
    const withinMs = within === undefined ? undefined : duration(within);
    if (count === undefined || withinMs === undefined) return undefined;
    // The expression admits only these three.
    caps.push({ count: Number(count), withinMs, scope: scope as CapScope });
  }
  return caps;
}

function readAbandonment(text: string): { share: number; withinMs: number } | null {
  const [, share, within] = /^(\d{1,2}(?:\.\d{1,3})?)%\/(\d{1,5}[mhd])$/.exec(text.trim()) ?? [];
  const withinMs = within === undefined ? undefined : duration(within);
  return share === undefined || withinMs === undefined ? null : { share: Number(share) / 100, withinMs };
}
