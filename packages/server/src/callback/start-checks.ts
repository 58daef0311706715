import type { JsonObject, JsonValue } from '../kernel/index.js';
import type { BucketGrid } from './availability.js';
import { CallbackError } from './callback-error.js';
import { SYSTEM_KEYS } from './callback-record.js';
import type { CallbackService } from './callback-service.js';
import { checkNotPast, checkNotTooFar, checkOpen, type DesiredTime } from './desired-time.js';
import { NUMBER_KEY } from './lookup-keys.js';
import { scalarText } from './service-parameters.js';
import type { RequestHeaders } from './throttle.js';

/**
 * @returns the customer number
 * @throws CallbackError `missing-key`, `invalid-parameter`
 */
export function requireKeys(service: CallbackService, parameters: JsonObject): string | undefined {
  for (const key of service.mandatoryKeys) {
    if (isMissing(parameters[key])) throw new CallbackError('missing-key', { key });
  }
  if (isMissing(parameters[NUMBER_KEY])) return undefined;
  const number = scalarText(parameters[NUMBER_KEY])?.trim();
  if (!number) throw new CallbackError('invalid-parameter', { parameter: NUMBER_KEY, problem: 'it must be a text' });
  return number;
}

function isMissing(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Scheduled callbacks are judged at their time, immediate ones only if the service asks for it (in 2013: always). */
export function checkTimes(
  service: CallbackService,
  grid: BucketGrid,
  desired: DesiredTime | undefined,
  now: number,
): void {
  if (desired) {
    checkNotPast(service, desired, now);
    checkNotTooFar(service, desired, now, grid);
    checkOpen(grid, desired.at);
  } else if (service.rejectOutOfOfficeHours || service.profile === '2013') {
    checkOpen(grid, now);
  }
}

/** What a check refuses; undefined when it passes. */
export function refusalOf(check: () => void): CallbackError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof CallbackError) return error;
    throw error;
  }
}

/** What a request carries, without what the server itself knows better. */
export function withoutSystemKeys(parameters: JsonObject): JsonObject {
  const properties: JsonObject = {};
  for (const [name, value] of Object.entries(parameters)) if (!SYSTEM_KEYS.has(name)) properties[name] = value;
  return properties;
}

/** The first value of a header, its name in lower case. */
export function headerText(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
