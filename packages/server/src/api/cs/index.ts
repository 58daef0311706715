/**
 * The Context Services API, `/genesys/1/cs`: services, states and tasks as on GMS 8.5, profiles and metadata as on UCS.
 * Translation only; what is true of customers and services is in `context/`.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ContextError, type ContextServices, ONLY_TENANT, resolveTenant } from '../../context/index.js';
import { isObject, type JsonObject, type JsonValue } from '../../kernel/index.js';
import { pathOf } from '../http/failure.js';
import { type Dialect, Refusal, translateError } from './errors.js';
import { writeValues } from './lines.js';
import { maintenanceOperations } from './maintenance-operations.js';
import { metadataOperations } from './metadata-operations.js';
import type { Answer, Call, Operation } from './operation.js';
import { profileOperations } from './profile-operations.js';
import { Query, withoutJoinedQuery } from './query.js';
import { RequestCounters } from './request-counters.js';
import { authenticate, type People, type Principal } from './rights.js';
import { serverOperations } from './server-operations.js';
import { serviceOperations } from './service-operations.js';
import { stepOperations } from './step-operations.js';

export type { People } from './rights.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The form of an operation's errors. */
    dialect?: Dialect;
  }
  interface FastifyRequest {
    /** For whom a request to Context Services is served; null until that is decided. */
    admission: Admission | null;
  }
}

interface Admission {
  tenant: number;
  principal: Principal;
}

export interface ContextApiOptions {
  context: ContextServices;
  /** The product's version, told by the server's status. */
  version: string;
  /** Who may use the API when option `use-role` of section `cview` is set; without it, nobody but the `server` pair. */
  people?: People;
}

const JSON_TYPE = /^application\/json\s*(;|$)/i;
const DEFAULT_BODY_LIMIT = 1_048_576;
const LINES_TYPE = 'application/x-ndjson';

/** Fastify plugin; register it with the prefix `/genesys/1/cs`, and with any further one that clients expect. */
export async function contextServicesApi(app: FastifyInstance, options: ContextApiOptions): Promise<void> {
  const { context, version } = options;
  const counters = new RequestCounters(context.clock);
  const operations = [
    ...serviceOperations,
    ...stepOperations,
    ...profileOperations,
    ...metadataOperations,
    ...maintenanceOperations,
    ...serverOperations(version, counters),
  ];

  if (app.hasContentTypeParser(LINES_TYPE)) app.removeContentTypeParser(LINES_TYPE);
  app.addContentTypeParser(LINES_TYPE, (_request, payload, done) => done(null, payload));
  app.decorateRequest('admission', null);
  app.addHook('onResponse', async (_request, reply) => counters.count(reply.statusCode));
  app.setErrorHandler((error, request, reply) => {
    const { answer, unexpected } = translateError(error, request, dialectOf(request), context.settings.notFoundStatus);
    if (unexpected !== undefined) {
      context.log.error({ err: unexpected, method: request.method, path: pathOf(request) }, 'A request failed');
    }
    request.refusal = `${answer.body.exception}: ${answer.body.message}`;
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request, app.prefix, operations);
  });

  for (const operation of operations) register(app, operation, options);
}

function register(app: FastifyInstance, operation: Operation, options: ContextApiOptions): void {
  const route = {
    method: operation.method,
    config: { dialect: operation.dialect },
    bodyLimit: operation.bodyLimit ?? app.initialConfig.bodyLimit ?? DEFAULT_BODY_LIMIT,
    onRequest: async (request: FastifyRequest) => {
      request.admission = await admit(operation, request, options);
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { tenant, principal } = admissionOf(request);
      const call = createCall(request, {
        context: options.context,
        tenant,
        base: app.prefix,
        actor: principal.name,
        require: (right) => principal.require(right),
      });
      return send(reply, await operation.handle(call));
    },
  };
  app.route({ ...route, url: operation.path });
  app.route({ ...route, url: `${operation.path}/` });
  // Parameters joined by `&` without a `?`: behind a fixed word they need an address of their own.
  if (operation.method === 'GET' && !/:\w+$/.test(operation.path)) app.route({ ...route, url: `${operation.path}&*` });
}

/** Decides before the body is read whether a request is served, and for whom. */
async function admit(
  operation: Operation,
  request: FastifyRequest,
  { context, people }: ContextApiOptions,
): Promise<Admission> {
  if (!context.settings.enabled) {
    throw new ContextError('disabled', "Context Services are switched off by option 'enabled' of section 'cview'.");
  }
  const principal = await authenticate(context, people, request.headers.authorization);
  principal.require(operation.right);
  const tenant = operation.anyTenant ? ONLY_TENANT : resolveTenant(context.configuration, tenantHeader(request));
  if (operation.productionOnly) context.mode.requireProduction();
  requireJson(request);
  return { tenant, principal };
}

function createCall(
  request: FastifyRequest,
  known: Pick<Call, 'context' | 'tenant' | 'base' | 'actor' | 'require'>,
): Call {
  const url = request.raw.url ?? request.url;
  const query = new Query(url);
  // Every path of this API has at most a few named parts, all of them texts.
  const parts = request.params as Record<string, string>;
  if (query.holdsNul || Object.values(parts).some((part) => part.includes('\0'))) {
    throw new Refusal('unreadable', 'The address holds a NUL character.');
  }
  const body = request.body instanceof Readable ? undefined : (request.body as JsonValue | null | undefined);
  // A JSON null is a body; without any, Fastify gives null or nothing.
  const given = body === null ? (hasBody(request) ? null : undefined) : body;
  return {
    ...known,
    url,
    query,
    part: (name) => withoutJoinedQuery(parts[name] ?? '', url),
    body: given,
    object: () => {
      if (given === undefined) return {};
      if (!isObject(given)) throw new Refusal('unreadable', 'The body has to be a JSON object.');
      return given as JsonObject;
    },
    stream: request.body instanceof Readable ? request.body : undefined,
    wantsLines: request.headers.accept?.includes(LINES_TYPE) ?? false,
  };
}

function admissionOf({ admission }: FastifyRequest): Admission {
  if (!admission) throw new Error('A request was handled before it was admitted');
  return admission;
}

function send(reply: FastifyReply, { status, body, headers = {} }: Answer): FastifyReply {
  reply.code(status).headers(headers);
  if (body === undefined) return reply.send();
  if (isObject(body) && 'lines' in body && isStreamed(body)) {
    const type = body.asArray ? 'application/json;charset=utf-8' : LINES_TYPE;
    return reply.type(type).send(writeValues(body.lines, body.asArray));
  }
  return reply.type('application/json;charset=utf-8').send(JSON.stringify(body));
}

function isStreamed(body: object): body is { lines: AsyncIterable<JsonValue>; asArray: boolean } {
  return 'lines' in body && typeof body.lines === 'object' && body.lines !== null && Symbol.asyncIterator in body.lines;
}

/** The tenant that a client names: `ContactCenterId` of GMS, or `X-Genesys-TenantId` of UCS. */
function tenantHeader(request: FastifyRequest): string | undefined {
  const header = request.headers.contactcenterid ?? request.headers['x-genesys-tenantid'];
  return Array.isArray(header) ? header[0] : header;
}

/** Bodies are JSON; a content type without a body does no harm. */
function requireJson(request: FastifyRequest): void {
  const type = request.headers['content-type'];
  if (type === undefined || !hasBody(request) || JSON_TYPE.test(type) || type.startsWith(LINES_TYPE)) return;
  throw new Refusal('not-json', `The content type '${type}' is not supported; application/json is expected.`);
}

function hasBody({ headers }: FastifyRequest): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

function dialectOf(request: FastifyRequest): Dialect {
  return request.routeOptions.config?.dialect ?? 'gms';
}

function notFound(request: FastifyRequest, base: string, operations: readonly Operation[]): Refusal {
  const path = request.url.slice(base.length).split(/[?&]/, 1)[0] ?? '';
  const allowed = operations
    .filter((operation) => new RegExp(`^${operation.path.replace(/:\w+/g, '[^/]+')}/?$`).test(path))
    .map((operation) => operation.method);
  if (allowed.length === 0) return new Refusal('no-such-address', `There is nothing at '${request.url}'.`);
  return new Refusal('wrong-method', `${request.method} is not supported at '${request.url}'.`, {
    allow: [...new Set(allowed)].join(', '),
  });
}
