import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type Clock, instant, isObject, type JsonValue } from '../../kernel/index.js';
import {
  type DoNotCallEntry,
  type DoNotCallList,
  doNotCallProblem,
  importDoNotCall,
  type StoredDoNotCall,
} from '../../outbound/list/index.js';
import type { Database } from '../../store/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { jsonBody } from './body.js';
import { pagingParameters, queryText, readPage, sendPage } from './paging.js';
import { acceptFiles, fileTypes, sentFile } from './record-file.js';

/** What the routes of the do-not-call list need. */
export interface DoNotCallDesk {
  database: Database;
  doNotCallList: DoNotCallList;
  clock: Clock;
}

const tags = ['dnc'];
const names = {
  phone: Type.Optional(Type.String({ description: 'A number, in any notation' })),
  customer_id: Type.Optional(Type.String()),
};
const entry = Type.Object({ ...names, message: Type.Optional(Type.String()) });
const stored = Type.Object({
  ...names,
  message: Type.Optional(Type.String()),
  internal: Type.Boolean({ description: 'Asked for by the customer, not taken from a list of somebody else' }),
  campaign_dbid: Type.Optional(Type.Integer()),
  list_dbid: Type.Optional(Type.Integer()),
  at: Type.String(),
});
const errors = Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String() }));
const refused = { 422: { ...problemSchema, description: 'The entry or the file would be wrong' } };

/** `/dnc`: the do-not-call list (interface.md, section 4). */
export async function registerDoNotCall(app: FastifyInstance, desk: DoNotCallDesk): Promise<void> {
  registerReading(app, desk);
  await app.register(async (scope) => {
    acceptFiles(scope);
    registerChanges(scope, desk);
  });
}

function registerReading(app: FastifyInstance, { database, doNotCallList }: DoNotCallDesk): void {
  app.get(
    '/dnc',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Read the do-not-call list, in the order in which it was written, or look one up',
        querystring: Type.Object({ ...names, ...pagingParameters }),
        response: { 200: Type.Array(stored) },
      },
    },
    async (request, reply) => {
      const phone = queryText(request, 'phone');
      const customerId = queryText(request, 'customer_id');
      if (phone !== undefined || customerId !== undefined) {
        const found = await doNotCallList.check(database, { phone, customerId });
        return found ? [asEntry(found)] : [];
      }
      const { limit, cursor } = readPage(request);
      const entries = await doNotCallList.page(database, { after: Number(cursor ?? 0), limit: limit + 1 });
      const page = entries.slice(0, limit);
      const next = entries.length > limit ? page.at(-1)?.id : undefined;
      return sendPage(request, reply, page.map(asEntry), next?.toString());
    },
  );
}

function registerChanges(app: FastifyInstance, { database, doNotCallList, clock }: DoNotCallDesk): void {
  app.post(
    '/dnc',
    {
      config: { deed: 'change the floor' },
      bodyLimit: Number.MAX_SAFE_INTEGER,
      schema: {
        tags,
        summary: 'Enter a number or a customer, or many as a stream',
        consumes: [...fileTypes, 'application/json'],
        body: entry,
        querystring: Type.Object({
          internal: Type.Optional(Type.Boolean({ description: 'false: of a list that was bought. Default true' })),
        }),
        response: {
          200: Type.Object({ inserted: Type.Integer(), existing: Type.Integer(), rejected: Type.Integer(), errors }),
          201: entry,
          ...refused,
        },
      },
    },
    async (request, reply) => {
      const isInternal = queryText(request, 'internal') !== 'false';
      const file = sentFile(request);
      if (file) {
        const options = { ...file, action: 'add', isInternal, now: clock.now() } as const;
        const { changed, unchanged, ...rest } = await importDoNotCall(database, doNotCallList, options);
        return { inserted: changed, existing: unchanged, ...rest };
      }
      const body = jsonBody(request);
      const entries = entriesOf(body);
      const message = isObject(body) && typeof body.message === 'string' ? body.message : undefined;
      const added = await doNotCallList.add(database, entries, { message, isInternal }, clock.now());
      return reply.code(added > 0 ? 201 : 200).send(body);
    },
  );

  app.delete(
    '/dnc',
    {
      config: { deed: 'change the floor' },
      bodyLimit: Number.MAX_SAFE_INTEGER,
      schema: {
        tags,
        summary: 'Take a number or a customer off the list (by parameters or body), or many as a stream',
        consumes: [...fileTypes, 'application/json'],
        querystring: Type.Object(names),
        response: {
          200: Type.Object({ deleted: Type.Integer(), absent: Type.Integer(), rejected: Type.Integer(), errors }),
          204: Type.Null(),
          404: { ...problemSchema, description: 'It is not on the list' },
          ...refused,
        },
      },
    },
    async (request, reply) => {
      const file = sentFile(request);
      if (file) {
        const options = { ...file, action: 'remove', now: clock.now() } as const;
        const { changed, unchanged, ...rest } = await importDoNotCall(database, doNotCallList, options);
        return { deleted: changed, absent: unchanged, ...rest };
      }
      const removed = await doNotCallList.remove(database, entriesOf(namedBy(request)));
      return removed > 0 ? reply.code(204).send() : reply.callNotFound();
    },
  );
}

/** What a request without a file names: its parameters, else its body. */
function namedBy(request: FastifyRequest): JsonValue {
  const phone = queryText(request, 'phone');
  const customer = queryText(request, 'customer_id');
  if (phone === undefined && customer === undefined) return jsonBody(request);
  return { ...(phone !== undefined && { phone }), ...(customer !== undefined && { customer_id: customer }) };
}

/**
 * The number and the customer of a body; each is an entry of its own.
 * @throws RequestError 422
 */
function entriesOf(body: JsonValue): DoNotCallEntry[] {
  const found: DoNotCallEntry[] = [];
  if (isObject(body)) {
    for (const [member, column] of [
      ['phone', 'phone'],
      ['customer_id', 'customerId'],
    ] as const) {
      const value = body[member];
      if (typeof value === 'string' || typeof value === 'number') found.push({ [column]: String(value) });
    }
  }
  if (found.length === 0) {
    throw new RequestError(422, 'invalid-content', 'The body must have a phone or a customer_id (texts).', [
      { pointer: '/phone', detail: 'is missing, and so is customer_id' },
    ]);
  }
  for (const one of found) {
    const detail = doNotCallProblem(one);
    const member = one.phone === undefined ? 'customer_id' : 'phone';
    if (detail)
      throw new RequestError(422, 'invalid-content', `${member}: ${detail}.`, [{ pointer: `/${member}`, detail }]);
  }
  return found;
}

function asEntry({ phone, customerId, message, isInternal, campaignId, listId, at }: StoredDoNotCall) {
  return {
    ...(phone !== undefined && { phone }),
    ...(customerId !== undefined && { customer_id: customerId }),
    ...(message !== undefined && { message }),
    internal: isInternal,
    ...(campaignId !== undefined && { campaign_dbid: campaignId }),
    ...(listId !== undefined && { list_dbid: listId }),
    at: instant(at),
  };
}
