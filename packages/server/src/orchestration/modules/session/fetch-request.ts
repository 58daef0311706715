import { isObject, type JsonObject, type JsonValue, newId, RingbackError } from '../../../kernel/index.js';
import type { Action } from '../../action-module.js';
import type { FetchRequest } from '../../fetch/guarded-fetch.js';
import { number, object, text } from '../attributes.js';

const DEFAULT_TIMEOUT_S = 30;
const LONGEST_TIMEOUT_S = 3_600;
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';
export const JSON_TYPE = 'application/json';

/** Headers of the connection, which the transport alone knows. */
const OF_CONNECTION = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

/** @throws RingbackError `invalid-parameter`, `not-supported` */
export function methodOf(action: Action): FetchRequest['method'] {
  const wanted = (text(action, 'method') ?? 'get').trim().toUpperCase();
  const found = METHODS.find((method) => method === wanted);
  if (found) return found;
  if (wanted === 'ESP' || wanted === 'URS') throw new RingbackError('not-supported', `there is no ${wanted} server`);
  throw new RingbackError('invalid-parameter', `method must be one of ${METHODS.join(', ')}, not ${wanted}`);
}

/**
 * The request that `<session:fetch>` describes (ors-core-queue.md 2.3): parameters go into the query of GET and DELETE,
 * otherwise into the body as `enctype` says; `<content>` is the body itself and wins over them.
 * @param address absolute
 */
export function requestOf(action: Action, address: string): FetchRequest {
  const method = methodOf(action);
  const url = new URL(address);
  const headers = headersOf(action);
  const timeoutMs = timeoutOf(action);
  const hasBody = method === 'POST' || method === 'PUT' || (method === 'DELETE' && action.content !== undefined);
  if (!hasBody) {
    for (const [name, value] of formEntries(action.parameters)) url.searchParams.append(name, value);
    return { url: url.href, method, headers, timeoutMs };
  }
  const { type, body } = bodyOf(action);
  headers['content-type'] ??= type;
  return { url: url.href, method, headers, body, timeoutMs };
}

function timeoutOf(action: Action): number {
  const seconds = number(action, 'timeout') || DEFAULT_TIMEOUT_S;
  if (seconds > 0 && seconds <= LONGEST_TIMEOUT_S) return Math.ceil(seconds * 1000);
  throw new RingbackError('invalid-parameter', `timeout must be up to ${LONGEST_TIMEOUT_S} seconds, not ${seconds}`);
}

function headersOf(action: Action): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(object(action, 'headers'))) {
    if (!OF_CONNECTION.has(name.toLowerCase()) && value !== null) headers[name.toLowerCase()] = formText(value);
  }
  headers.accept ??= `${text(action, 'type') ?? JSON_TYPE}, */*;q=0.1`;
  const username = text(action, 'username');
  if (username !== undefined) {
    const credentials = `${username}:${text(action, 'password') ?? ''}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  return headers;
}

function bodyOf(action: Action): { type: string; body: string } {
  const { content, parameters } = action;
  const enctype = text(action, 'enctype');
  const type = (enctype ?? FORM).toLowerCase();
  if (content !== undefined) {
    const isData = typeof content !== 'string' && !isXml(content);
    return { type: enctype ?? (isData ? JSON_TYPE : FORM), body: contentText(content) };
  }
  if (type.startsWith(JSON_TYPE) || type.includes('+json')) return { type, body: JSON.stringify(parameters) };
  if (type.startsWith(MULTIPART)) return multipart(parameters);
  if (type.startsWith('text/')) {
    const lines = formEntries(parameters).map(([name, value]) => `${name}=${value}\r\n`);
    return { type, body: lines.join('') };
  }
  if (!type.startsWith(FORM)) {
    throw new RingbackError('invalid-parameter', `parameters cannot be sent as ${type}; give the body as content`);
  }
  return { type, body: new URLSearchParams(formEntries(parameters)).toString() };
}

/** XML that stands in a document crosses the border of a session as `{$xml: text}`. */
function isXml(content: JsonValue): content is { $xml: string } {
  return isObject(content) && typeof content.$xml === 'string';
}

function contentText(content: JsonValue): string {
  if (typeof content === 'string') return content;
  return isXml(content) ? content.$xml : JSON.stringify(content);
}

function multipart(parameters: JsonObject): { type: string; body: string } {
  const boundary = `ringback-${newId()}`;
  const parts = formEntries(parameters).map(([name, value]) => {
    const quoted = name.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
    return `--${boundary}\r\ncontent-disposition: form-data; name="${quoted}"\r\n\r\n${value}\r\n`;
  });
  return { type: `${MULTIPART}; boundary=${boundary}`, body: `${parts.join('')}--${boundary}--\r\n` };
}

function formEntries(parameters: JsonObject): [string, string][] {
  return Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    Array.isArray(value) ? value.map((one) => [name, formText(one)]) : [[name, formText(value)]],
  );
}

function formText(value: JsonValue): string {
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value ?? '');
}
