import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { JsonObject } from '../../kernel/index.js';
import { problemSchema } from '../problem.js';
import { pagingParameters, queryText, readPage, sendPage } from './paging.js';

/** Reads callbacks for people. */
export interface CallbackDirectory {
  /** Newest first; `cursor` is the `next` of the page before. Records have the keys of the GMS 8.5 query. */
  list(filter: {
    state?: string;
    service?: string;
    limit: number;
    cursor?: string;
  }): Promise<{ callbacks: JsonObject[]; next?: string }>;
  get(id: string): Promise<JsonObject | undefined>;
}

/** The history of one subject, oldest first. */
export interface EventHistory {
  history(filter: {
    callback?: string;
    session?: string;
    call?: string;
    limit?: number;
  }): Promise<(JsonObject & { id: string; at: string })[]>;
}

const MOST_EVENTS = 5000;
const tags = ['callbacks'];
const params = Type.Object({ id: Type.String() });
const record = Type.Object({}, { additionalProperties: true });
const absent = { 404: { ...problemSchema, description: 'There is no such callback' } };

/** `/callbacks`, `/callbacks/{id}` and what happened to it, step by step: `/callbacks/{id}/history`. */
export function registerCallbacks(app: FastifyInstance, directory: CallbackDirectory, journal: EventHistory): void {
  app.get(
    '/callbacks',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'List callbacks, newest first',
        querystring: Type.Object({
          state: Type.Optional(
            Type.String({ description: 'SCHEDULED, QUEUED, PAUSED, ROUTING, PROCESSING, COMPLETED' }),
          ),
          service: Type.Optional(Type.String()),
          ...pagingParameters,
        }),
        response: { 200: Type.Array(record) },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = readPage(request);
      const state = queryText(request, 'state');
      const service = queryText(request, 'service');
      const { callbacks, next } = await directory.list({
        limit,
        ...(state !== undefined && { state }),
        ...(service !== undefined && { service }),
        ...(cursor !== undefined && { cursor }),
      });
      return sendPage(request, reply, callbacks, next);
    },
  );

  app.get<{ Params: { id: string } }>(
    '/callbacks/:id',
    {
      config: { deed: 'watch' },
      schema: { tags, summary: 'Read a callback', params, response: { 200: record, ...absent } },
    },
    async (request, reply) => (await directory.get(request.params.id)) ?? reply.callNotFound(),
  );

  app.get<{ Params: { id: string } }>(
    '/callbacks/:id/history',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Every event, routing decision and call leg of a callback, oldest first',
        params,
        response: { 200: Type.Array(record), ...absent },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const events = await historyOf(journal, id);
      if (events.length === 0 && !(await directory.get(id))) return reply.callNotFound();
      return events;
    },
  );
}

/** The callback's own events and those of its sessions and calls that do not name it. */
async function historyOf(journal: EventHistory, callback: string) {
  const own = await journal.history({ callback, limit: MOST_EVENTS });
  const sessions = named(own, 'session');
  const ofSessions = await Promise.all(sessions.map((session) => journal.history({ session, limit: MOST_EVENTS })));
  const known = [...own, ...ofSessions.flat()];
  const ofCalls = await Promise.all(named(known, 'call').map((call) => journal.history({ call, limit: MOST_EVENTS })));
  const events = new Map([...known, ...ofCalls.flat()].map((event) => [event.id, event]));
  // The sort is stable: events of one instant stay in the order in which they were written.
  return [...events.values()].sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
}

function named(events: readonly JsonObject[], subject: 'session' | 'call'): string[] {
  return [...new Set(events.map((event) => event[subject]).filter((id) => typeof id === 'string'))];
}
