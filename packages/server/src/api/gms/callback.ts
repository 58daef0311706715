import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type BulkMove,
  type CallbackCriteria,
  CallbackError,
  type Callbacks,
  type MoveOutcome,
  type QueueCriteria,
} from '../../callback/index.js';
import { instant, type JsonObject, type Logger } from '../../kernel/index.js';
import { type CredentialSource, refuseStranger } from './authentication.js';
import { availabilityBody, readAvailabilityQuery, readSlotsQuery, slotsBody } from './availability.js';
import { csvLine } from './cancelled-report.js';
import { refuseOtherMethods } from './dialect.js';
import { cancellationDialog, dialogAnswer } from './dialog.js';
import { callbackError } from './errors.js';
import { gmsFailure, JSON_TYPE, serviceOf } from './failure.js';
import { recordsOf } from './profile.js';
import {
  bodyOf,
  countParameter,
  parametersOf,
  queryOf,
  queryValues,
  textsOf,
  timeParameter,
} from './request-parameters.js';

export interface GmsCallbackApiOptions {
  callbacks: Pick<
    Callbacks,
    | 'start'
    | 'cancel'
    | 'reschedule'
    | 'query'
    | 'queryQueues'
    | 'availability'
    | 'slots'
    | 'watermarks'
    | 'bulkCancel'
    | 'bulkReschedule'
    | 'completedFor'
    | 'profileOf'
  >;
  /** Where user names and passwords are configured. */
  credentials: CredentialSource;
  log: Logger;
}

interface ServiceRoute {
  Params: { service: string };
}

interface CallbackRoute {
  Params: { service: string; id: string };
}

const ADMIN_REASON = 'CANCELLED_BY_ADMIN';
const MOST_SHIFT_MINUTES = 366 * 1440;

/**
 * The Callback Services API (2013 and 8.5) as a Fastify plugin; register it with the prefix of the web application,
 * `/genesys`. Translation only; what is true of callbacks is in `callback/`.
 */
export async function gmsCallbackApi(app: FastifyInstance, options: GmsCallbackApiOptions): Promise<void> {
  const { log, credentials } = options;
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('pragma', 'no-cache');
    reply.header('cache-control', 'no-cache, no-store');
  });
  app.addHook('onRequest', async (request, reply) => {
    if (refuseStranger(credentials, request, reply, serviceOf(request))) return reply;
  });
  app.addHook('onRequest', async ({ headers }) => {
    headers['content-type'] = bodyType(headers['content-type']);
  });
  app.setErrorHandler(gmsFailure(log, options.callbacks));
  registerServiceRoutes(app, options);
  registerAdminRoutes(app, options);
  for (const [url, allowed] of Object.entries(METHODS)) refuseOtherMethods(app, url, allowed);
}

const METHODS: Readonly<Record<string, readonly string[]>> = {
  '/1/service/callback': ['GET'],
  '/1/service/callback/:service': ['GET', 'POST'],
  '/1/service/callback/:service/:id': ['PUT', 'DELETE'],
  '/1/service/callback/:service/availability': ['GET'],
  '/2/service/callback/:service/availability': ['GET'],
  '/1/admin/callback/queues': ['GET'],
  '/1/admin/callback/watermarks': ['GET'],
  '/1/admin/callback/cancel': ['POST'],
  '/1/admin/callback/reschedule': ['POST'],
  '/1/admin/callback/reportcancelled': ['POST'],
};

/**
 * The type that a body is read as. Requests in the reference show no header at all: a body without a type, or sent as plain
 * text (what `fetch` makes of a string), is JSON.
 */
function bodyType(type: string | undefined): string {
  return type?.trim() ? type.replace(/^\s*text\/plain(?=\s*(;|$))/i, 'application/json') : 'application/json';
}

function registerServiceRoutes(app: FastifyInstance, { callbacks }: GmsCallbackApiOptions): void {
  const base = '/1/service/callback';

  app.post<ServiceRoute>(`${base}/:service`, async (request, reply) => {
    const { service } = request.params;
    const answer = await callbacks.start({ service, parameters: parametersOf(request), headers: request.headers });
    if (answer.outcome === 'scheduled') return json(reply, { _id: answer.id });
    if (answer.outcome === 'redirected') return json(reply.code(answer.reply.status), answer.reply.body);
    return json(
      reply.code(answer.reply?.status ?? 200),
      dialogAnswer(answer.reply?.body, answer.id, callbacks.profileOf(service)),
    );
  });

  app.delete<CallbackRoute>(`${base}/:service/:id`, async (request, reply) => {
    const { service, id } = request.params;
    const discardSessionFailure = queryOf(request).discard_ors_failure?.toLowerCase() === 'true';
    await callbacks.cancel(service, id, { discardSessionFailure });
    return json(reply);
  });

  app.put<CallbackRoute>(`${base}/:service/:id`, async (request, reply) => {
    const { service, id } = request.params;
    await callbacks.reschedule(service, id, parametersOf(request));
    return json(reply);
  });

  app.get(base, async (request, reply) => {
    const found = await callbacks.query(readCriteria(request));
    return json(reply, recordsOf(callbacks, found, 'customer'));
  });

  app.get<ServiceRoute>(`${base}/:service`, async (request, reply) => {
    const criteria = { ...readCriteria(request), service: request.params.service };
    return json(reply, recordsOf(callbacks, await callbacks.query(criteria), 'customer'));
  });

  app.get<ServiceRoute>(`${base}/:service/availability`, async (request, reply) => {
    const query = readAvailabilityQuery(queryOf(request));
    return reply.type(JSON_TYPE).send(availabilityBody(await callbacks.availability(request.params.service, query)));
  });

  app.get<ServiceRoute>('/2/service/callback/:service/availability', async (request, reply) => {
    const { timezone, ...range } = readSlotsQuery(queryOf(request));
    return reply.type(JSON_TYPE).send(slotsBody(await callbacks.slots(request.params.service, range), timezone));
  });
}

function registerAdminRoutes(app: FastifyInstance, { callbacks }: GmsCallbackApiOptions): void {
  const base = '/1/admin/callback';

  app.get(`${base}/queues`, async (request, reply) => {
    const queues = Object.entries(await callbacks.queryQueues(readQueueCriteria(request)));
    const shown = queues.map(([name, found]) => [name, recordsOf(callbacks, found, 'administrator')]);
    return json(reply, Object.fromEntries(shown));
  });

  app.get(`${base}/watermarks`, async (request, reply) => {
    return json(reply, await callbacks.watermarks(queryValues(request, 'service_name')));
  });

  app.post(`${base}/cancel`, async (request, reply) => {
    const body = bodyOf(request);
    const outcomes = await callbacks.bulkCancel(textsOf(body, 'ids'), textOr(body.reason, ADMIN_REASON));
    return json(reply, { results: outcomes.map(({ id, cancelled }) => cancellationDialog(id, cancelled)) });
  });

  app.post(`${base}/reschedule`, async (request, reply) => {
    const body = bodyOf(request);
    const outcomes = await callbacks.bulkReschedule(textsOf(body, 'ids'), readMove(body));
    return json(reply, { results: outcomes.map(movedResult) });
  });

  app.post(`${base}/reportcancelled`, async (request, reply) => {
    const body = bodyOf(request);
    const properties = textsOf(body, 'exported_properties');
    const rows = callbacks.completedFor(textOr(body.callback_reason, ADMIN_REASON), properties);
    reply.type('text/csv; charset=UTF-8');
    reply.header('content-disposition', 'attachment; filename="CancelledCallbacks.csv"');
    return reply.send(Readable.from(csvLines(properties, rows)));
  });
}

async function* csvLines(titles: readonly string[], rows: AsyncIterable<string[]>): AsyncGenerator<string> {
  yield csvLine(titles);
  for await (const row of rows) yield csvLine(row);
}

/** `customer_number` is the 2013 spelling; it asks for outstanding callbacks, as the reference has it. */
function readCriteria(request: FastifyRequest): CallbackCriteria {
  const { _id, _callback_state, _callback_reason, operand, customer_number, _customer_number, ...keys } =
    queryOf(request);
  // A plus sign that was not escaped in an address arrives as a blank.
  const number = (customer_number ?? _customer_number)?.replace(/^ (?=\d)/, '+');
  const state = _callback_state ?? (customer_number === undefined ? undefined : '!COMPLETED');
  return {
    keys: { ...keys, ...(number !== undefined && { _customer_number: number }) },
    ...(_id !== undefined && { id: _id }),
    ...(state !== undefined && { state }),
    ...(_callback_reason !== undefined && { reason: _callback_reason }),
    operand: operand?.toUpperCase() === 'OR' ? 'OR' : 'AND',
    ...contactCenter(request),
  };
}

function contactCenter({ headers }: FastifyRequest): { contactCenter?: string } {
  const id = headers.contactcenterid;
  return typeof id === 'string' ? { contactCenter: id } : {};
}

function readQueueCriteria(request: FastifyRequest): QueueCriteria {
  const query = queryOf(request);
  const { target, states } = query;
  const from = timeParameter(query, 'start_time');
  const to = timeParameter(query, 'end_time');
  const max = countParameter(query, 'max');
  return {
    filters: query,
    ...contactCenter(request),
    ...(target && { service: target }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(max !== undefined && { max }),
    ...(states && { states: states.split(',').map((state) => state.trim()) }),
  };
}

/** `_new_desired_time` for all, or `shift_minutes` for each; `next_free` takes the next slot where that one is not free. */
function readMove(body: JsonObject): BulkMove {
  const { _new_desired_time: time, shift_minutes: shift, next_free: nextFree } = body;
  const rest = { nextFree: nextFree === true || nextFree === 'true' };
  if (typeof time === 'string' && time !== '' && shift === undefined) {
    const to = timeParameter({ _new_desired_time: time }, '_new_desired_time');
    if (to !== undefined) return { to, ...rest };
  }
  const minutes = shift === '' || shift === null ? Number.NaN : Number(shift);
  if (time === undefined && Number.isFinite(minutes) && Math.abs(minutes) <= MOST_SHIFT_MINUTES) {
    return { by: Math.round(minutes * 60_000), ...rest };
  }
  const problem = 'either _new_desired_time or shift_minutes, a number of minutes, is expected';
  throw new CallbackError('invalid-parameter', { parameter: 'body', problem });
}

function movedResult(outcome: MoveOutcome): JsonObject {
  if ('desiredAt' in outcome) {
    return { _id: outcome.id, status: 'success', _desired_time: instant(outcome.desiredAt) };
  }
  return { _id: outcome.id, status: 'failure', ...callbackError(outcome.refusal).body };
}

function json(reply: FastifyReply, body?: unknown): FastifyReply {
  return reply.type(JSON_TYPE).send(body === undefined ? undefined : JSON.stringify(body));
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
