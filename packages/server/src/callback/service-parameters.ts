import type { OptionMap } from '../calendar/index.js';
import { instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { CallbackService } from './callback-service.js';

/** Never taken from a request unless the service lists them in `_overwritable_options`. */
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

/** Options that an application has no business with. */
const CREDENTIALS = new Set(['username', 'password']);

const TOKEN = /\$(\w+)\$/g;
const hasTokens = new WeakMap<OptionMap, boolean>();

/**
 * The value of a parameter that both the service and the request may give: the configured option wins, even an empty
 * one, unless `_overwritable_options` lists it; otherwise the request's value counts, an empty one too.
 */
export function effectiveParameter(
  service: Pick<CallbackService, 'options' | 'overwritable'>,
  request: JsonObject,
  name: string,
): JsonValue | undefined {
  const configured = service.options[name];
  const overwritable = service.overwritable.has(name);
  if (configured !== undefined && !overwritable) return configured;
  if (RESERVED.has(name) && !overwritable) return configured;
  return request[name] ?? configured;
}

/** Every `$token$` in the options that the request names is replaced by the request's value. */
export function withTokens(options: OptionMap, request: JsonObject): OptionMap {
  let tokens = hasTokens.get(options);
  if (tokens === undefined) {
    tokens = Object.values(options).some((value) => value.search(TOKEN) >= 0);
    hasTokens.set(options, tokens);
  }
  if (!tokens) return options;
  const replaced = Object.entries(options).map(([name, value]) => [
    name,
    value.replace(TOKEN, (token, variable: string) => scalarText(request[variable]) ?? token),
  ]);
  return Object.fromEntries(replaced);
}

/** What a session has to know of the callback that it works for. */
export interface SubmittedCallback {
  id: string;
  service: string;
  number: string | undefined;
  immediate: boolean;
  desiredAt: number;
  /** When it was first submitted, milliseconds since 1970. */
  startedAt: number;
  properties: JsonObject;
}

/**
 * The parameters of a session: the provisioned options, the request's own parameters, and what identifies the
 * callback. Keys without underscore are user data, gathered in `_user_data`.
 */
export function sessionParameters(service: CallbackService, callback: SubmittedCallback): JsonObject {
  const { properties } = callback;
  const parameters: JsonObject = {};
  const userData: JsonObject = {};
  for (const [name, value] of Object.entries(withTokens(service.options, properties))) {
    if (!CREDENTIALS.has(name)) parameters[name] = value;
  }
  for (const [name, value] of Object.entries(properties)) {
    if (!name.startsWith('_')) userData[name] = value;
    else if (isRequests(service, name)) parameters[name] = value;
  }
  return {
    ...parameters,
    ...(callback.number !== undefined && { _customer_number: callback.number }),
    ...(!callback.immediate && { _desired_time: instant(callback.desiredAt) }),
    _service_id: callback.id,
    _service_name: callback.service,
    _callback_start_time: instant(callback.startedAt),
    _user_data: userData,
  };
}

/** The shipped applications: who calls whom decides which one runs where a service says `callback`. */
const SHIPPED = 'callback';
const USER_ORIGINATED = 'callback-user-originated';

/**
 * The application that runs for a callback: what `_service` names, a copy of a shipped one included; `callback` stands
 * for the shipped ones, of which `_call_direction` chooses.
 */
export function applicationOf(named: string, { _call_direction: direction }: JsonObject): string {
  if (named !== SHIPPED) return named;
  return String(direction ?? '').toUpperCase() === 'USERORIGINATED' ? USER_ORIGINATED : SHIPPED;
}

/**
 * The place in the line that a callback had earned, for the session that takes over from one that was lost:
 * `_urs_vq_priority + _urs_vq_priority_increment * floor((now - start) / _urs_vq_priority_increment_interval)`, and the
 * age of the interaction unless somebody gave one (GMS Callback, "Restore position").
 */
export function restoredPosition(parameters: JsonObject, startedAt: number, now: number): JsonObject {
  const priority = Number(parameters._urs_vq_priority || 0);
  const increment = Number(parameters._urs_vq_priority_increment || 0);
  const intervalMs = Number(parameters._urs_vq_priority_increment_interval || 0) * 1000;
  const steps = intervalMs > 0 ? Math.floor((now - startedAt) / intervalMs) : 0;
  return {
    ...(increment > 0 && steps > 0 && { _urs_vq_priority: String(priority + increment * steps) }),
    ...(!parameters._urs_call_interaction_age && { _urs_call_interaction_age: String(Math.floor(startedAt / 1000)) }),
  };
}

function isRequests(service: CallbackService, name: string): boolean {
  if (service.overwritable.has(name)) return true;
  return service.options[name] === undefined && !RESERVED.has(name);
}

/** A scalar as text; undefined for null, objects and arrays. */
export function scalarText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
