import { type Activity, instant, type JsonObject, type Logger, newId, newSessionId } from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import type { Database, Sql, Transaction } from '../store/index.js';
import { type BucketGrid, slotAt, type TimeSlot } from './availability.js';
import { BookingLine } from './booking-line.js';
import { storeBooking } from './booking-statement.js';
import { CallbackError } from './callback-error.js';
import type { CallbackRow } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { type DesiredTime, submitTime } from './desired-time.js';
import type { CallbackObserver } from './happenings.js';
import { lookupOf } from './lookup-keys.js';
import type { RemoteSession } from './orchestration-servers.js';
import type { RemoteSubmission } from './remote-submission.js';
import type { SessionStarter } from './sessions.js';
import { proposals } from './slots.js';
import { eventsOfBooking } from './status-events.js';
import type { StatusNotifications } from './status-notifications.js';
import type { Submission } from './submission.js';
import type { SubmissionLead } from './submission-lead.js';
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
  /** Set for an immediate callback whose session runs here: the request whose answer the client waits for. */
  startRequestId?: string;
  /** Set for one whose session runs on another server. */
  session?: RemoteSession;
}

/** Books callbacks: those for later in one statement, those for now together with their session. */
export class Booking {
  readonly #line: BookingLine;

  constructor(
    private readonly parts: {
      database: Database;
      activity: Activity;
      log: Logger;
      journal: Pick<Journal, 'wake'>;
      sessions: SessionStarter;
      services: CallbackServices;
      submission: Submission;
      /** For services whose sessions run on other servers; absent: there are none. */
      remote: RemoteSubmission | undefined;
      lead: SubmissionLead;
      transitions: Transitions;
      notifications: StatusNotifications;
      observe: CallbackObserver;
      due: (submitAt: number | null, expiresAt: number) => void;
    },
  ) {
    this.#line = new BookingLine(parts.database, parts.activity, parts.log);
  }

  /**
   * @throws CallbackError `rate-limit`, `parameter-limit`, `queue-limit`, `already-queued`, `slot-full`, `slots-full`,
   *   and the request's own rejection
   * @throws RingbackError `unknown-flow` for a callback that is to be submitted at once; `orchestration-failed` for an
   *   immediate one that no server takes, which is then completed with SUBMIT_FAILED
   */
  async book(request: BookingRequest): Promise<Booked> {
    const { service, grid, desired, now } = request;
    const slot = desired && slotAt(grid, desired.at);
    const atOnce = desired === undefined || desired.at - this.parts.lead.of(service, request.properties) <= now;
    const isWatched = this.parts.notifications.concerns(service, request.properties);
    const inTurn = atOnce || isWatched || service.queuedPerCustomer !== undefined;
    return !slot || inTurn ? this.#bookInTurn(request, slot, atOnce) : this.#bookForLater(request, slot);
  }

  #accepted(row: CallbackRow): void {
    const { journal, due, observe } = this.parts;
    journal.wake();
    due(row.submit_at, row.expires_at);
    observe({ type: 'accepted', service: row.service, immediate: row.immediate });
  }

  async #bookForLater(request: BookingRequest, slot: TimeSlot): Promise<Booked> {
    const { database } = this.parts;
    if (request.rejection) throw request.rejection;
    const row = newCallback(request, slot, newId());
    if (!(await this.#line.book(row, slot))) throw await this.#full(database, request);
    this.#accepted(row);
    return { id: row.id };
  }

  /** Where limits apply or a session is to be started: several statements, one transaction. */
  async #bookInTurn(request: BookingRequest, slot: TimeSlot | undefined, atOnce: boolean): Promise<Booked> {
    const { database, services } = this.parts;
    const immediate = request.desired === undefined;
    const id = immediate ? `${services.nodeNumber}-${newId()}` : newId();
    const remote =
      atOnce && this.parts.remote?.concerns(request.service, request.properties) ? this.parts.remote : undefined;
    const startRequestId = immediate && !remote ? newId() : undefined;
    await database.transaction(async (tx) => {
      await admit(tx, { ...request, immediate, atOnce });
      if (request.rejection) throw request.rejection;
      const row = newCallback(request, slot, id, atOnce && !remote ? newSessionId() : undefined);
      if (remote) row.submit_at = remote.claimedUntil();
      if (!(await storeBooking(tx, row, slot))) throw await this.#full(tx, request);
      const { notifications } = this.parts;
      await notifications.tell(tx, row, eventsOfBooking(row), request.now);
      await notifications.remind(tx, row, request.now);
      if (row.session !== null) await this.#startSession(tx, row, row.session, request.service, startRequestId);
      tx.afterCommit(() => this.#accepted(row));
    });
    if (remote) return this.#submitElsewhere(remote, id, immediate);
    return { id, ...(startRequestId !== undefined && { startRequestId }) };
  }

  async #submitElsewhere(remote: RemoteSubmission, id: string, immediate: boolean): Promise<Booked> {
    const submitted = await remote.submit(id, immediate);
    if (!immediate || !submitted) return { id };
    if ('problem' in submitted) throw submitted.problem;
    return { id, session: submitted.session };
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

/** A callback as it is before it is stored; with a session it begins QUEUED. An immediate one holds no slot. */
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
    // A time that has passed already does not shorten what is left to be done.
    expires_at: Math.max(desiredAt, now) + service.ttlSeconds * 1000,
    properties,
    lookup: lookupOf(service, properties),
    progress: session === undefined ? {} : { submittedAt: now },
    created_at: now,
    changed_at: now,
  };
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
