import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isObject, type JsonObject, type JsonValue, RingbackError } from '../../kernel/index.js';
import { attempt, bytesOf } from '../http/body-parsers.js';
import { parseJson } from '../http/json-body.js';
import { charsetOf, decode, requireStorable } from '../http/text.js';

/** A body as it came: what an application of the original is told of it is its text. */
export interface RawBody {
  /** Content type in lower case, without parameters; '' when there is none. */
  type: string;
  text: string;
}

/** What a client says beside the path. */
export interface Message {
  /** Of the query, and of a form body, which wins; of a name that is repeated, the last value. */
  fields: Readonly<Record<string, string>>;
  /** A body that is no form, if there is one. */
  body?: RawBody;
}

const MOST_FIELDS = 500;
const LONGEST_NAME = 256;

/** Reads bodies of every type as text, and leaves forms to the parsers that all APIs share. */
export function registerRawBodies(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/json', 'text/plain']);
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    attempt(done, () => {
      const header = request.headers['content-type'];
      return { type: typeOf(header), text: requireStorable(decode(bytesOf(body), charsetOf(header))) };
    });
  });
}

function typeOf(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * @throws RingbackError `invalid-parameter` for files, too many names, and names that are too long
 */
export function messageOf(request: FastifyRequest): Message {
  const [upload] = request.uploads;
  if (upload) throw invalid(`"${upload.field}" is a file; only texts are accepted.`);
  const form = request.formValues ?? {};
  const query = Object.entries(isObject(request.query) ? request.query : {});
  const entries = [
    ...query.map(([name, value]) => [name, lastText(value)] as const),
    ...Object.entries(form).map(([name, values]) => [name, values.at(-1) ?? ''] as const),
  ];
  if (entries.length > MOST_FIELDS) throw invalid(`There are more than ${MOST_FIELDS} parameters.`);
  for (const [name, value] of entries) {
    if (name.length > LONGEST_NAME) throw invalid(`The name "${name.slice(0, 40)}..." is longer than ${LONGEST_NAME}.`);
    requireStorable(name);
    requireStorable(value);
  }
  const raw = request.formValues === null ? rawOf(request.body) : undefined;
  return { fields: Object.fromEntries(entries), ...(raw && { body: raw }) };
}

function lastText(value: unknown): string {
  return String(Array.isArray(value) ? (value.at(-1) ?? '') : (value ?? ''));
}

function rawOf(body: unknown): RawBody | undefined {
  // What `registerRawBodies` has made of the body; an empty one says nothing.
  const raw = isObject(body) ? (body as unknown as RawBody) : undefined;
  return raw && raw.text.trim() !== '' ? raw : undefined;
}

export function isJson({ type }: RawBody): boolean {
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json');
}

/** @throws RequestError 400 for malformed JSON */
export function jsonOf({ text }: RawBody): JsonValue {
  // What the parser makes of JSON text is JSON.
  return parseJson(text) as JsonValue;
}

/**
 * The start parameters of a message: its fields, and the members of a JSON body, which win.
 * @param parse texts that look like JSON are taken as what they look like (option `parse-start-params`)
 * @throws RingbackError `invalid-body` for a body that is neither a form nor a JSON object
 */
export function parametersOf(message: Message, parse: boolean): JsonObject {
  const { fields, body } = message;
  const parameters: [string, JsonValue][] = Object.entries(fields).map(([name, value]) => [
    name,
    parse ? parsedText(value) : value,
  ]);
  if (body) parameters.push(...Object.entries(objectOf(body)));
  return Object.fromEntries(parameters);
}

function objectOf(body: RawBody): JsonObject {
  // Clients that forget the content type send JSON; everything else says what it is.
  if (!isJson(body) && !/^\s*\{/.test(body.text)) {
    throw new RingbackError('invalid-body', `Send parameters as a form or a JSON object, not as "${body.type}".`);
  }
  const value = jsonOf(body);
  if (!isObject(value)) throw new RingbackError('invalid-body', 'The JSON body must be an object.');
  // An object of JSON is one of JSON values.
  return value as JsonObject;
}

const LOOKS_LIKE_JSON = /^(?:\{[\s\S]*\}|\[[\s\S]*\]|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/;

/** Numbers that would not read the same when written again (identifiers with many digits) stay texts. */
function parsedText(text: string): JsonValue {
  if (!LOOKS_LIKE_JSON.test(text)) return text;
  try {
    const value = parseJson(text) as JsonValue; // of JSON text
    return typeof value === 'number' && String(value) !== text ? text : value;
  } catch (error) {
    if (error instanceof RingbackError) return text;
    throw error;
  }
}

/**
 * The data of an event, in the form that the application's dialect expects (ruling "JSON event to a session"): in the
 * original's, `paramtype` and `param` say what the body was, beside its members; in W3C SCXML a JSON body is the data.
 */
export function eventData(message: Message, ors: boolean): JsonValue | undefined {
  const { fields, body } = message;
  if (!body) return Object.keys(fields).length > 0 || ors ? { ...fields } : undefined;
  const value = isJson(body) ? jsonOf(body) : body.text;
  if (!ors) return isObject(value) ? { ...fields, ...(value as JsonObject) } : value;
  const members = isObject(value) ? (value as JsonObject) : {};
  return { ...fields, ...members, paramtype: body.type, param: body.text };
}

function invalid(problem: string): RingbackError {
  return new RingbackError('invalid-parameter', problem);
}
