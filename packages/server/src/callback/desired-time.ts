import { addSpan, type Calendar, leastAfterSpan } from '../calendar/index.js';
import { instant, type JsonValue, parseInstant, RingbackError } from '../kernel/index.js';
import { type BucketGrid, zoneOf } from './availability.js';
import { CallbackError } from './callback-error.js';
import type { CallbackService } from './callback-service.js';
import { scalarText } from './service-parameters.js';

/** A customer's clock may be this far behind ours before a desired time counts as past. */
const CLOCK_DIFFERENCE_MS = 60_000;
const DEFAULT_FUTURE_LIMIT = '1M';

export interface DesiredTime {
  /** Milliseconds since 1970. */
  at: number;
  /** As the client wrote it: error texts repeat it. */
  text: string;
}

/**
 * Reads a desired time; undefined when there is none (absent, null or empty).
 * @throws CallbackError `invalid-time`
 */
export function readDesiredTime(parameter: string, value: JsonValue | undefined): DesiredTime | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const text = scalarText(value);
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  if (text === undefined || at === undefined) {
    throw new CallbackError('invalid-time', { parameter, value: text ?? JSON.stringify(value) });
  }
  return { at, text };
}

/** @throws CallbackError `too-early`: before now, beyond what the service still accepts */
export function checkNotPast(service: CallbackService, desired: DesiredTime, now: number): void {
  if (desired.at < now - service.rejectPastSeconds * 1000 - CLOCK_DIFFERENCE_MS) {
    throw new CallbackError('too-early', { desired: desired.text });
  }
}

/** @throws CallbackError `too-late` */
export function checkNotTooFar(service: CallbackService, desired: DesiredTime, now: number, grid: BucketGrid): void {
  // Most times are so near that the calendar need not be asked.
  const near = leastAfterSpan(now, service.rejectFuture);
  if (near !== undefined && desired.at <= near) return;
  if (desired.at > latestTime(service, now, grid)) throw new CallbackError('too-late', { desired: desired.text });
}

/** The latest time that can be desired at the moment, milliseconds since 1970. */
export function latestTime(service: CallbackService, now: number, grid: BucketGrid): number {
  const zone = zoneOf(grid).name;
  return addSpan(now, service.rejectFuture, zone) ?? addSpan(now, DEFAULT_FUTURE_LIMIT, zone) ?? now;
}

/** @throws CallbackError `closed` with the reason of the office hours */
export function checkOpen(grid: BucketGrid, at: number): void {
  const opening = grid.hours?.evaluate(at);
  if (opening && !opening.open) throw new CallbackError('closed', { reason: opening.reason });
}

/** When a callback for that time is handed to a session. */
export function submitTime(service: CallbackService, desiredAt: number): number {
  return desiredAt - service.executionBufferMs;
}

/**
 * The buckets of a service.
 * @throws CallbackError `misconfigured` when its office hours or its capacity service are missing or unusable
 */
export function gridOf(calendar: Calendar, service: CallbackService): BucketGrid {
  try {
    return {
      minutes: service.bucketMinutes,
      places: service.bucketCapacity,
      ...(service.businessHours !== '' && { hours: calendar.officeHours(service.businessHours) }),
      ...(service.capacityService !== '' && { capacity: calendar.capacity(service.capacityService) }),
    };
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error;
    throw new CallbackError('misconfigured', { service: service.name, problem: error.message }, { cause: error });
  }
}

/** For texts that name a time which the client may not have given. */
export function textOf(desired: DesiredTime | undefined, now: number): string {
  return desired?.text ?? instant(now);
}
