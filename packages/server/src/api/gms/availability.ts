import { DateTime, IANAZone } from 'luxon';
import { Zone } from '../../calendar/index.js';
import {
  type AvailabilityQuery,
  CallbackError,
  type OpenSlots,
  type SlotDay,
  type SlotRange,
  slotTime,
} from '../../callback/index.js';
import { countParameter, timeParameter } from './request-parameters.js';

type Query = Readonly<Record<string, string>>;

/** Version 1 of Query-Availability: `timestamp` (2013), or `start` with `end` or `number-of-days` (8.5). */
export function readAvailabilityQuery(query: Query): AvailabilityQuery {
  const timestamp = timeParameter(query, 'timestamp');
  const text = query.timestamp ?? '';
  return {
    ...readRange(query, (name) => timeParameter(query, name)),
    ...(timestamp !== undefined && { desired: { at: timestamp, text } }),
  };
}

export interface SlotsQuery extends SlotRange {
  /** The zone that the client asked for. */
  timezone?: string;
}

/** Version 2: also milliseconds, and times without zone in the client's own `timezone`. */
export function readSlotsQuery(query: Query): SlotsQuery {
  const { timezone } = query;
  if (timezone && !IANAZone.isValidZone(timezone)) {
    throw new CallbackError('invalid-parameter', { parameter: 'timezone', problem: `[${timezone}] is no time zone` });
  }
  const start = timeIn(query, 'start', timezone) ?? timeIn(query, 'timestamp', timezone);
  if (start !== undefined && query['start-ms']) {
    throw new CallbackError('invalid-range', { problem: 'only one of start, timestamp and start-ms can be given' });
  }
  if (query.end && query['end-ms']) {
    throw new CallbackError('invalid-range', { problem: 'only one of end, end-ms and number-of-days can be given' });
  }
  const startMs = start ?? countParameter(query, 'start-ms');
  const endMs = timeIn(query, 'end', timezone) ?? countParameter(query, 'end-ms');
  const read = (name: string) => (name === 'start' ? startMs : endMs);
  return {
    ...readRange(query, read),
    ...(timezone && { timezone }),
    reportBusy: query['report-busy']?.toLowerCase() === 'true',
  };
}

/** The body of version 1: free places by start of bucket. Both bodies are written by hand: a month has thousands. */
export function availabilityBody({ days }: OpenSlots): Buffer {
  return asBody(`{${textOf(days, versionOne, '')}}`);
}

/** The body of version 2. */
export function slotsBody({ days, minutes }: OpenSlots, timezone: string | undefined): Buffer {
  const echo = timezone ? `,"timezone":${JSON.stringify(timezone)}` : '';
  return asBody(`{"slots":[${textOf(days, versionTwo, timezone ?? '')}],"durationMin":${minutes}${echo}}`);
}

/** What a version writes of slots, and what it wrote last of days that may come again. */
interface Written {
  write: (slots: SlotDay, timezone: string) => string;
  days: WeakMap<SlotDay, { timezone: string; text: string }>;
}

const versionOne: Written = {
  write: (slots) => slots.map(({ start, free }) => `"${slotTime(start)}":${free}`).join(','),
  days: new WeakMap(),
};

const versionTwo: Written = {
  write: (slots, timezone) => {
    const zone = timezone ? Zone.named(timezone) : undefined;
    return slots
      .map(({ start, free, total }) => {
        const local = zone ? `"localTime":"${localTime(start, zone)}",` : '';
        return `{"utcTime":"${slotTime(start)}",${local}"capacity":${free},"total":${total}}`;
      })
      .join(',');
  },
  days: new WeakMap(),
};

function textOf(days: readonly SlotDay[], version: Written, timezone: string): string {
  return days
    .filter((slots) => slots.length > 0)
    .map((slots) => {
      const known = version.days.get(slots);
      if (known?.timezone === timezone) return known.text;
      const text = version.write(slots, timezone);
      version.days.set(slots, { timezone, text });
      return text;
    })
    .join(',');
}

/** Nothing in these bodies is beyond ASCII, which spares looking at hundreds of kilobytes letter by letter. */
function asBody(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function readRange(query: Query, time: (name: string) => number | undefined): SlotRange {
  const start = time('start');
  const end = time('end');
  const days = countParameter(query, 'number-of-days');
  const maxSlots = countParameter(query, 'max-time-slots');
  return {
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(days !== undefined && { days }),
    ...(maxSlots !== undefined && { maxSlots }),
  };
}

/** Clients read it with or without an offset; they add `Z` themselves, so none is sent. */
function localTime(at: number, zone: Zone): string {
  return slotTime(at + zone.offsetAt(at)).slice(0, -1);
}

function timeIn(query: Query, name: string, timezone: string | undefined): number | undefined {
  const text = query[name];
  if (!text || !timezone || /(Z|[+ -]\d{2}:?\d{2})$/i.test(text)) return timeParameter(query, name);
  // Whatever is no time is refused here; the rest is read again on the client's clock.
  if (timeParameter(query, name) === undefined) return undefined;
  const local = DateTime.fromISO(text, { zone: timezone });
  if (!local.isValid) throw new CallbackError('invalid-time', { parameter: name, value: text });
  return local.toMillis();
}
