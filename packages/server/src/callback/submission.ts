import { type Clock, newSessionId, RingbackError } from '../kernel/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import type { CallbackRow } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { effectiveParameter, restoredPosition, scalarText, sessionParameters } from './service-parameters.js';
import type { SessionStarter } from './sessions.js';
import type { Transitions } from './transitions.js';

/** Hands callbacks to sessions of their service's application. */
export class Submission {
  constructor(
    private readonly parts: {
      clock: Clock;
      sessions: SessionStarter;
      services: CallbackServices;
      transitions: Transitions;
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
    const now = this.parts.clock.now();
    const startedAt = row.progress.submittedAt ?? now;
    const parameters = sessionParameters(service, {
      id: row.id,
      service: row.service,
      number: row.customer_number ?? undefined,
      immediate: row.immediate,
      desiredAt: row.desired_at,
      startedAt,
      properties: row.properties,
    });
    const isAnother = row.session !== null && row.session !== session;
    await this.parts.sessions.start(sql, {
      id: session,
      flow: scalarText(effectiveParameter(service, row.properties, '_service')) || service.flow,
      parameters: { ...parameters, ...(isAnother && restoredPosition(parameters, startedAt, now)) },
      callback: row.id,
      service: row.service,
      ...(startRequestId !== undefined && { startRequestId }),
    });
  }

  /**
   * Submits a callback whose time has come, or counts a failed attempt. The row is locked by the caller.
   * @param problem set when an earlier attempt in another transaction has failed
   */
  async submit(tx: Transaction, row: CallbackRow, problem?: unknown): Promise<void> {
    const { services, sessions, transitions } = this.parts;
    const service = services.find(row.service);
    if (!service || problem !== undefined) return this.#failed(tx, row, service);
    const session = newSessionId();
    try {
      await this.startSession(tx, service, row, session);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return this.#failed(tx, row, service);
    }
    const submitted = await transitions.apply(tx, row, { type: 'submit' }, { session });
    tx.afterCommit(() => sessions.wake(session));
    if (submitted && services.isPaused(service)) await transitions.apply(tx, submitted, { type: 'pause' });
  }

  async #failed(tx: Transaction, row: CallbackRow, service: CallbackService | undefined): Promise<void> {
    const attempts = service?.maxSubmitAttempts ?? DEFAULT_ATTEMPTS;
    const last = row.submit_attempts + 1 >= attempts;
    await this.parts.transitions.apply(tx, row, { type: last ? 'give-up' : 'submit-failed' });
  }
}

/** Attempts for a callback whose service is not configured any more. */
const DEFAULT_ATTEMPTS = 3;

/** Errors that the orchestration raises before it has stored anything: the transaction can go on. */
export function isRefusal(error: unknown): boolean {
  return error instanceof RingbackError && error.code === 'unknown-flow';
}
