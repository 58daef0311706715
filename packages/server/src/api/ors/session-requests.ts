import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type JsonValue, RingbackError } from '../../kernel/index.js';
import { type LiveSession, receivedEvent } from '../../orchestration/index.js';
import { sendAnswer } from './answer.js';
import { refuse } from './errors.js';
import { eventData, messageOf, type RawBody } from './message.js';
import type { OrsApiOptions } from './options.js';
import { setCookie } from './start.js';

interface OfSession {
  Params: { sid: string };
}

interface Named {
  Params: { sid: string; name: string };
}

/** Characters of the JSON text of an event's data. */
const LARGEST_EVENT = 1024 * 1024;
const BOTH: ('GET' | 'POST')[] = ['GET', 'POST'];

/** What is said to a session that runs (ors-core-queue.md 5.3 to 5.7). */
export function registerSessionRequests(app: FastifyInstance, { clients, settings }: OrsApiOptions): void {
  /** The session of the path; otherwise the request is answered: there is none, or another node should do it. */
  async function sessionOf(request: FastifyRequest<OfSession>, reply: FastifyReply): Promise<LiveSession | undefined> {
    const { sid } = request.params;
    const session = await clients.find(sid);
    if (!session) {
      refuse(reply, request, 'no-such-session', `There is no session ${sid}.`);
      return undefined;
    }
    const owner = settings.redirectsToOwner() ? clients.ownerOf(session) : undefined;
    setCookie(reply, settings, session);
    if (owner === undefined) return session;
    const location = (settings.externalUrl() || owner) + (request.raw.url ?? '');
    reply.code(307).header('location', location).type('text/plain').send('');
    return undefined;
  }

  app.route<Named>({
    method: BOTH,
    exposeHeadRoute: false,
    url: '/session/:sid/event/:name',
    handler: async (request, reply) => {
      const session = await sessionOf(request, reply);
      if (!session) return reply;
      const name = named(request);
      const data = checked(eventData(messageOf(request), session.ors));
      const waitMs = settings.holdsEvents() && !session.isScheduled ? settings.requestTimeoutMs() : 0;
      if (session.isScheduled) return refuse(reply, request, 'not-started', `Session ${session.id} has not begun.`);
      const event = { name, ...(data !== undefined && { data }) };
      if (!(await clients.event(session.id, event, waitMs))) return gone(request, reply);
      return reply.type('application/json').send('{}');
    },
  });

  app.route<Named>({
    method: BOTH,
    exposeHeadRoute: false,
    url: '/session/:sid/request/:name',
    handler: async (request, reply) => {
      const session = await sessionOf(request, reply);
      if (!session) return reply;
      const name = named(request);
      const data = checked(eventData(messageOf(request), session.ors)) ?? {};
      if (session.isScheduled) return refuse(reply, request, 'not-started', `Session ${session.id} has not begun.`);
      const waitMs = settings.requestTimeoutMs();
      const answer = await clients.request(session.id, name, data, waitMs);
      if (answer === 'no-session') return gone(request, reply);
      if (answer) return sendAnswer(reply, answer);
      const problem = `Session ${session.id} has not answered the request ${name} within ${waitMs / 1000} s.`;
      return refuse(reply, request, 'no-answer', problem);
    },
  });

  // The name may be missing behind a slash too, which is not there any more when addresses are matched.
  for (const url of ['/session/:sid/event', '/session/:sid/request']) {
    app.route<OfSession>({
      method: BOTH,
      exposeHeadRoute: false,
      url,
      handler: async (request, reply) => {
        if (await sessionOf(request, reply)) throw nameless();
        return reply;
      },
    });
  }

  app.route<OfSession>({
    method: BOTH,
    exposeHeadRoute: false,
    url: '/session/:sid/terminate',
    handler: async (request, reply) => {
      const session = await sessionOf(request, reply);
      if (!session) return reply;
      if (!(await clients.terminate(session.id, settings.requestTimeoutMs()))) return gone(request, reply);
      return reply.type('application/json').send('{}');
    },
  });

  app.get<OfSession & { Querystring: { name?: string | string[] } }>(
    '/session/:sid/query',
    { exposeHeadRoute: false },
    async (request, reply) => {
      const session = await sessionOf(request, reply);
      if (!session) return reply;
      const { name = [] } = request.query;
      const report = await clients.report(session, Array.isArray(name) ? name : [name]);
      return report ? reply.type('application/json').send(report) : gone(request, reply);
    },
  );
}

/** Events over HTTP as SCXML 1.0 has them (C.2): the location that a session sees in `_ioprocessors`. */
export async function basicHttpLocation(
  app: FastifyInstance,
  { clients, settings }: Pick<OrsApiOptions, 'clients' | 'settings'>,
): Promise<void> {
  // Forms too are for the processor to read: their text is what the session sees in `_event.raw`.
  app.removeContentTypeParser(['application/x-www-form-urlencoded', /^multipart\/form-data/, 'multipart/form-data']);
  app.route<OfSession>({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    exposeHeadRoute: false,
    url: '/session/:sid/basichttp',
    handler: async (request, reply) => {
      const { sid } = request.params;
      const session = await clients.find(sid);
      if (!session || session.isScheduled) {
        return refuse(reply, request, 'no-such-session', `There is no session ${sid}.`);
      }
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(request.headers)) {
        if (value !== undefined && !SECRET.has(name)) headers[name] = Array.isArray(value) ? value.join(', ') : value;
      }
      const raw = request.body as RawBody | undefined; // what `registerRawBodies` has made of it
      const message = { method: request.method, url: request.raw.url ?? '', headers, body: raw?.text ?? '' };
      const event = receivedEvent(message);
      checked(event.data);
      const waitMs = settings.holdsEvents() ? settings.requestTimeoutMs() : 0;
      return (await clients.event(sid, event, waitMs)) ? reply.type('text/plain').send('') : gone(request, reply);
    },
  });
}

/** Applications see the request as it came, but not by whose rights. */
const SECRET: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

function gone(request: FastifyRequest<OfSession>, reply: FastifyReply): FastifyReply {
  return refuse(reply, request, 'no-such-session', `Session ${request.params.sid} has ended.`);
}

/** @throws RingbackError `invalid-parameter` */
function named({ params }: FastifyRequest<Named>): string {
  if (params.name.trim() !== '') return params.name;
  throw nameless();
}

function nameless(): RingbackError {
  return new RingbackError('invalid-parameter', 'The name of the event is missing.');
}

/** @throws RingbackError `too-large` */
function checked<Data extends JsonValue | undefined>(data: Data): Data {
  if (data === undefined || JSON.stringify(data).length <= LARGEST_EVENT) return data;
  throw new RingbackError('too-large', `The data of an event has at most ${LARGEST_EVENT} characters.`);
}
