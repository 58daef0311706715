import type { FastifyRequest } from 'fastify';
import { CallbackError } from '../../callback/index.js';
import { isObject, type JsonObject, type JsonValue, parseInstant } from '../../kernel/index.js';

const MOST_PARAMETERS = 200;
const LONGEST_NAME = 128;
const LONGEST_VALUE = 64 * 1024;

/**
 * The query of a request: each name once.
 * @throws CallbackError `invalid-parameter` for a repeated name
 */
export function queryOf(request: FastifyRequest): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries(isObject(request.query) ? request.query : {})) {
    if (typeof value !== 'string') throw repeated(name);
    checkValue(name, value);
    query[name] = value;
  }
  return query;
}

/** All values of a query parameter that may be repeated. */
export function queryValues(request: FastifyRequest, name: string): string[] | undefined {
  const value = isObject(request.query) ? request.query[name] : undefined;
  if (value === undefined) return undefined;
  return (Array.isArray(value) ? value : [value]).map(String);
}

/**
 * The parameters of a request with a body: a JSON object, or a form. What the query says too, the body decides.
 * @throws CallbackError `invalid-parameter` for a body that is no object, for repeated names, files, and what is too
 *   large
 */
export function parametersOf(request: FastifyRequest): JsonObject {
  for (const [name, values] of Object.entries(request.formValues ?? {})) {
    if (values.length > 1) throw repeated(name);
  }
  const [upload] = request.uploads;
  if (upload)
    throw new CallbackError('invalid-parameter', { parameter: upload.field, problem: 'files are not accepted' });
  const parameters: JsonObject = { ...queryOf(request), ...bodyOf(request) };
  const entries = Object.entries(parameters);
  if (entries.length > MOST_PARAMETERS) {
    const problem = `there are ${entries.length} of them, at most ${MOST_PARAMETERS} are accepted`;
    throw new CallbackError('invalid-parameter', { parameter: 'names', problem });
  }
  for (const [name, value] of entries) checkValue(name, value);
  return parameters;
}

/** A JSON body; an absent one is an empty object. */
export function bodyOf(request: FastifyRequest): JsonObject {
  const body = request.body ?? {};
  if (!isObject(body)) {
    throw new CallbackError('invalid-parameter', { parameter: 'body', problem: 'a JSON object is expected' });
  }
  // Bodies come from the JSON parser or from a form: their values are JSON.
  return body as JsonObject;
}

/** @throws CallbackError `invalid-time` */
export function timeParameter(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  // A plus sign that was not escaped in an address arrives as a blank.
  const at = parseInstant(text.replace(/ (\d{2}:?\d{2})$/, '+$1'));
  if (at === undefined) throw new CallbackError('invalid-time', { parameter: name, value: text });
  return at;
}

/** @throws CallbackError `invalid-parameter` */
export function countParameter(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw new CallbackError('invalid-parameter', { parameter: name, problem: `[${text}] is not a whole number` });
  }
  return Number(text);
}

/** @throws CallbackError `invalid-parameter` for a member that is no array of texts */
export function textsOf(body: JsonObject, name: string): string[] {
  const value: JsonValue | undefined = body[name];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw new CallbackError('invalid-parameter', { parameter: name, problem: 'an array of texts is expected' });
  }
  return value;
}

function checkValue(name: string, value: JsonValue): void {
  const problem = problemOf(name, value);
  if (problem) throw new CallbackError('invalid-parameter', { parameter: name.slice(0, LONGEST_NAME), problem });
}

function problemOf(name: string, value: JsonValue): string | undefined {
  if (name.length > LONGEST_NAME) return `the name is longer than ${LONGEST_NAME} characters`;
  const length = typeof value === 'string' ? value.length : JSON.stringify(value).length;
  return length > LONGEST_VALUE ? `the value is longer than ${LONGEST_VALUE} characters` : undefined;
}

function repeated(name: string): CallbackError {
  return new CallbackError('invalid-parameter', { parameter: name, problem: 'it is given more than once' });
}
