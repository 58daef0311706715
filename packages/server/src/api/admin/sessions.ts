import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { parseInstant } from '../../kernel/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { pagingParameters, queryText, readPage, sendPage } from './paging.js';

/** Reads orchestration sessions for people. */
export interface SessionDirectory {
  /** Newest first; `before` is the last session of the page before. */
  list(filter: {
    state?: string;
    application?: string;
    minAgeSeconds?: number;
    maxAgeSeconds?: number;
    limit: number;
    before?: { startedAt: number; id: string };
  }): Promise<{ id: string; startedAt: string }[]>;
  get(id: string): Promise<object | undefined>;
  chart(id: string): Promise<object | undefined>;
  /** @throws RingbackError `history-incomplete`, `replay-too-long` */
  step(id: string, step: number): Promise<object | undefined>;
}

const STATES = ['scheduled', 'running', 'done', 'failed', 'terminated'];
/** A hundred years; older sessions there are none. */
const OLDEST_S = 3_155_760_000;

const tags = ['sessions'];
const session = Type.Object({}, { additionalProperties: true });
const params = Type.Object({ id: Type.String() });
const absent = { 404: { ...problemSchema, description: 'There is no such session' } };

/** `/sessions`, `/sessions/{id}`, its chart and its steps: what runs, where it stands, and what it did. */
export function registerSessions(app: FastifyInstance, directory: SessionDirectory): void {
  app.get(
    '/sessions',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'List orchestration sessions, newest first',
        querystring: Type.Object({
          state: Type.Optional(Type.String({ description: STATES.join(', ') })),
          application: Type.Optional(Type.String({ description: 'Name of a flow' })),
          minAge: Type.Optional(Type.Integer({ description: 'Started at least so many seconds ago' })),
          maxAge: Type.Optional(Type.Integer({ description: 'Started at most so many seconds ago' })),
          ...pagingParameters,
        }),
        response: { 200: Type.Array(session) },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = readPage(request);
      const state = queryText(request, 'state');
      if (state !== undefined && !STATES.includes(state)) {
        throw wrong('state', `is "${state}", must be one of ${STATES.join(', ')}`);
      }
      const application = queryText(request, 'application');
      const minAgeSeconds = secondsOf('minAge', queryText(request, 'minAge'));
      const maxAgeSeconds = secondsOf('maxAge', queryText(request, 'maxAge'));
      const found = await directory.list({
        limit: limit + 1,
        ...(state !== undefined && { state }),
        ...(application !== undefined && { application }),
        ...(minAgeSeconds !== undefined && { minAgeSeconds }),
        ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
        ...(cursor !== undefined && { before: readCursor(cursor) }),
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const next = found.length > limit && last ? `${last.startedAt} ${last.id}` : undefined;
      return sendPage(request, reply, page, next);
    },
  );

  app.get<{ Params: { id: string } }>(
    '/sessions/:id',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Read a session: configuration, data model, queued events, timers, pending actions, history',
        description: 'Readable for an hour after the end. The history has the latest 1,000 steps.',
        params,
        response: { 200: session, ...absent },
      },
    },
    async (request, reply) => (await directory.get(request.params.id)) ?? reply.callNotFound(),
  );

  app.get<{ Params: { id: string } }>(
    '/sessions/:id/chart',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'The states and transitions of the documents that a session runs',
        params,
        response: { 200: session, ...absent },
      },
    },
    async (request, reply) => (await directory.chart(request.params.id)) ?? reply.callNotFound(),
  );

  app.get<{ Params: { id: string; step: string } }>(
    '/sessions/:id/steps/:step',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'A session as it stood after one of its steps: configuration, data, what changed, transitions taken',
        description: 'The session is repeated from its history; nothing outside of it is touched. Steps count from 1.',
        params: Type.Object({ id: Type.String(), step: Type.String() }),
        response: {
          200: session,
          ...absent,
          409: { ...problemSchema, description: 'The session cannot be repeated: its history is not all there' },
        },
      },
    },
    async (request, reply) => {
      const { id, step } = request.params;
      if (!/^\d{1,9}$/.test(step)) return reply.callNotFound();
      return (await directory.step(id, Number(step))) ?? reply.callNotFound();
    },
  );
}

function secondsOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (/^\d{1,10}$/.test(value) && seconds <= OLDEST_S) return seconds;
  throw wrong(name, `is "${value}", must be a number of seconds from 0 to ${OLDEST_S}`);
}

function wrong(name: string, detail: string): RequestError {
  const pointer = `/${name}`;
  return new RequestError(400, 'invalid-request', `The parameter ${name} ${detail}.`, [{ pointer, detail }]);
}

function readCursor(cursor: string): { startedAt: number; id: string } {
  const [time = '', id = ''] = cursor.split(' ', 2);
  const startedAt = parseInstant(time);
  if (startedAt !== undefined && id !== '') return { startedAt, id };
  throw new RequestError(400, 'invalid-request', 'The parameter cursor must be taken from the Link header.');
}
