import { isObject, type JsonObject, type JsonValue, RingbackError } from '../../kernel/index.js';
import type { Action } from '../action-module.js';

/** Readers of evaluated attributes; what an application got wrong becomes `error` data of its error event. */

function invalid(name: string, wanted: string, value: unknown): RingbackError {
  return new RingbackError('invalid-parameter', `${name} must be ${wanted}, not ${JSON.stringify(value)}`);
}

export function text(action: Action, name: string): string | undefined {
  const value = action.attributes[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid(name, 'a string', value);
}

export function requiredText(action: Action, name: string): string {
  const value = text(action, name);
  if (value === undefined) throw new RingbackError('invalid-parameter', `${name} is missing`);
  return value;
}

/** The longest wait that an application can ask for, in seconds: about 24 days. */
const LONGEST_S = 2_147_483;

/** A number of seconds, in whole milliseconds. */
export function milliseconds(action: Action, name: string): number | undefined {
  const seconds = number(action, name);
  if (seconds === undefined) return undefined;
  if (seconds < 0 || seconds > LONGEST_S) throw invalid(name, `between 0 and ${LONGEST_S} seconds`, seconds);
  return Math.round(seconds * 1000);
}

export function number(action: Action, name: string): number | undefined {
  const value = action.attributes[name];
  if (value === undefined || value === null || value === '') return undefined;
  const parsed = typeof value === 'number' ? value : Number(String(value).trim());
  if (!Number.isFinite(parsed)) throw invalid(name, 'a number', value);
  return parsed;
}

export function flag(action: Action, name: string): boolean {
  const value = action.attributes[name];
  if (value === undefined || value === null || value === '') return false;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalid(name, 'true or false', value);
}

export function object(action: Action, name: string): JsonObject {
  return objectOf(action.attributes[name], name);
}

export function objectOf(value: JsonValue | undefined, name: string): JsonObject {
  if (value === undefined || value === null || value === '') return {};
  // isObject has excluded arrays and scalars; the rest of a JSON value is an object of JSON values.
  if (isObject(value)) return value as JsonObject;
  throw invalid(name, 'an object', value);
}
