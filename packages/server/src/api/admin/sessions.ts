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
    limit: number;
    before?: { startedAt: number; id: string };
  }): Promise<{ id: string; startedAt: string }[]>;
  get(id: string): Promise<object | undefined>;
}

const tags = ['sessions'];
const session = Type.Object({}, { additionalProperties: true });

/** `/sessions` and `/sessions/{id}`: what runs, and what each did. */
export function registerSessions(app: FastifyInstance, directory: SessionDirectory): void {
  app.get(
    '/sessions',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'List orchestration sessions, newest first',
        querystring: Type.Object({
          state: Type.Optional(Type.String({ description: 'running, done, failed or terminated' })),
          application: Type.Optional(Type.String({ description: 'Name of a flow' })),
          ...pagingParameters,
        }),
        response: { 200: Type.Array(session) },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = readPage(request);
      const state = queryText(request, 'state');
      const application = queryText(request, 'application');
      const found = await directory.list({
        limit: limit + 1,
        ...(state !== undefined && { state }),
        ...(application !== undefined && { application }),
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
        summary: 'Read a session: configuration, data model, history',
        params: Type.Object({ id: Type.String() }),
        response: { 200: session, 404: { ...problemSchema, description: 'There is no such session' } },
      },
    },
    async (request, reply) => (await directory.get(request.params.id)) ?? reply.callNotFound(),
  );
}

function readCursor(cursor: string): { startedAt: number; id: string } {
  const [time = '', id = ''] = cursor.split(' ', 2);
  const startedAt = parseInstant(time);
  if (startedAt !== undefined && id !== '') return { startedAt, id };
  throw new RequestError(400, 'invalid-request', 'The parameter cursor must be taken from the Link header.');
}
