import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type JsonValue, RingbackError } from '../../kernel/index.js';
import type { LiveSession } from '../../orchestration/index.js';
import { sendAnswer } from './answer.js';
import { refuse } from './errors.js';
import { messageOf, parametersOf } from './message.js';
import type { OrsApiOptions, OrsSettings } from './options.js';

interface WithRequest {
  Params: { request?: string };
}

/** The last instant that the calendar has, in milliseconds since 1970. */
const LATEST = Date.UTC(9999, 11, 31);

/**
 * `session/start`: answers with the bare id of the session after its first macrostep (ors-core-queue.md 5.2), or, where
 * the path goes on with the name of a request, with the application's answer to that request.
 */
export function registerStart(app: FastifyInstance, { clients, settings }: OrsApiOptions): void {
  for (const url of ['/session/start', '/session/start/:request']) {
    app.route<WithRequest>({
      method: ['GET', 'POST'],
      exposeHeadRoute: false,
      url,
      handler: async (request, reply) => {
        const name = request.params.request?.trim() || undefined;
        const order = orderOf(request, settings);
        const waitMs = settings.requestTimeoutMs();
        const started = await clients.start({ ...order, ...(name !== undefined && { request: name }) }, waitMs);
        const { session, node, reply: answer } = started;
        setCookie(reply, settings, { id: session, node });
        if (name === undefined) return sendId(request, reply, session);
        reply.header('x-session-id', session);
        if (answer) return sendAnswer(reply, answer);
        const problem = `Session ${session} has begun, but it has not answered the request ${name}.`;
        return refuse(reply, request, 'no-answer', problem);
      },
    });
  }
}

function orderOf(request: FastifyRequest, settings: OrsSettings) {
  const message = messageOf(request);
  const { src, idealtime, ...parameters } = parametersOf(message, settings.parsesStartParameters());
  // A number that the application would be named by is a text all the same.
  const application = typeof src === 'number' ? String(src) : src;
  if (typeof application !== 'string' || application.trim() === '') {
    throw new RingbackError('missing-src', 'The parameter src is missing: the address of a document, or a flow.');
  }
  const startAt = idealTime(idealtime);
  return { application: application.trim(), parameters, ...(startAt !== undefined && { startAt }) };
}

function idealTime(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const at = Number(value);
  if (typeof value !== 'object' && typeof value !== 'boolean' && Number.isInteger(at) && at >= 0 && at <= LATEST)
    return at;
  const problem = `idealtime is a number of milliseconds since 1970, not ${JSON.stringify(value).slice(0, 100)}.`;
  throw new RingbackError('invalid-parameter', problem);
}

function sendId(request: FastifyRequest, reply: FastifyReply, sessionid: string): FastifyReply {
  if (/\bapplication\/json\b/i.test(request.headers.accept ?? '')) {
    return reply.type('application/json').send({ sessionid });
  }
  return reply.type('text/plain').send(sessionid);
}

/** Clients send the cookie back, by which load balancers find the node of the session. */
export function setCookie(
  reply: FastifyReply,
  settings: OrsSettings,
  { id, node }: Pick<LiveSession, 'id' | 'node'>,
): void {
  const configured = settings.cookie().replace(/[^\x20-\x7e]/g, '');
  reply.header('set-cookie', configured || `ORSSESSIONID=${id}.node${node}`);
}
