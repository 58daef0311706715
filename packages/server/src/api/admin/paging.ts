import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isObject } from '../../kernel/index.js';
import { RequestError } from '../http.js';

const DEFAULT_LIMIT = 100;
const MOST = 1000;

/** Query parameters of every list. */
export const pagingParameters = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, default: DEFAULT_LIMIT })),
  cursor: Type.Optional(Type.String({ description: 'From the Link header of the page before' })),
};

export interface Page {
  limit: number;
  /** Where the page begins: opaque to clients, what `sendPage` was given for the page before. */
  cursor: string | undefined;
}

/** The last value of a query parameter; undefined when it is absent or empty. */
export function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = isObject(request.query) ? request.query[name] : undefined;
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' && last !== '' ? last : undefined;
}

/** @throws RequestError 400 for a limit or cursor that is none */
export function readPage(request: FastifyRequest): Page {
  const limit = queryText(request, 'limit') ?? String(DEFAULT_LIMIT);
  if (!/^\d{1,9}$/.test(limit) || Number(limit) < 1) {
    const detail = `is "${limit}", must be a number from 1 to ${MOST}`;
    throw new RequestError(400, 'invalid-request', `The parameter limit ${detail}.`, [{ pointer: '/limit', detail }]);
  }
  const cursor = queryText(request, 'cursor');
  return { limit: Math.min(Number(limit), MOST), cursor: cursor === undefined ? undefined : decodeCursor(cursor) };
}

/** Answers with a page of a list; `next` is the cursor of the page after it, if there is one. */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  items: readonly unknown[],
  next?: string,
): FastifyReply {
  if (next !== undefined) {
    const [path = '', query = ''] = request.url.split('?', 2);
    const parameters = new URLSearchParams(query);
    parameters.set('cursor', Buffer.from(next).toString('base64url'));
    reply.header('link', `<${path}?${parameters}>; rel="next"`);
  }
  return reply.send(items);
}

/** The page of a list that is in memory, sorted by key. */
export function pageOf<Item>(
  sorted: Iterable<readonly [string, Item]>,
  { limit, cursor }: Page,
): { items: (readonly [string, Item])[]; next?: string } {
  const items: (readonly [string, Item])[] = [];
  for (const entry of sorted) {
    if (cursor !== undefined && entry[0] <= cursor) continue;
    const last = items.at(-1);
    if (items.length === limit && last) return { items, next: last[0] };
    items.push(entry);
  }
  return { items };
}

function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(text).toString('base64url') === cursor) return text;
  const detail = 'must be taken from the Link header of the page before';
  throw new RequestError(400, 'invalid-request', `The parameter cursor ${detail}.`, [{ pointer: '/cursor', detail }]);
}
