import { type Clock, type Logger, newSessionId, RingbackError } from '../kernel/index.js';
import { type Sql, statement, type Transaction } from '../store/sql.js';
import type { CallbackRow } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import type { RemoteSubmission } from './remote-submission.js';
import { sessionRequest } from './session-request.js';
import type { SessionStarter } from './sessions.js';
import { inLockOrder } from './slots.js';
import { countFailure, type Transitions } from './transitions.js';

const LEAVE = statement('callback-leave', 'update callback set submit_at = null where id = $1');

/** Hands callbacks to sessions of their service's application. */
export class Submission {
  constructor(
    private readonly parts: {
      clock: Clock;
      sessions: SessionStarter;
      services: CallbackServices;
      transitions: Transitions;
      /** For services whose sessions run on other servers; absent: there are none. */
      remote: RemoteSubmission | undefined;
      log: Logger;
      /** Tells the scheduler that something is due at a time. */
      due: (submitAt: number | null, expiresAt: number) => void;
    },
  ) {}

  /**
   * Stores a session for the callback in the caller's transaction, which has to wake it afterwards.
   * @throws RingbackError `unknown-flow`, before anything is stored
   */
  async startSession(
    sql: Sql,
    service: CallbackService,
    row: CallbackRow,
    session: string,
    startRequestId?: string,
  ): Promise<void> {
    const request = this.#requestFor(service, row, session);
    await this.parts.sessions.start(sql, { ...request, ...(startRequestId !== undefined && { startRequestId }) });
  }

  /**
   * Submits callbacks whose time has come, or counts their failed attempts. Those of one kind share their statements.
   * The rows are locked by the caller.
   */
  async submitAll(tx: Transaction, rows: readonly CallbackRow[]): Promise<void> {
    const { services, sessions, transitions } = this.parts;
    const usual: { row: CallbackRow; session: string; service: CallbackService }[] = [];
    const others: CallbackRow[] = [];
    for (const row of rows) {
      const service = services.find(row.service);
      const isUsual = service && !services.isPaused(service) && !this.#isElsewhere(service, row);
      if (!isUsual || this.#isTooLate(row, service)) others.push(row);
      else usual.push({ row, session: newSessionId(), service });
    }
    if (usual.length > 0 && (await this.#startSessions(tx, usual))) {
      await transitions.submitAll(tx, usual);
      tx.afterCommit(() => sessions.wakeInTurn(usual.map(({ session }) => session)));
    } else others.push(...usual.map(({ row }) => row));
    for (const row of inLockOrder(others)) await this.submit(tx, row);
  }

  /**
   * Submits one callback.
   * @param problem set when an earlier attempt in another transaction has failed
   */
  async submit(tx: Transaction, row: CallbackRow, problem?: unknown): Promise<void> {
    const { services, sessions, transitions } = this.parts;
    const service = services.find(row.service);
    if (this.#isTooLate(row, service)) return this.#leave(tx, row);
    if (service && this.#isElsewhere(service, row)) return this.parts.remote?.claim(tx, row);
    if (!service || problem !== undefined) return countFailure(transitions, tx, row, service);
    const session = newSessionId();
    try {
      await this.startSession(tx, service, row, session);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return countFailure(transitions, tx, row, service);
    }
    const submitted = await transitions.apply(tx, row, { type: 'submit' }, { session });
    tx.afterCommit(() => sessions.wake(session));
    if (submitted && services.isPaused(service)) await transitions.apply(tx, submitted, { type: 'pause' });
  }

  /** @returns false when one of them cannot be started, and nothing is stored */
  async #startSessions(
    tx: Transaction,
    submissions: readonly { row: CallbackRow; session: string; service: CallbackService }[],
  ): Promise<boolean> {
    try {
      await this.parts.sessions.startAll(
        tx,
        submissions.map(({ row, session, service }) => this.#requestFor(service, row, session)),
      );
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false;
    }
  }

  #isElsewhere(service: CallbackService, row: CallbackRow): boolean {
    return this.parts.remote?.concerns(service, row.properties) ?? false;
  }

  #requestFor(service: CallbackService, row: CallbackRow, session: string) {
    const { services, clock } = this.parts;
    return sessionRequest(services, service, row, session, clock.now());
  }

  /**
   * Whether nobody expects the call any more: the record's time is over, or the desired time lies before every range in
   * which the service looks for callbacks (`_queue_poll_period`, `_queue_poll_period_recovery`).
   */
  #isTooLate(row: CallbackRow, service: CallbackService | undefined): boolean {
    const now = this.parts.clock.now();
    if (row.expires_at <= now) return true;
    return row.state === 'SCHEDULED' && service !== undefined && row.desired_at < now - service.latestSubmissionMs;
  }

  /** What is too late is not submitted; at the end of its time it is completed with the reason FAIL_TIMEOUT_TTL. */
  async #leave(tx: Transaction, row: CallbackRow): Promise<void> {
    if (row.expires_at <= this.parts.clock.now()) {
      await this.parts.transitions.apply(tx, row, { type: 'expire' });
      return;
    }
    await tx.query(LEAVE, [row.id]);
    this.parts.log.warn(
      { callback: row.id, service: row.service },
      'A callback was missed for too long to be submitted',
    );
    tx.afterCommit(() => this.parts.due(null, row.expires_at));
  }
}

/** Errors that the orchestration raises before it has stored anything: the transaction can go on. */
export function isRefusal(error: unknown): boolean {
  return error instanceof RingbackError && error.code === 'unknown-flow';
}
