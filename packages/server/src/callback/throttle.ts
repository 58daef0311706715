import { DateTime } from 'luxon';
import { instant, type JsonObject } from '../kernel/index.js';
import { statement, type Transaction } from '../store/sql.js';
import { CallbackError } from './callback-error.js';
import type { CallbackService } from './callback-service.js';
import { numberKey } from './customer-number.js';
import { lookupValue, NUMBER_KEY } from './lookup-keys.js';
import { scalarText } from './service-parameters.js';

/** HTTP headers: names in lower case, repeated ones as arrays. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What limits look at. */
export interface AdmissionRequest {
  service: CallbackService;
  properties: JsonObject;
  headers: RequestHeaders;
  number: string | undefined;
  /** No desired time was given: the limit of queued callbacks applies. */
  immediate: boolean;
  /** Handed to a session by its own request: it is throttled. */
  atOnce: boolean;
  now: number;
}

interface ThrottledParameter {
  name: string;
  value: string;
  /** As the client wrote it: the error repeats it. */
  text: string;
}

/**
 * While a count is this far below its limit, requests that count at the same moment cannot exceed it together: no more
 * transactions than this are ever under way. Only closer to the limit do they wait for each other.
 */
const UNDER_WAY = 256;

const COUNT = statement(
  'callback-admission',
  `select (select count(*) from (select from callback_throttle
                                  where service = $1 and parameter = '' and value = '' and at > $2 limit $4) r)::integer
            as first,
          (select count(*) from (select from callback_throttle
                                  where service = $1 and parameter = '' and value = '' and at > $3 limit $5) r)::integer
            as second,
          (select count(*) from (select from callback
                                  where service = $1 and state in ('QUEUED', 'PAUSED', 'ROUTING') limit $6) q)::integer
            as queued`,
);

const COUNT_PARAMETERS = statement(
  'callback-admission-parameters',
  `select p.name,
          (select count(*) from (select from callback_throttle t
                                  where t.service = $1 and t.parameter = p.name and t.value = p.value and t.at >= $2
                                  limit $5) c)::integer as count
     from unnest($3::text[], $4::text[]) as p (name, value)`,
);

const COUNT_OF_NUMBER = statement(
  'callback-admission-number',
  `select count(*)::integer as count from callback_lookup l join callback c on c.id = l.callback
    where l.key = '${NUMBER_KEY}' and l.value = $2 and c.service = $1
      and c.state in ('SCHEDULED', 'QUEUED', 'PAUSED', 'ROUTING')`,
);

/** In ascending order, so that two requests never wait for each other in a circle. */
const LOCK = statement(
  'callback-admission-lock',
  `select pg_advisory_xact_lock(key)
     from (select hashtextextended(name, 0) as key from unnest($1::text[]) as name order by 1) keys`,
);

const NOTE = statement(
  'callback-throttle-note',
  `insert into callback_throttle (service, parameter, value, at, kept_until)
   select $1, n.name, n.value, $2, $3 from unnest($4::text[], $5::text[]) as n (name, value)`,
);

/** Ends what no limit looks at any more. */
export const PURGE_THROTTLE = statement(
  'callback-throttle-purge',
  'delete from callback_throttle where kept_until < $1',
);

/**
 * The limits of a service: how many callbacks within an interval, how many a day for one customer, how many in the
 * queue. Counted and noted in the transaction of the booking; requests that compete for the last places take turns by
 * advisory locks, so that a limit is never exceeded.
 * @throws CallbackError `rate-limit`, `parameter-limit`, `queue-limit`, `already-queued`
 */
export async function admit(tx: Transaction, request: AdmissionRequest): Promise<void> {
  const { service } = request;
  const parameters = request.atOnce ? throttledParameters(request) : [];
  const locks = parameters.map(({ name, value }) => `callback-throttle ${service.name} ${name} ${value}`);
  if (service.queuedPerCustomer !== undefined && request.number !== undefined) {
    locks.push(`callback-number ${service.name} ${filedNumber(service, request.number)}`);
  }
  if (locks.length > 0) await tx.query(LOCK, [locks]);
  if (request.atOnce) {
    await checkRates(tx, request);
    await checkParameters(tx, request, parameters);
  }
  await checkNumberInQueue(tx, request);
  if (request.atOnce) await note(tx, request, parameters);
}

async function checkRates(tx: Transaction, request: AdmissionRequest): Promise<void> {
  const { service } = request;
  const excess = await excessOf(tx, request);
  if (excess.close) {
    await tx.query(LOCK, [[`callback-service ${service.name}`]]);
    const settled = await excessOf(tx, request);
    if (settled.error) throw settled.error;
  } else if (excess.error) throw excess.error;
}

/** The limit that is reached, if one is, and whether one is so close that requests must take turns. */
async function excessOf(
  tx: Transaction,
  request: AdmissionRequest,
): Promise<{ error?: CallbackError; close: boolean }> {
  const { service, now, immediate } = request;
  const [first, second] = service.rates;
  if (!first || !second) return { close: false };
  const since = (seconds: number) => instant(now - seconds * 1000);
  const [row] = await tx.query<{ first: number; second: number; queued: number }>(COUNT, [
    service.name,
    since(first.seconds),
    since(second.seconds),
    first.limit,
    second.limit,
    service.queuedPerService,
  ]);
  const counts = row ?? { first: 0, second: 0, queued: 0 };
  const limits = [
    { on: first.seconds > 0, left: first.limit - counts.first, error: rateLimit(service, first.seconds) },
    { on: second.seconds > 0, left: second.limit - counts.second, error: rateLimit(service, second.seconds) },
    { on: immediate, left: service.queuedPerService - counts.queued, error: queueLimit(service) },
  ].filter(({ on }) => on);
  const error = limits.find(({ left }) => left <= 0)?.error;
  return { ...(error && { error: error() }), close: limits.some(({ left }) => left > 0 && left <= UNDER_WAY) };
}

function rateLimit(service: CallbackService, seconds: number): () => CallbackError {
  return () => new CallbackError('rate-limit', { service: service.name, seconds });
}

function queueLimit(service: CallbackService): () => CallbackError {
  return () => new CallbackError('queue-limit', { service: service.name });
}

async function checkParameters(
  tx: Transaction,
  { service, now }: AdmissionRequest,
  parameters: readonly ThrottledParameter[],
): Promise<void> {
  if (parameters.length === 0) return;
  const limit = service.parameterLimit;
  const counts = await tx.query<{ name: string; count: number }>(COUNT_PARAMETERS, [
    service.name,
    instant(startOfDay(now)),
    parameters.map(({ name }) => name),
    parameters.map(({ value }) => value),
    limit,
  ]);
  const reached = counts.find(({ count }) => count >= limit);
  const parameter = parameters.find(({ name }) => name === reached?.name);
  if (parameter) {
    throw new CallbackError('parameter-limit', { parameter: parameter.name, value: parameter.text, limit });
  }
}

async function checkNumberInQueue(tx: Transaction, { service, number }: AdmissionRequest): Promise<void> {
  const allowed = service.queuedPerCustomer;
  if (allowed === undefined || number === undefined) return;
  const [row] = await tx.query<{ count: number }>(COUNT_OF_NUMBER, [service.name, filedNumber(service, number)]);
  const count = row?.count ?? 0;
  if (count >= allowed) throw new CallbackError('already-queued', { number, count });
}

async function note(
  tx: Transaction,
  { service, now }: AdmissionRequest,
  parameters: readonly ThrottledParameter[],
): Promise<void> {
  const longest = Math.max(0, ...service.rates.map(({ seconds }) => seconds)) * 1000;
  const keptUntil = Math.max(now + longest, endOfDay(now));
  await tx.query(NOTE, [
    service.name,
    instant(now),
    instant(keptUntil),
    ['', ...parameters.map(({ name }) => name)],
    ['', ...parameters.map(({ value }) => value)],
  ]);
}

/** A header of the same name goes before the body's parameter (`_enable_throttle_header_parameters`). */
function throttledParameters({ service, properties, headers }: AdmissionRequest): ThrottledParameter[] {
  return service.throttledParameters.flatMap((name) => {
    const header = service.throttleByHeader ? headers[name.toLowerCase()] : undefined;
    const text = (Array.isArray(header) ? header[0] : header) ?? scalarText(properties[name]);
    if (text === undefined || text === '') return [];
    const value = name === NUMBER_KEY ? filedNumber(service, text) : lookupValue(text);
    return [{ name, value, text }];
  });
}

function filedNumber(service: CallbackService, number: string): string {
  return lookupValue(numberKey(number, service.defaultCountry));
}

/** "Today" is that of the server's own zone, as the original counts it. */
function startOfDay(now: number): number {
  return DateTime.fromMillis(now).startOf('day').toMillis();
}

function endOfDay(now: number): number {
  return DateTime.fromMillis(now).endOf('day').toMillis() + 1;
}
