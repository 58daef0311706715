import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type JsonObject, type Logger, RingbackError } from '../../kernel/index.js';
import type { Peek, StatisticPeeks } from '../../services/index.js';
import { RequestError } from '../http/failure.js';
import type { CredentialSource } from './authentication.js';
import { type ErrorTable, refuseOtherMethods, sendJson, speakGms } from './dialect.js';
import { portRule } from './port-restrictions.js';

export interface GmsStatisticApiOptions {
  statistics: StatisticPeeks;
  credentials: CredentialSource;
  log: Logger;
}

interface Named {
  Params: { name: string };
}

const GENERAL = 'com.genesyslab.gsg.GSGException';
const ERRORS: ErrorTable = {
  'ill-defined-statistic': [403],
  'unknown-statistic': [404],
  'invalid-statistics': [400],
  'not-internal': [403],
};
const MOST_AT_ONCE = 200;
/** Whoever asks from inside needs no credentials. */
const NO_CREDENTIALS: CredentialSource = { service: () => undefined, section: () => ({}) };

/**
 * Statistics (gms-services.md 10.1 to 10.3): peeks at `/1/statistic`, with the credentials of section `server`, and at
 * `/1/internal_statistic` without any; several at once at their plurals. To be registered with the prefix `/genesys`.
 */
export async function gmsStatisticApi(app: FastifyInstance, options: GmsStatisticApiOptions): Promise<void> {
  const { credentials, log } = options;
  await app.register(async (outer) => {
    speakGms(outer, { credentials, log, errors: ERRORS });
    registerPeeks(outer, options, 'statistic');
  });
  await app.register(async (inner) => {
    speakGms(inner, { credentials: NO_CREDENTIALS, log, errors: ERRORS });
    inner.addHook('onRequest', async (request) => requireInside(request, credentials));
    registerPeeks(inner, options, 'internal_statistic');
  });
}

function registerPeeks(app: FastifyInstance, { statistics }: GmsStatisticApiOptions, path: string): void {
  app.post(`/1/${path}`, async (request, reply) =>
    send(reply, await statistics.peek(textsOf(request), maxAgeOf(request))),
  );
  refuseOtherMethods(app, `/1/${path}`, ['POST']);

  app.get<Named>(`/1/${path}/:name`, async (request, reply) =>
    send(reply, await statistics.preconfigured(request.params.name, maxAgeOf(request))),
  );
  refuseOtherMethods(app, `/1/${path}/:name`, ['GET']);

  app.post(`/1/${path}s`, async (request, reply) => {
    const asked = Object.entries(isObject(request.body) ? request.body : {});
    if (asked.length === 0 || asked.length > MOST_AT_ONCE) {
      const right = `a JSON object of 1 to ${MOST_AT_ONCE} statistics, name to parameters, is expected`;
      throw new RingbackError('invalid-statistics', `Invalid body : ${right}`);
    }
    const answers: JsonObject = {};
    let oldest = 0;
    for (const [name, definition] of asked) {
      const { answer, age } = await peekOrError(statistics, definition, maxAgeOf(request));
      answers[name] = answer;
      oldest = Math.max(oldest, age);
    }
    return sendJson(reply.header('age', String(oldest)), answers);
  });
  refuseOtherMethods(app, `/1/${path}s`, ['POST']);
}

function send(reply: FastifyReply, { value, age }: Peek): FastifyReply {
  return sendJson(reply.header('age', String(age)), { value });
}

async function peekOrError(
  statistics: StatisticPeeks,
  definition: unknown,
  maxAge: number | undefined,
): Promise<{ answer: JsonObject; age: number }> {
  try {
    const { value, age } = await statistics.peek(texts(definition), maxAge);
    return { answer: { value }, age };
  } catch (error) {
    if (!(error instanceof RingbackError) || ERRORS[error.code] === undefined) throw error;
    return { answer: { exception: GENERAL, message: error.message }, age: 0 };
  }
}

function textsOf(request: FastifyRequest): Record<string, string> {
  return { ...texts(request.query), ...texts(request.body) };
}

/** The members of an object that are texts or numbers. */
function texts(value: unknown): Record<string, string> {
  const members = Object.entries(isObject(value) ? value : {});
  return Object.fromEntries(
    members
      .filter(([, member]) => typeof member === 'string' || typeof member === 'number')
      .map(([name, member]) => [name, String(member).trim()]),
  );
}

/** `Cache-Control: max-age=N`, in seconds. */
function maxAgeOf({ headers }: FastifyRequest): number | undefined {
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(headers['cache-control'] ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/**
 * What needs no credentials is served on this machine alone, unless the configuration restricts it to ports of its own
 * (section `port_restrictions`), which says that somebody has thought about who reaches them.
 */
function requireInside(request: FastifyRequest, { section }: CredentialSource): void {
  const address = request.socket.remoteAddress ?? '127.0.0.1';
  if (isLoopback(address) || portRule(section('port_restrictions'), request.url) !== undefined) return;
  const remedy = 'restrict it to an internal port (section port_restrictions), or use /1/statistic';
  throw new RequestError(403, 'not-internal', `This address is served on the server's own machine: ${remedy}`);
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}
