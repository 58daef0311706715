import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { instant, isObject, type Logger, parseInstant } from '../../kernel/index.js';
import type { AuditEntry, AuditFilter, StoredAuditEntry } from '../../reporting/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { pagingParameters, queryText, readPage, sendPage } from './paging.js';

/** What is known of administrative changes. */
export interface AuditDesk {
  record(entries: readonly Omit<AuditEntry, 'at'>[]): Promise<void>;
  list(filter: AuditFilter, page: { limit: number; before?: string | undefined }): Promise<StoredAuditEntry[]>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False for requests that change nothing, or whose changes the domain notes itself, with more detail. */
    audited?: boolean;
  }
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const value = Type.Unsafe<unknown>({ description: 'The configured object, without passwords and secret options' });

/** `/audit`: who changed what, and when. */
export function registerAudit(app: FastifyInstance, desk: AuditDesk): void {
  app.get(
    '/audit',
    {
      config: { deed: 'administer' },
      schema: {
        tags: ['audit'],
        summary: 'Administrative changes, the latest first',
        querystring: Type.Object({
          author: Type.Optional(Type.String({ description: 'Name of the user, or the configuration file' })),
          kind: Type.Optional(Type.String({ description: 'Kind of the object, such as services' })),
          name: Type.Optional(Type.String()),
          from: Type.Optional(Type.String({ format: 'date-time' })),
          to: Type.Optional(Type.String({ format: 'date-time', description: 'Exclusive' })),
          ...pagingParameters,
        }),
        response: {
          200: Type.Array(
            Type.Object({
              id: Type.String(),
              at: Type.String({ format: 'date-time' }),
              author: Type.String(),
              address: Type.Optional(Type.String()),
              action: Type.String({ description: 'created, updated, deleted; otherwise the request' }),
              kind: Type.String(),
              name: Type.String(),
              before: Type.Optional(value),
              after: Type.Optional(value),
            }),
          ),
          400: { ...problemSchema, description: 'A parameter is wrong' },
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = readPage(request);
      const entries = await desk.list(filterOf(request), { limit, before: cursor });
      const next = entries.length === limit ? entries.at(-1)?.id : undefined;
      const shown = entries.map((entry) => ({ ...entry, at: instant(entry.at) }));
      return sendPage(request, reply, shown, next);
    },
  );
}

/**
 * Fastify hook: notes requests that have changed something, before they are answered. Configured objects are noted by the
 * configuration itself, with what they were before.
 */
export function noteChanges(desk: AuditDesk, log: Logger) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { url = '', config } = request.routeOptions;
    if (READING.has(request.method) || config.audited === false || reply.statusCode >= 400) return;
    const path = url.replace(/^\/api\/v1/, '');
    const parameters = isObject(request.params) ? Object.values(request.params).map(String) : [];
    try {
      await desk.record([
        {
          author: request.identity?.name ?? 'anonymous',
          address: request.ip,
          action: `${request.method} ${path}`,
          kind: path.split('/')[1] ?? '',
          name: parameters.join(' '),
        },
      ]);
    } catch (error) {
      // What was asked for is done and cannot be refused any more.
      log.error({ err: error, path }, 'A change could not be noted in the audit log');
    }
  };
}

function filterOf(request: FastifyRequest): AuditFilter {
  const [author, kind, name] = ['author', 'kind', 'name'].map((parameter) => queryText(request, parameter));
  return { author, kind, name, from: time(request, 'from'), to: time(request, 'to') };
}

function time(request: FastifyRequest, parameter: string): number | undefined {
  const text = queryText(request, parameter);
  const at = text === undefined ? undefined : parseInstant(text);
  if (text === undefined || at !== undefined) return at;
  const detail = `is "${text}", must be a time such as 2026-01-31T12:00:00Z`;
  throw new RequestError(400, 'invalid-request', `The parameter ${parameter} ${detail}.`, [
    { pointer: `/${parameter}`, detail },
  ]);
}
