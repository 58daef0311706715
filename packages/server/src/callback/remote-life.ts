import type { Clock, JsonObject } from '../kernel/index.js';
import { type Database, statement } from '../store/index.js';
import { CallbackError } from './callback-error.js';
import { type CallbackRow, READ_CALLBACK } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { type CallbackInput, decide } from './life-cycle.js';
import type { CallbackRemoteSession, RemoteCallbackSessions } from './remote-sessions.js';
import { scalarText } from './service-parameters.js';
import type { Transitions } from './transitions.js';

/** What an application reports by updating its callback (Reschedule-Callback), and what that means to the life cycle. */
const REPORTED: Readonly<Record<string, (reason: string) => CallbackInput>> = {
  QUEUED: () => ({ type: 'requeued' }),
  ROUTING: () => ({ type: 'customer-answered' }),
  PROCESSING: () => ({ type: 'agent-connected' }),
  COMPLETED: (reason) => ({ type: 'complete', reason }),
};
const REASON = /^[A-Z][A-Z0-9_]{0,63}$/;
/** A session that exits without saying why (GMS Callback, "Callback reasons"). */
const UNSPECIFIED = 'NOT_AVAILABLE';

const WITH_REMOTE_SESSION = statement(
  'callback-remote-services',
  `select distinct c.service from callback_remote_session r
     join callback c on c.id = r.callback and c.session = r.session
    where r.ending_at is null and c.state <> 'COMPLETED'`,
);

/**
 * Follows callbacks whose sessions run on other servers: takes what their applications report, and asks now and then
 * whether the sessions live (`_queue_ping_ors_period`). One that is gone is replaced by another one; when its server cannot
 * be asked so many times as a submission is tried, the callback ends with SUBMIT_FAILED.
 */
export class RemoteLife {
  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      services: CallbackServices;
      transitions: Transitions;
      sessions: RemoteCallbackSessions;
    },
  ) {}

  /**
   * For a callback whose cancellation ends a session on another server: that session must live.
   * @throws CallbackError `no-such-callback`
   */
  async requireSession(id: string): Promise<void> {
    const { database, sessions } = this.parts;
    const session = await sessions.of(database, id);
    const [row] = session ? await database.query<CallbackRow>(READ_CALLBACK, [id]) : [];
    if (!session || !row || !decide(row.state, { type: 'cancel' })) return;
    const found = await sessions.ask({ ...session, callback: id });
    if (found !== 'lives') throw new CallbackError('no-such-callback', { operation: 'cancel', id });
  }

  /**
   * Takes the report of an application on another server.
   * @returns false when it is none: the callback has no session there, or the change says nothing of its state
   * @throws CallbackError `invalid-parameter`, `no-such-callback`
   */
  async report(service: string, id: string, change: JsonObject): Promise<boolean> {
    const state = scalarText(change._callback_state)?.trim();
    const { database, sessions, transitions } = this.parts;
    if (!state || !(await sessions.of(database, id))) return false;
    const input = readReport(state, scalarText(change._callback_reason)?.trim() || UNSPECIFIED);
    await database.transaction(async (tx) => {
      const row = await transitions.lock(tx, id);
      const taken = row?.service === service && (await transitions.apply(tx, row, input));
      if (!taken) throw new CallbackError('no-such-callback', { operation: 'reschedule', id });
    });
    return true;
  }

  /** Asks the servers of submitted callbacks; what goes wrong with one does not keep the others. */
  async poll(): Promise<void> {
    const { database, services, clock, sessions } = this.parts;
    await sessions.purge();
    const askedBefore = clock.now() - services.pollingSeconds * 1000 * ALMOST;
    for (const { service: name } of await database.query<{ service: string }>(WITH_REMOTE_SESSION)) {
      const service = services.find(name);
      if (!service) continue;
      const { from, to } = service.sessionCheck;
      const desired = { from: clock.now() + from, to: clock.now() + to };
      let asked: readonly CallbackRemoteSession[];
      do {
        asked = await sessions.toAsk(name, desired, askedBefore);
        await Promise.all(asked.map((session) => this.#check(session, service)));
      } while (asked.length > 0);
    }
  }

  async #check(session: CallbackRemoteSession, service: CallbackService): Promise<void> {
    const { database, transitions } = this.parts;
    const found = await this.parts.sessions.ask(session);
    if (found === 'lives' || (found !== 'gone' && found.unanswered < service.maxSubmitAttempts)) return;
    await database.transaction(async (tx) => {
      const row = await transitions.lock(tx, session.callback);
      if (row?.session !== session.session || row.submit_at !== null) return;
      if (found === 'gone') await transitions.apply(tx, row, { type: 'session-terminated' });
      else if (await transitions.apply(tx, row, { type: 'give-up' })) {
        // Should the server come back, its session is not to dial for a callback that is over.
        await this.parts.sessions.terminate(tx, session.session);
      }
    });
  }
}

/** Polls come a little early or late. */
const ALMOST = 0.5;

/** @throws CallbackError `invalid-parameter` */
function readReport(state: string, reason: string): CallbackInput {
  const input = REPORTED[state];
  if (!input) {
    const problem = `[${state}] is none of ${Object.keys(REPORTED).join(', ')}`;
    throw new CallbackError('invalid-parameter', { parameter: '_callback_state', problem });
  }
  if (!REASON.test(reason)) throw new CallbackError('invalid-reason', { reason });
  return input(reason);
}
