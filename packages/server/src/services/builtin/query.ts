import { RingbackError } from '../../kernel/index.js';
import type { ServiceRequest } from './builtin-service.js';

/** A query parameter of a read; undefined when it is absent or empty. */
export function queryText({ userData, parameters }: ServiceRequest, name: string): string | undefined {
  const value = userData.get(name) ?? parameters[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function invalidQuery(message: string): RingbackError {
  return new RingbackError('invalid-calendar-query', message);
}

/** The longest range that is looked at. */
export const LONGEST_RANGE_MS = 366 * 86_400_000;

/** @throws RingbackError `invalid-calendar-query` */
export function requireRange(start: number, end: number): void {
  if (end < start) throw invalidQuery('Invalid date range : end is before start');
  if (end - start > LONGEST_RANGE_MS) throw invalidQuery('Invalid date range : it is longer than 366 days');
}
