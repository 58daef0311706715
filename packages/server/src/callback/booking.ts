import { instant, type JsonObject, newId, newSessionId } from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import { type Bindable, type Database, type Sql, type Statement, statement, type Transaction } from '../store/index.js';
import { type BucketGrid, slotAt, type TimeSlot } from './availability.js';
import { CallbackError } from './callback-error.js';
import type { CallbackRow } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { type DesiredTime, submitTime } from './desired-time.js';
import { lookupOf } from './lookup-keys.js';
import { acceptedData } from './reporting-data.js';
import type { SessionStarter } from './sessions.js';
import { proposals } from './slots.js';
import type { Submission } from './submission.js';
import { admit, type RequestHeaders } from './throttle.js';
import type { Transitions } from './transitions.js';

/** A start request that has passed every check which needs no database. */
export interface BookingRequest {
  service: CallbackService;
  grid: BucketGrid;
  /** Undefined: now. */
  desired: DesiredTime | undefined;
  number: string | undefined;
  /** What the request carried, without what the server itself knows better. */
  properties: JsonObject;
  headers: RequestHeaders;
  /** A rejection that the checks in the database go before; it is thrown if those pass. */
  rejection: CallbackError | undefined;
  now: number;
}

export interface Booked {
  id: string;
  /** Set for an immediate callback: the request to its session whose answer the client waits for. */
  startRequestId?: string;
}

/**
 * One statement per booking: it takes a place in the bucket's counter if one is free, and only then stores the callback,
 * its lookup keys and its event. Counting and inserting apart over-books under concurrency.
 */
export const BOOK = bookingStatement(
  'callback-book',
  `place as (
     insert into callback_slot as slot (service, bucket, used)
     select $2::text, $6::timestamptz, 1 where $15::integer > 0
     on conflict (service, bucket) do update set used = slot.used + 1 where slot.used < $15::integer
     returning bucket
   ), `,
  'from place',
);

/** An immediate callback holds no place. */
const BOOK_IMMEDIATE = bookingStatement(
  'callback-book-immediate',
  '',
  'where $6::timestamptz is null and $15::integer = 0',
);

function bookingStatement(name: string, place: string, condition: string): Statement {
  return statement(
    name,
    `with ${place}booked as (
       insert into callback (id, service, state, customer_number, immediate, desired_at, bucket, submit_at,
                             submit_attempts, session, ttl, expires_at, properties, lookup, progress, created_at,
                             changed_at)
       select $1, $2, $3, $4, $5, $7::timestamptz, $6::timestamptz, $8::timestamptz, 0, $9, $10, $11::timestamptz,
              $12::jsonb, $13::jsonb, $14::jsonb, $16::timestamptz, $16::timestamptz
       ${condition}
       returning id
     ), filed as (
       insert into callback_lookup (key, value, callback)
       select f.key, f.value, booked.id from booked, jsonb_each_text($13::jsonb) as f (key, value)
     ), journaled as (
       insert into event (at, type, callback, session, data)
       select $16::timestamptz, 'callback.accepted', booked.id, $9, $17::jsonb from booked
     )
     select id from booked`,
  );
}

/** Books callbacks: those for later in one statement, those for now together with their session. */
export class Booking {
  constructor(
    private readonly parts: {
      database: Database;
      journal: Pick<Journal, 'wake'>;
      sessions: SessionStarter;
      services: CallbackServices;
      submission: Submission;
      transitions: Transitions;
      due: (submitAt: number | null, expiresAt: number) => void;
    },
  ) {}

  /**
   * @throws CallbackError `rate-limit`, `parameter-limit`, `queue-limit`, `already-queued`, `slot-full`, `slots-full`,
   *   and the request's own rejection
   * @throws RingbackError `unknown-flow` for a callback that is to be submitted at once
   */
  async book(request: BookingRequest): Promise<Booked> {
    const { service, desired, now } = request;
    const submitAt = desired && submitTime(service, desired.at);
    const atOnce = submitAt === undefined || submitAt <= now;
    if (!atOnce && service.queuedPerCustomer === undefined) return this.#bookForLater(request);
    return this.#bookInTurn(request, atOnce);
  }

  async #bookForLater(request: BookingRequest): Promise<Booked> {
    const { database, journal, due } = this.parts;
    if (request.rejection) throw request.rejection;
    const slot = wantedSlot(request);
    const row = newCallback(request, slot, newId());
    if (!(await store(database, row, slot))) throw await this.#full(database, request);
    journal.wake();
    due(row.submit_at, row.expires_at);
    return { id: row.id };
  }

  /** Where limits apply or a session is to be started: several statements, one transaction. */
  async #bookInTurn(request: BookingRequest, atOnce: boolean): Promise<Booked> {
    const { database, journal, services, due } = this.parts;
    const immediate = request.desired === undefined;
    const id = immediate ? `${services.nodeNumber}-${newId()}` : newId();
    const startRequestId = immediate ? newId() : undefined;
    await database.transaction(async (tx) => {
      await admit(tx, { ...request, immediate, atOnce });
      if (request.rejection) throw request.rejection;
      const slot = wantedSlot(request);
      const row = newCallback(request, slot, id, atOnce ? newSessionId() : undefined);
      if (!(await store(tx, row, slot))) throw await this.#full(tx, request);
      if (row.session !== null) await this.#startSession(tx, row, row.session, request.service, startRequestId);
      tx.afterCommit(() => {
        journal.wake();
        due(row.submit_at, row.expires_at);
      });
    });
    return { id, ...(startRequestId !== undefined && { startRequestId }) };
  }

  async #startSession(
    tx: Transaction,
    row: CallbackRow,
    session: string,
    service: CallbackService,
    startRequestId: string | undefined,
  ): Promise<void> {
    const { sessions, services, submission, transitions } = this.parts;
    await submission.startSession(tx, service, row, session, startRequestId);
    tx.afterCommit(() => sessions.wake(session));
    if (services.isPaused(service)) await transitions.apply(tx, row, { type: 'pause' });
  }

  /** The error for a bucket without a free place, with what is free around it. */
  #full(sql: Sql, { service, grid, desired, now }: BookingRequest): Promise<CallbackError> {
    const wanted = desired ?? { at: now, text: instant(now) };
    return fullSlot(sql, 'start', service.name, grid, wanted, now);
  }
}

/** Immediate callbacks hold no place. */
function wantedSlot({ grid, desired }: BookingRequest): TimeSlot | undefined {
  return desired && slotAt(grid, desired.at);
}

/** A callback as it is before it is stored; with a session it begins QUEUED. */
function newCallback(
  { service, desired, number, properties, now }: BookingRequest,
  slot: TimeSlot | undefined,
  id: string,
  session?: string,
): CallbackRow {
  const desiredAt = desired?.at ?? now;
  return {
    id,
    service: service.name,
    state: session === undefined ? 'SCHEDULED' : 'QUEUED',
    reason: null,
    customer_number: number ?? null,
    immediate: desired === undefined,
    desired_at: desiredAt,
    bucket: slot?.start ?? null,
    submit_at: session === undefined ? submitTime(service, desiredAt) : null,
    submit_attempts: 0,
    session: session ?? null,
    ttl: service.ttlSeconds,
    expires_at: desiredAt + service.ttlSeconds * 1000,
    properties,
    lookup: lookupOf(service, properties),
    progress: session === undefined ? {} : { submittedAt: now },
    created_at: now,
    changed_at: now,
  };
}

/** @returns false when the bucket has no free place, and nothing is stored */
async function store(sql: Sql, row: CallbackRow, slot: TimeSlot | undefined): Promise<boolean> {
  const [booked] = await sql.query(slot ? BOOK : BOOK_IMMEDIATE, bookingValues(row, slot?.total ?? 0));
  return booked !== undefined;
}

/** The parameters of the booking statements, in their order. */
export function bookingValues(row: CallbackRow, places: number): Bindable[] {
  return [
    row.id,
    row.service,
    row.state,
    row.customer_number,
    row.immediate,
    row.bucket === null ? null : instant(row.bucket),
    instant(row.desired_at),
    row.submit_at === null ? null : instant(row.submit_at),
    row.session,
    row.ttl,
    instant(row.expires_at),
    JSON.stringify(row.properties),
    JSON.stringify(row.lookup),
    JSON.stringify(row.progress),
    places,
    instant(row.created_at),
    JSON.stringify(acceptedData(row)),
  ];
}

/** What a client is told when the bucket of its desired time is full. */
export async function fullSlot(
  sql: Sql,
  operation: 'start' | 'reschedule',
  service: string,
  grid: BucketGrid,
  desired: DesiredTime,
  now: number,
): Promise<CallbackError> {
  const availability = await proposals(sql, service, grid, desired.at, now);
  if (Object.keys(availability).length === 0) return new CallbackError('slots-full', { desired: desired.text });
  const { start, end } = slotAt(grid, desired.at);
  return new CallbackError('slot-full', { operation, start: instant(start), end: instant(end), availability });
}
