import type { SendEffect } from '../api/effect.js';
import type { EventInput } from '../api/event.js';
import { basicHttpProcessor } from '../interpreter/send.js';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../json.js';

/** An HTTP request, as the host sends or receives it. Header names are lower case. */
export interface HttpMessage {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Parameter that carries the name of the event (SCXML 1.0, C.2). */
const eventNameParameter = '_scxmleventname';
const formType = 'application/x-www-form-urlencoded';

/**
 * The request by which a `<send>` of the Basic HTTP event processor is transmitted: the name of the event, `namelist`
 * and `<param>` as form parameters, or `<content>` as the body. The host posts it and takes 2xx for delivered; anything
 * else is an `error.communication` event for the sender.
 */
export function encodeBasicHttp(effect: SendEffect): HttpMessage {
  const { event, target = '', content, namelistParams = [] } = effect;
  const pairs: [string, string][] = event.name === '' ? [] : [[eventNameParameter, event.name]];
  if (content !== undefined) {
    const url = pairs.length === 0 ? target : `${target}${target.includes('?') ? '&' : '?'}${form(pairs)}`;
    const type = contentType(content);
    const body = type === formType ? encodeURIComponent(content) : content;
    return { method: 'POST', url, headers: { 'content-type': type }, body };
  }
  for (const [name, value] of namelistParams)
    pairs.push([name, typeof value === 'string' ? value : JSON.stringify(value)]);
  return { method: 'POST', url: target, headers: { 'content-type': formType }, body: form(pairs) };
}

function form(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
}

/** Structured content travels as it is, text in the encoding of forms (test 520). */
function contentType(content: string): string {
  const trimmed = content.trim();
  if (trimmed.startsWith('<')) return 'application/xml';
  if (/^[[{]/.test(trimmed) && parseJson(trimmed) !== undefined) return 'application/json';
  return formType;
}

/**
 * The event that a request to a session's location stands for. Its name is the parameter `_scxmleventname`, else
 * `HTTP.` and the method; other parameters, or the body, are its data; `_event.raw` shows the request.
 */
export function decodeBasicHttp(request: HttpMessage): EventInput {
  const query = request.url.indexOf('?');
  const pairs = query < 0 ? [] : parseForm(request.url.slice(query + 1));
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  let data: JsonValue | undefined;
  if (type === formType || type === '') {
    if (request.body.includes('=')) pairs.push(...parseForm(request.body));
    else if (request.body !== '') data = bodyValue(decodeForm(request.body), type);
  } else if (request.body !== '') {
    data = bodyValue(request.body, type);
  }
  const named = pairs.find(([name]) => name === eventNameParameter);
  const parameters = pairs.filter(([name]) => name !== eventNameParameter);
  if (parameters.length > 0) data = withParameters(data, parameters);
  const event: EventInput = {
    name: named?.[1] ?? `HTTP.${request.method.toUpperCase()}`,
    type: 'external',
    origintype: basicHttpProcessor,
    raw: rawText(request),
  };
  if (data !== undefined) event.data = data;
  return event;
}

function withParameters(data: JsonValue | undefined, parameters: readonly (readonly [string, string])[]): JsonObject {
  const all: JsonObject = isJsonObject(data) ? { ...data } : data === undefined ? {} : { content: data };
  for (const [name, value] of parameters) {
    const known = Object.hasOwn(all, name) ? all[name] : undefined;
    const next = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
    Object.defineProperty(all, name, { value: next, writable: true, enumerable: true, configurable: true });
  }
  return all;
}

function bodyValue(body: string, type: string): JsonValue {
  const trimmed = body.trim();
  const isXml = type.endsWith('/xml') || type.endsWith('+xml');
  if (isXml && trimmed.startsWith('<')) return { $xml: trimmed };
  return parseJson(trimmed) ?? body;
}

function parseForm(text: string): [string, string][] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [decodeForm(part), ''] : [decodeForm(part.slice(0, at)), decodeForm(part.slice(at + 1))];
    });
}

/** A malformed escape stands for itself: senders are not trusted to encode well. */
function decodeForm(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch (error) {
    if (error instanceof URIError) return spaced;
    throw error;
  }
}

function rawText(request: HttpMessage): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  return [`${request.method} ${request.url} HTTP/1.1`, ...headers, '', request.body].join('\r\n');
}
