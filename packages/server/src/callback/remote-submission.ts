import { type Activity, type Clock, instant, type JsonObject, type Logger, RingbackError } from '../kernel/index.js';
import { type Database, statement, type Transaction } from '../store/index.js';
import { type CallbackRow, READ_CALLBACK } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import { decide } from './life-cycle.js';
import type { OrchestrationServers, RemoteSession } from './orchestration-servers.js';
import { isAway, type RemoteCallbackSessions } from './remote-sessions.js';
import { effectiveParameter, scalarText, withTokens } from './service-parameters.js';
import { sessionRequest } from './session-request.js';
import type { SessionReply } from './sessions.js';
import { countFailure, type Transitions } from './transitions.js';

const CLAIM = statement('callback-remote-claim', 'update callback set submit_at = $2 where id = $1');

/** Longer than the servers are tried: who has claimed a callback and says nothing more is dead. */
const CLAIM_MS = 120_000;
/** The request that every session gets first; its answer is the client's. */
const FIRST_REQUEST = 'gms.start';

/** What became of an attempt to submit a callback. */
export type Submitted = { session: RemoteSession } | { problem: RingbackError } | undefined;

/**
 * Hands callbacks to sessions on other orchestration servers.
 *
 * A callback is claimed first: its time of submission moves behind the time that an attempt takes, so that no other node
 * tries, and one that dies with it loses nothing. Then a session is started over HTTP, outside of any transaction; then
 * the callback has it, if it still waits for just this attempt. A session that comes too late is ended.
 */
export class RemoteSubmission {
  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      activity: Activity;
      log: Logger;
      services: CallbackServices;
      transitions: Transitions;
      servers: OrchestrationServers;
      sessions: RemoteCallbackSessions;
      /** Tells the scheduler that something is due at a time. */
      due: (submitAt: number | null, expiresAt: number) => void;
    },
  ) {}

  /** Whether the session of such a callback runs on another server. */
  concerns(service: CallbackService, properties: JsonObject): boolean {
    return this.parts.servers.serversOf({ _ors: optionOf(service, properties, '_ors') }).length > 0;
  }

  /** Until when a callback that is claimed now is left alone, milliseconds since 1970. */
  claimedUntil(): number {
    return this.parts.clock.now() + CLAIM_MS;
  }

  /** Submits a callback after the commit; its row is locked by the caller. */
  async claim(tx: Transaction, row: CallbackRow): Promise<void> {
    const { activity, due, log } = this.parts;
    const until = this.claimedUntil();
    await tx.query(CLAIM, [row.id, instant(until)]);
    tx.afterCommit(() => {
      due(until, row.expires_at);
      void activity.run(async () => {
        try {
          await this.submit(row.id);
        } catch (error) {
          log.error({ err: error, callback: row.id }, 'A callback could not be submitted; it is tried again');
        }
      });
    });
  }

  /**
   * Submits a callback that is claimed.
   * @param isLast its client waits: when this attempt fails, there is no other one
   */
  async submit(id: string, isLast = false): Promise<Submitted> {
    const { database, services, servers, clock } = this.parts;
    const [row] = await database.query<CallbackRow>(READ_CALLBACK, [id]);
    const service = row && services.find(row.service);
    if (!service || row.submit_at === null) return undefined;
    const { flow, parameters } = sessionRequest(services, service, row, '', clock.now());
    const { _ors, _ors_lb_strategy, ...told } = parameters;
    let started: { session: RemoteSession } | { problem: RingbackError };
    try {
      const options = { ...optionsOf(service, row.properties), _service: flow };
      started = { session: await servers.start(options, id, told) };
    } catch (error) {
      if (!isAway(error)) throw error;
      started = { problem: error };
    }
    const taken = await database.transaction((tx) => this.#conclude(tx, row, service, started, isLast));
    if ('session' in started && taken && !isLast) this.#inBackground(started.session);
    return 'problem' in started || taken ? started : undefined;
  }

  /** What the application of a session says first; undefined when it says nothing. */
  async firstAnswer(session: RemoteSession): Promise<SessionReply | undefined> {
    try {
      return await this.parts.servers.request(session, FIRST_REQUEST, {});
    } catch (error) {
      if (!(error instanceof RingbackError)) throw error;
      this.parts.log.warn({ callback: session.service, reason: error.message }, 'a session there has not answered');
      return undefined;
    }
  }

  /** @returns whether the callback still waited for this attempt */
  async #conclude(
    tx: Transaction,
    claimed: CallbackRow,
    service: CallbackService,
    started: { session: RemoteSession } | { problem: RingbackError },
    isLast: boolean,
  ): Promise<boolean> {
    const { transitions, sessions, services } = this.parts;
    const row = await transitions.lock(tx, claimed.id);
    const waits = row?.submit_at === claimed.submit_at && decide(row.state, { type: 'submit' }) !== undefined;
    if ('session' in started) await sessions.keep(tx, claimed.id, started.session, waits);
    if (!row || !waits) return false;
    if ('problem' in started) {
      if (isLast) await transitions.apply(tx, row, { type: 'give-up' });
      else await countFailure(transitions, tx, row, service);
      return true;
    }
    const { session } = started.session;
    const submitted = await transitions.apply(tx, row, { type: 'submit' }, { session });
    if (submitted && services.isPaused(service)) await transitions.apply(tx, submitted, { type: 'pause' });
    return true;
  }

  #inBackground(session: RemoteSession): void {
    void this.parts.activity.run(() => this.firstAnswer(session));
  }
}

/** The options of a service for a request, as far as they say where its sessions run. */
function optionsOf(service: CallbackService, properties: JsonObject): Record<string, string> {
  return {
    ...withTokens(service.options, properties),
    _ors: optionOf(service, properties, '_ors'),
    _ors_lb_strategy: optionOf(service, properties, '_ors_lb_strategy'),
  };
}

function optionOf(service: CallbackService, properties: JsonObject, name: string): string {
  const options = withTokens(service.options, properties);
  return scalarText(effectiveParameter({ options, overwritable: service.overwritable }, properties, name)) ?? '';
}
