import { type JsonObject, type JsonValue, parseInstant } from '../kernel/index.js';
import type { AttributeField, AttributeValue, BusinessAttributes, Resource } from './business-attributes.js';
import { invalid } from './errors.js';
import { storableText } from './storable.js';

/** When a service shall disappear, as a client sets it: so long after now, or at a time (both in milliseconds). */
export type Expiry = { ttlMs: number } | { at: number };

/** What start and end events have in common. */
export interface EventFields {
  /** The client's `timestamp`; absent: now. */
  at: number | undefined;
  /** The event attributes except the timestamp, checked, in the form in which they are stored. */
  attributes: JsonObject;
  /** Everything that is not a field of an event: the extensions, by name. */
  extensions: JsonObject;
  expiry: Expiry | undefined;
}

export interface StartEvent extends EventFields {
  type: AttributeValue | undefined;
  /** In seconds. */
  estDuration: number | undefined;
}

export interface EndEvent extends EventFields {
  disposition: AttributeValue | undefined;
  dispositionDesc: string | undefined;
}

/** In whose name an event is read. */
export interface EventReader {
  tenant: number;
  resource: Resource;
  attributes: BusinessAttributes;
}

const LONGEST_INTERACTION_ID = 50;
const LONGEST_EXTENSION_NAME = 128;
/** Longer session ids than the documented 32 characters exist; this only bounds them. */
const LONGEST_TEXT = 1024;
const LONGEST_TTL_S = 100 * 366 * 86_400;

/** Members of requests that are fields, whatever the request: a client may send a start event's body to end with. */
const FIELDS: ReadonlySet<string> = new Set([
  ...['timestamp', 'session_id', 'interaction_id', 'application_type', 'application_id'],
  ...['resource_type', 'resource_id', 'media_type', 'est_duration', 'ttl', 'expiration_time'],
  ...['service_type', 'state_type', 'task_type', 'disposition', 'disposition_desc'],
  ...['customer_id', 'contact_key', 'service_id', 'state_id', 'task_id', 'previous_state_id', 'from', 'to'],
]);

/** Members of answers: a service that was read and is sent back brings no extensions of these names. */
const ANSWER_MEMBERS: ReadonlySet<string> = new Set([
  ...['started', 'completed', 'active_states', 'completed_states', 'active_tasks', 'completed_tasks'],
]);

/**
 * Reads the body of a request that starts a service, state or task, or associates a service.
 * @throws ContextError `invalid` naming field and rule
 */
export function readStartEvent(body: JsonObject, reader: EventReader): StartEvent {
  const type = body[`${reader.resource.toLowerCase()}_type`];
  return {
    ...readFields(body, reader),
    type: type === undefined || type === null ? undefined : accept(reader, 'type', type),
    estDuration: readDuration(body.est_duration),
  };
}

/** Reads the body of a request that ends a service, state or task. @throws ContextError `invalid` */
export function readEndEvent(body: JsonObject, reader: EventReader): EndEvent {
  return { ...readFields(body, reader), ...readDisposition(body, reader) };
}

/** Reads how something ended. @throws ContextError `invalid` */
export function readDisposition(
  body: JsonObject,
  reader: EventReader,
): Pick<EndEvent, 'disposition' | 'dispositionDesc'> {
  const { disposition, disposition_desc: description } = body;
  if (description !== undefined && description !== null && typeof description !== 'string') {
    throw invalid('disposition_desc', 'a string is expected');
  }
  return {
    disposition:
      disposition === undefined || disposition === null ? undefined : accept(reader, 'disposition', disposition),
    dispositionDesc: typeof description === 'string' ? storableText('disposition_desc', description) : undefined,
  };
}

/** Reads `ttl` (seconds from now) and `expiration_time`; `ttl` wins. @throws ContextError `invalid` */
export function readExpiry(body: JsonObject): Expiry | undefined {
  const { ttl, expiration_time: time } = body;
  if (ttl !== undefined && ttl !== null) {
    const seconds = typeof ttl === 'string' && ttl.trim() !== '' ? Number(ttl) : ttl;
    if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > LONGEST_TTL_S) {
      throw invalid('ttl', 'a number of seconds (integer, not negative) is expected');
    }
    return { ttlMs: seconds * 1000 };
  }
  return time === undefined || time === null ? undefined : { at: readInstant('expiration_time', time) };
}

/** @returns milliseconds since 1970 @throws ContextError `invalid` */
export function readInstant(field: string, value: unknown): number {
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  if (at === undefined) throw invalid(field, 'a time in ISO 8601, such as 2026-01-31T12:00:00.000Z, is expected');
  return at;
}

/** A name under which an extension can be kept. @throws ContextError `invalid` */
export function readExtensionName(name: string): string {
  if (name === '' || name.length > LONGEST_EXTENSION_NAME || name === '__proto__') {
    throw invalid('extension', `an extension's name has 1 to ${LONGEST_EXTENSION_NAME} characters`);
  }
  if (FIELDS.has(name) || ANSWER_MEMBERS.has(name)) {
    throw invalid('extension', `'${name}' is the name of a field and cannot name an extension`);
  }
  return storableText('extension', name);
}

/** Whether a body brings extensions. */
export function hasExtensions(body: JsonObject): boolean {
  return Object.keys(body).some((name) => !FIELDS.has(name) && !ANSWER_MEMBERS.has(name));
}

function readFields(body: JsonObject, reader: EventReader): EventFields {
  const attributes: JsonObject = {};
  const extensions: JsonObject = {};
  for (const [name, value] of Object.entries(body)) {
    if (FIELDS.has(name)) readAttribute(attributes, name, value, reader);
    else if (!ANSWER_MEMBERS.has(name)) extensions[readExtensionName(name)] = value;
  }
  const { timestamp } = body;
  return {
    at: timestamp === undefined || timestamp === null ? undefined : readInstant('timestamp', timestamp),
    attributes,
    extensions,
    expiry: readExpiry(body),
  };
}

function readAttribute(into: JsonObject, name: string, value: JsonValue, reader: EventReader): void {
  if (value === null) return;
  switch (name) {
    case 'application_type':
    case 'resource_type':
    case 'media_type':
      into[name] = accept(reader, name, value);
      return;
    case 'session_id':
    case 'interaction_id':
      into[name] = readText(name, value, name === 'interaction_id' ? LONGEST_INTERACTION_ID : LONGEST_TEXT);
      return;
    case 'application_id':
    case 'resource_id':
      into[name] = readDbid(name, value);
      return;
    default:
      return;
  }
}

function accept(reader: EventReader, field: AttributeField, value: unknown): AttributeValue {
  const accepted = reader.attributes.accept(reader.tenant, reader.resource, field, value);
  return typeof accepted === 'string' ? readText(field, accepted, LONGEST_TEXT) : accepted;
}

function readText(field: string, value: JsonValue, longest: number): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw invalid(field, 'a string is expected');
  if (text.length > longest) throw invalid(field, `at most ${longest} characters are allowed`);
  return storableText(field, text);
}

function readDbid(field: string, value: JsonValue): number {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw invalid(field, 'an integer is expected');
  return number;
}

function readDuration(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) {
    throw invalid('est_duration', 'a number of seconds, not negative, is expected');
  }
  return seconds;
}
