import type { JsonObject, JsonValue } from '../kernel/index.js';
import type { ServiceRequest } from './builtin/builtin-service.js';
import type { StoredValue } from './storage.js';

type OptionMap = Readonly<Record<string, string>>;

/** Parameters that a request may not set unless the service says so (gms-services.md 1.6). */
const RESERVED = new Set([
  '_redirect',
  '_service',
  '_type',
  '_ors',
  '_ors_lb_strategy',
  'username',
  'password',
  '_overwritable_options',
]);

/** The options that a service lets its requests overwrite. */
function overwritableOf(options: OptionMap): ReadonlySet<string> {
  return new Set((options._overwritable_options ?? '').split(',').map((name) => name.trim()));
}

/** A configured option wins over the request's parameter of its name, unless it may be overwritten. */
export function effectiveParameters(options: OptionMap, parameters: JsonObject): JsonObject {
  const overwritable = overwritableOf(options);
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (!RESERVED.has(name) || overwritable.has(name)) result[name] = value;
  }
  for (const [name, value] of Object.entries(options)) {
    if (name === 'username' || name === 'password') continue;
    if (!(overwritable.has(name) && name in parameters)) result[name] = value;
  }
  return result;
}

/**
 * A request of which the names alone tell parameters from user data (gms-services.md 1.5).
 * @param values of a form or a JSON object
 */
export function serviceRequest(values: JsonObject): ServiceRequest & { userData: Map<string, StoredValue> } {
  const entries = Object.entries(values);
  const parameters = Object.fromEntries(entries.filter(([name]) => name.startsWith('_')));
  const userData = entries
    .filter(([name]) => !name.startsWith('_'))
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const);
  return { parameters, userData: new Map(userData) };
}

/** The text of a parameter; undefined when it is absent or empty. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim();
  return text === '' ? undefined : text;
}

export function isYes(value: JsonValue | undefined): boolean {
  return textOf(value)?.toLowerCase() === 'true';
}
