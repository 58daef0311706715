import { type Clock, instant } from '../kernel/index.js';
import type { Journal, JournalEntry } from '../reporting/index.js';
import { statement, type Transaction } from '../store/sql.js';
import { CallbackError } from './callback-error.js';
import { CALLBACK_COLUMNS, type CallbackRow } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { type CallbackObserver, happeningsOf } from './happenings.js';
import { type CallbackInput, type CallbackStep, decide, effectsOf } from './life-cycle.js';
import type { RemoteCallbackSessions } from './remote-sessions.js';
import { completedData, progressAfter, subjectData } from './reporting-data.js';
import type { SessionStarter } from './sessions.js';
import { eventsOfStep } from './status-events.js';
import type { StatusNotifications } from './status-notifications.js';

const LOCK = statement('callback-lock', `select ${CALLBACK_COLUMNS} from callback c where c.id = $1 for update`);

const STORE = statement(
  'callback-store',
  `with released as (
     update callback_slot set used = used - 1 where service = $10 and bucket = $11::timestamptz
   )
   update callback
      set state = $2, reason = $3, bucket = $4, submit_at = $5, submit_attempts = $6, session = $7, expires_at = $8,
          progress = $9, changed_at = $12
    where id = $1`,
);

/**
 * The submission of many ($1: a JSON array of them) with its events: none of them gives its place back or loses a session,
 * and those that do not wait for their time any more need no reminder.
 */
const STORE_SUBMISSIONS = statement(
  'callback-store-submissions',
  `with submitted as materialized (
     select * from jsonb_to_recordset($1::jsonb)
       as s (id text, state text, session text, progress jsonb, begun boolean, entry text, data jsonb)
   ), stored as (
     update callback c
        set state = s.state, submit_at = null, session = s.session, progress = s.progress,
            changed_at = $2::timestamptz
       from submitted s where c.id = s.id
   ), forgotten as (
     delete from callback_notice n using submitted s where n.callback = s.id and n.reminder and s.begun
   )
   insert into event (at, type, callback, session, data)
   select $2::timestamptz, s.entry, s.id, s.session, s.data from submitted s where s.entry is not null`,
);

/** How much longer a record is kept each time that its conversation is still under way when its time is over. */
const PROLONGED_MS = 3_600_000;

/** What an input brings along besides the step in the table. */
export interface TransitionOptions {
  /** The session that now works for the callback. */
  session?: string;
  /** Refuse to complete a callback whose session is gone (the original's answer to Cancel-Callback). */
  requireSession?: boolean;
}

/**
 * Carries out the life cycle: takes the callback's row under a lock, looks the step up in the table, and stores the new
 * state, its effects and its events in the caller's transaction.
 *
 * Locks are taken in the order callback, then slots by service and time; see `Rescheduling`.
 */
export class Transitions {
  constructor(
    private readonly parts: {
      clock: Clock;
      journal: Pick<Journal, 'record' | 'wake'>;
      sessions: SessionStarter;
      /** Sessions on other servers; absent: there are none. */
      remote: RemoteCallbackSessions | undefined;
      services: CallbackServices;
      notifications: StatusNotifications;
      observe: CallbackObserver;
      /** Tells the scheduler that something is due at a time. */
      due: (submitAt: number | null, expiresAt: number) => void;
    },
  ) {}

  /** The callback, locked until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<CallbackRow | undefined> {
    const [row] = await tx.query<CallbackRow>(LOCK, [id]);
    return row;
  }

  /**
   * @param row as `lock` gave it
   * @returns the callback after the step; undefined when the input means nothing in its state, and nothing is done
   * @throws CallbackError `no-such-callback` with `requireSession`
   */
  async apply(
    tx: Transaction,
    row: CallbackRow,
    input: CallbackInput,
    options: TransitionOptions = {},
  ): Promise<CallbackRow | undefined> {
    const step = decide(row.state, input);
    if (!step) return undefined;
    const now = this.parts.clock.now();
    const next = this.#after(row, input, step, options, now);
    await this.#perform(tx, row, step, options);
    const released = row.bucket !== null && next.bucket === null ? row.bucket : null;
    await tx.query(STORE, [
      next.id,
      next.state,
      next.reason,
      next.bucket === null ? null : instant(next.bucket),
      next.submit_at === null ? null : instant(next.submit_at),
      next.submit_attempts,
      next.session,
      instant(next.expires_at),
      JSON.stringify(next.progress),
      row.service,
      released === null ? null : instant(released),
      instant(now),
    ]);
    const entries = journalEntries(row, next, input, now);
    if (entries.length > 0) await this.parts.journal.record(tx, entries);
    const { notifications } = this.parts;
    await notifications.tell(tx, next, eventsOfStep(row, next, input), now);
    if (row.state === 'SCHEDULED' && next.state !== 'SCHEDULED') await notifications.forgetReminders(tx, [row.id]);
    tx.afterCommit(() => {
      this.parts.due(next.submit_at, next.expires_at);
      this.#observe(row, next, input, now);
    });
    return next;
  }

  /**
   * The step `submit` of many callbacks, whose sessions the caller has stored, in few statements.
   * @param submissions rows as `lock` gives them, and the sessions that now work for them
   */
  async submitAll(tx: Transaction, submissions: readonly { row: CallbackRow; session: string }[]): Promise<void> {
    const { clock, journal, notifications, due } = this.parts;
    const now = clock.now();
    const input: CallbackInput = { type: 'submit' };
    const taken = submissions.flatMap(({ row, session }) => {
      const step = decide(row.state, input);
      return step ? [{ row, next: this.#after(row, input, step, { session }, now) }] : [];
    });
    const stored = taken.map(({ row, next }) => {
      const [entry] = journalEntries(row, next, input, now);
      const begun = row.state === 'SCHEDULED' && next.state !== 'SCHEDULED';
      const { id, state, session, progress } = next;
      return { id, state, session, progress, begun, ...(entry && { entry: entry.type, data: entry.data }) };
    });
    await tx.query(STORE_SUBMISSIONS, [JSON.stringify(stored), instant(now)]);
    for (const { row, next } of taken) await notifications.tell(tx, next, eventsOfStep(row, next, input), now);
    tx.afterCommit(() => {
      journal.wake();
      for (const { row, next } of taken) {
        due(next.submit_at, next.expires_at);
        this.#observe(row, next, input, now);
      }
    });
  }

  #observe(row: CallbackRow, next: CallbackRow, input: CallbackInput, now: number): void {
    for (const happening of happeningsOf(row, next, input, now)) this.parts.observe(happening);
  }

  #after(
    row: CallbackRow,
    input: CallbackInput,
    step: CallbackStep,
    options: TransitionOptions,
    now: number,
  ): CallbackRow {
    const effects = effectsOf(step);
    const next: CallbackRow = {
      ...row,
      state: step.to,
      reason: step.reason ?? row.reason,
      session: options.session ?? row.session,
      progress: progressAfter(row.progress, input, now),
      changed_at: now,
    };
    if (effects.includes('release-place')) next.bucket = null;
    if (effects.includes('start-session')) next.submit_at = null;
    if (effects.includes('submit-again')) {
      next.submit_at = now + this.parts.services.pollingSeconds * 1000;
      // A session that is lost had begun; what was tried before that does not count any more.
      next.submit_attempts = input.type === 'submit-failed' ? row.submit_attempts + 1 : 0;
    }
    if (effects.includes('prolong')) next.expires_at = now + PROLONGED_MS;
    if (next.state === 'COMPLETED') {
      next.submit_at = null;
      next.progress = { ...next.progress, completedAt: now };
      // Whoever asks what became of it finds an answer for as long as of any other callback.
      if (next.expires_at <= now) next.expires_at = now + row.ttl * 1000;
    }
    return next;
  }

  async #perform(tx: Transaction, row: CallbackRow, step: CallbackStep, options: TransitionOptions): Promise<void> {
    const { session } = row;
    for (const effect of effectsOf(step)) {
      if (effect === 'end-session') {
        const ended = session !== null && (await this.#end(tx, session, step.reason ?? 'COMPLETED'));
        if (!ended && options.requireSession) {
          throw new CallbackError('no-such-callback', { operation: 'cancel', id: row.id });
        }
      } else if (effect === 'tell-session' && session !== null) {
        await this.#tell(tx, session, step.to === 'PAUSED' ? 'callback.paused' : 'callback.resumed');
      }
    }
  }

  /** @returns false when the session is gone already */
  async #end(tx: Transaction, session: string, reason: string): Promise<boolean> {
    const { sessions, remote } = this.parts;
    if (!(await sessions.terminate(tx, session, reason))) return (await remote?.terminate(tx, session)) ?? false;
    tx.afterCommit(() => sessions.wake(session));
    return true;
  }

  async #tell(tx: Transaction, session: string, name: string): Promise<void> {
    const { sessions, remote } = this.parts;
    if ((await sessions.post(tx, session, { name })) === false) await remote?.post(tx, session, { name });
  }
}

/** Attempts for a callback whose service is not configured any more. */
const DEFAULT_ATTEMPTS = 3;

/** An attempt to submit a callback has failed: it is tried again, or given up with SUBMIT_FAILED after so many. */
export async function countFailure(
  transitions: Pick<Transitions, 'apply'>,
  tx: Transaction,
  row: CallbackRow,
  service: CallbackService | undefined,
): Promise<void> {
  const isLast = row.submit_attempts + 1 >= (service?.maxSubmitAttempts ?? DEFAULT_ATTEMPTS);
  await transitions.apply(tx, row, { type: isLast ? 'give-up' : 'submit-failed' });
}

function journalEntries(row: CallbackRow, next: CallbackRow, input: CallbackInput, now: number): JournalEntry[] {
  const about = { at: now, callback: row.id, ...(next.session !== null && { session: next.session }) };
  const subject = subjectData(row);
  if (input.type === 'dialing' || input.type === 'dial-result') {
    const result = input.type === 'dial-result' ? { result: input.result } : {};
    return [{ ...about, type: 'callback.attempt', data: { ...subject, attempt: input.attempt, ...result } }];
  }
  if (next.state === 'COMPLETED') return [{ ...about, type: 'callback.completed', data: completedData(next) }];
  const again = input.type === 'submit' || input.type === 'submit-failed' || input.type === 'session-terminated';
  if (next.state === row.state && !again) return [];
  const data = { ...subject, from: row.state, state: next.state, cause: input.type };
  return [{ ...about, type: 'callback.state', data }];
}
