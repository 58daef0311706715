import { IANAZone } from 'luxon';
import { RingbackError } from '../kernel/index.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Offsets change on quarters of an hour (Lord Howe at 15:30 UTC), so that one look-up serves a whole quarter. */
const QUARTER_MS = 15 * MINUTE_MS;
const CACHED_QUARTERS = 4096;

/** A stretch of time during which a zone keeps one offset. Half open: `from` belongs to it, `to` does not. */
export interface ZoneSegment {
  from: number;
  to: number;
  /** Milliseconds to add to UTC for the local wall clock. */
  offset: number;
}

/** What a wall clock shows: the local date as a number of days since 1970-01-01, and the time of that day. */
export interface WallTime {
  day: number;
  /** Milliseconds since local midnight, as the clock on the wall counts them. */
  time: number;
}

/**
 * A time zone of the IANA database, made cheap to ask on the booking path. All instants are milliseconds since 1970.
 */
export class Zone {
  static readonly #known = new Map<string, Zone>();
  readonly #offsets = new Map<number, number>();

  private constructor(
    readonly name: string,
    private readonly zone: IANAZone,
  ) {}

  /** @throws RingbackError `unknown-time-zone` */
  static named(name: string): Zone {
    const known = Zone.#known.get(name);
    if (known) return known;
    const iana = IANAZone.create(name);
    if (!iana.isValid) {
      throw new RingbackError('unknown-time-zone', `[${name}] is not a time zone; use a name like Europe/Paris.`);
    }
    const zone = new Zone(name, iana);
    Zone.#known.set(name, zone);
    return zone;
  }

  /** Milliseconds to add to UTC at the instant `at`. */
  offsetAt(at: number): number {
    const quarter = Math.floor(at / QUARTER_MS);
    const cached = this.#offsets.get(quarter);
    if (cached !== undefined) return cached;
    if (this.#offsets.size >= CACHED_QUARTERS) this.#offsets.clear();
    const offset = Math.round(this.zone.offset(quarter * QUARTER_MS) * MINUTE_MS);
    this.#offsets.set(quarter, offset);
    return offset;
  }

  wallTime(at: number): WallTime {
    const local = at + this.offsetAt(at);
    const day = Math.floor(local / DAY_MS);
    return { day, time: local - day * DAY_MS };
  }

  /** The stretches of constant offset that make up `[from, to)`, in order. */
  segments(from: number, to: number): ZoneSegment[] {
    const segments: ZoneSegment[] = [];
    let start = from;
    let offset = this.offsetAt(from);
    for (let at = from; at < to; ) {
      if (this.offsetAt(at) !== offset) {
        segments.push({ from: start, to: at, offset });
        start = at;
        offset = this.offsetAt(at);
      }
      const next = Math.min(at + DAY_MS, to);
      at = this.#changeWithin(at, next) ?? next;
    }
    if (start < to) segments.push({ from: start, to, offset });
    return segments;
  }

  /** The first instant in `(from, to)` that has another offset than `from`; a zone changes at most once a day. */
  #changeWithin(from: number, to: number): number | undefined {
    const offset = this.offsetAt(from);
    let quarter = Math.ceil(to / QUARTER_MS) - 1;
    if (this.offsetAt(quarter * QUARTER_MS) === offset) return undefined;
    for (let same = Math.floor(from / QUARTER_MS); quarter - same > 1; ) {
      const middle = Math.floor((same + quarter) / 2);
      if (this.offsetAt(middle * QUARTER_MS) === offset) same = middle;
      else quarter = middle;
    }
    return quarter * QUARTER_MS;
  }
}

/** Day of the week of a day number, Monday = 1 to Sunday = 7 (1970-01-01 was a Thursday). */
export function weekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}
