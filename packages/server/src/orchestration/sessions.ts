import type { SessionPool, StepResult } from '@ringback/scxml';
import {
  type Activity,
  type Clock,
  DatabaseUnavailable,
  instant,
  type JsonObject,
  KeyedSequence,
  type Logger,
  newId,
  newSessionId,
  RingbackError,
} from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import { type Database, DueWork } from '../store/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import { applicationId, type FlowLibrary } from './flow-library.js';
import { type Answers, lookUp, withAnswers } from './lookups.js';
import { type EndHandler, type MacrostepContext, storeMacrostep, subjectOf } from './macrostep.js';
import type { Replies, Reply } from './replies.js';
import { changedEnvironment, type Environment, engineEvent, type SessionEvent } from './session-event.js';
import type { SessionStart } from './session-start.js';
import {
  ASK_REPLY,
  CREATE_SESSION,
  FIRE_TIMERS,
  NEXT_TIMER,
  NEXT_TURN,
  POST_MESSAGE,
  PURGE_SESSIONS,
  SESSION_STATE,
  type SessionState,
  type TurnRow,
  WAITING_SESSIONS,
} from './session-statements.js';
import { jsonText } from './stored-json.js';

const CHANNEL = 'session_wake';
/** A message that waits this long has been missed by its node; any node takes it up. */
const MISSED_MS = 2_000;
const TIMER_BATCH = 500;
const RETRY_MS = 1_000;
/** A macrostep that still cannot be stored after so many attempts, though the database answers, never will be. */
const STORE_ATTEMPTS = 5;

/**
 * Runs sessions of call-flow applications.
 *
 * A session is a row and a mailbox. Whoever has something to say to it appends to the mailbox (`post`) and wakes it;
 * a woken session consumes one message, runs one macrostep in the engine, and commits its new snapshot together with
 * everything that the macrostep asked for. A commit compares the step from which it ran: when another node was faster,
 * nothing is stored and the session is read again. Actions are carried out after the commit (`Actions`).
 */
export class Sessions {
  readonly #turns = new KeyedSequence();
  readonly #awake = new Map<string, 'running' | 'again'>();
  /** How often the next macrostep of a session has failed in a row. */
  readonly #failures = new Map<string, number>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #defined = new Map<string, Promise<void>>();
  readonly #endHandlers: EndHandler[] = [];
  readonly #timers: DueWork<{ session: string }>;
  readonly #context: MacrostepContext;
  #stopped = false;

  constructor(
    private readonly parts: {
      database: Database;
      pool: SessionPool;
      flows: FlowLibrary;
      journal: Journal;
      replies: Replies;
      clock: Clock;
      activity: Activity;
      log: Logger;
      /** Where the effects of macrosteps go. */
      context: Omit<MacrostepContext, 'timerSet' | 'invoke' | 'terminate' | 'post'>;
      /** The objects under `_genesys` that a new session sees. */
      environment: (session: string, request: SessionStart) => Environment;
    },
  ) {
    const { database, clock, activity, log } = parts;
    this.#context = {
      ...parts.context,
      post: this.post,
      timerSet: (due) => this.#timers.wake(due),
      invoke: async (tx, request) => {
        const id = await this.start(tx, request);
        tx.afterCommit(() => this.wake(id));
        return id;
      },
      terminate: async (tx, session, reason) => {
        tx.afterCommit(() => this.wake(session));
        return this.terminate(tx, session, reason);
      },
    };
    this.#timers = new DueWork({
      name: 'session timers',
      clock,
      activity,
      log,
      nextDue: async () => (await database.query<{ due: number | null }>(NEXT_TIMER))[0]?.due ?? undefined,
      claim: (now) => database.query<{ session: string }>(FIRE_TIMERS, [instant(now), TIMER_BATCH]),
      run: async (rows) => {
        for (const { session } of rows) this.wake(session);
      },
    });
  }

  /** Takes up every session that has something to do, and the timers. */
  async startUp(options: { cluster: boolean }): Promise<void> {
    const { database, clock, activity } = this.parts;
    await database.listen(CHANNEL, (session) => this.wake(session));
    await this.#wakeWaiting(clock.now());
    await this.#timers.start();
    if (!options.cluster) return;
    const sweep = () => {
      if (this.#stopped) return;
      void activity
        .run(() => this.#wakeWaiting(clock.now() - MISSED_MS))
        .finally(() => clock.at(clock.now() + MISSED_MS, sweep));
    };
    clock.at(clock.now() + MISSED_MS, sweep);
  }

  /** Consumes nothing more; resolves when the macrosteps under way are stored. */
  async shutDown(): Promise<void> {
    this.#stopped = true;
    await this.#timers.stop();
    await Promise.all(this.#underWay);
  }

  /** Hears of every session that ends, inside the transaction that stores the end. */
  onEnded(handler: EndHandler): void {
    this.#endHandlers.push(handler);
  }

  /**
   * Stores a new session in the caller's transaction. The caller wakes it when that has committed.
   * @throws RingbackError `unknown-flow`
   */
  async start(sql: Sql, request: SessionStart): Promise<string> {
    const { flows, clock, replies } = this.parts;
    const flow = await flows.latest(request.flow, sql);
    if (!flow) throw new RingbackError('unknown-flow', `There is no flow '${request.flow}'.`);
    const id = request.id ?? newSessionId();
    const now = instant(clock.now());
    await sql.query(CREATE_SESSION, [
      id,
      flow.flow,
      flow.version,
      jsonText(request.parameters),
      jsonText(this.parts.environment(id, request)),
      request.callback ?? null,
      request.service ?? null,
      request.parent?.session ?? null,
      request.parent?.invokeId ?? null,
      now,
    ]);
    if (request.startRequestId) {
      const first: SessionEvent = { name: 'gms.start', sendid: request.startRequestId, data: request.parameters };
      replies.expect(request.startRequestId);
      await sql.query(ASK_REPLY, [id, now, jsonText(first), request.startRequestId]);
    }
    return id;
  }

  /** Lets a session do what it has to do. */
  wake(session: string): void {
    if (this.#stopped) return;
    if (this.#awake.has(session)) {
      this.#awake.set(session, 'again');
      return;
    }
    this.#awake.set(session, 'running');
    const running = this.parts.activity.run(() => this.#turns.run(session, () => this.#run(session)));
    this.#underWay.add(running);
    void running.finally(() => this.#underWay.delete(running));
  }

  /** Appends to a session's mailbox and wakes it after the commit; false when it has ended or never was. */
  post = async (tx: Transaction, session: string, event: SessionEvent): Promise<boolean> => {
    const [row] = await tx.query(POST_MESSAGE, [session, instant(this.parts.clock.now()), jsonText(event)]);
    if (row) tx.afterCommit(() => this.wake(session));
    return row !== undefined;
  };

  /** Waits for the answer to a session's `startRequestId`; undefined when none has come in time or ever will. */
  async reply(requestId: string, timeoutMs: number): Promise<Reply | undefined> {
    const reply = await this.parts.replies.wait(requestId, timeoutMs);
    return reply === 'no-session' ? undefined : reply;
  }

  /**
   * Sends a request to a session and waits for the application's answer.
   * @returns undefined when none has come within `timeoutMs`; `no-session` when the session has ended
   */
  async request(
    session: string,
    name: string,
    data: JsonObject,
    timeoutMs: number,
  ): Promise<Reply | undefined | 'no-session'> {
    const { database, clock, replies } = this.parts;
    const id = newId();
    replies.expect(id);
    const event: SessionEvent = { name, data, sendid: id };
    const [asked] = await database.query(ASK_REPLY, [session, instant(clock.now()), jsonText(event), id]);
    if (!asked) {
      replies.abandon(id);
      return replies.wait(id, 0);
    }
    this.wake(session);
    return replies.wait(id, timeoutMs);
  }

  /** Ends a session by its exit handlers; false when it has ended or never was. */
  async terminate(tx: Sql, session: string, reason: string): Promise<boolean> {
    const event: SessionEvent = { name: 'cancel', end: { reason } };
    const [row] = await tx.query(POST_MESSAGE, [session, instant(this.parts.clock.now()), jsonText(event)]);
    return row !== undefined;
  }

  async isRunning(session: string): Promise<boolean> {
    const [row] = await this.parts.database.query<{ state: SessionState }>(SESSION_STATE, [session]);
    return row?.state === 'running';
  }

  /** Forgets sessions that ended before `endedBefore` (milliseconds since 1970). */
  async purge(endedBefore: number): Promise<void> {
    await this.parts.database.query(PURGE_SESSIONS, [instant(endedBefore)]);
  }

  async #wakeWaiting(before: number): Promise<void> {
    const waiting = await this.parts.database.query<{ id: string }>(WAITING_SESSIONS, [instant(before)]);
    for (const { id } of waiting) this.wake(id);
  }

  async #run(session: string): Promise<void> {
    const { log, clock } = this.parts;
    try {
      do {
        this.#awake.set(session, 'running');
        while (!this.#stopped && (await this.#turn(session)));
      } while (this.#awake.get(session) === 'again' && !this.#stopped);
      this.#awake.delete(session);
    } catch (error) {
      this.#awake.delete(session);
      this.parts.pool.forget(session);
      if (!(error instanceof DatabaseUnavailable)) {
        this.#failures.set(session, (this.#failures.get(session) ?? 0) + 1);
        log.error({ err: error, session }, 'a macrostep was not stored; it is tried again');
      }
      clock.at(clock.now() + RETRY_MS, () => this.wake(session));
    }
  }

  /** Consumes one message, or starts the session; false when there is nothing to do. */
  async #turn(session: string): Promise<boolean> {
    const { database, pool, clock } = this.parts;
    const [turn] = await database.query<TurnRow>(NEXT_TURN, [session]);
    if (!turn || (turn.step > 0 && turn.message_id === null)) return false;
    const event = turn.step > 0 ? turn.event : null;
    const environment = changedEnvironment(turn.environment, event?.model);
    const hopeless = (this.#failures.get(session) ?? 0) >= STORE_ATTEMPTS;
    const result = hopeless ? givenUp(turn) : await this.#macrostep(turn, event, environment);
    // The engine has been closed: the next process repeats the step.
    if (result.failure?.reason === 'closed') return false;
    const macrostep = { turn, event, environment, result, now: clock.now() };
    const stored = await database.transaction((tx) => storeMacrostep(tx, this.#context, macrostep, this.#endHandlers));
    this.#failures.delete(session);
    if (!stored || result.status !== 'running') pool.forget(session);
    return result.status === 'running' || !stored;
  }

  async #macrostep(turn: TurnRow, event: SessionEvent | null, environment: Environment): Promise<StepResult> {
    const { pool, clock } = this.parts;
    const application = applicationId(turn.flow, turn.version);
    await this.#define(turn.flow, turn.version);
    const now = clock.now();
    const run = (answers: Answers): Promise<StepResult> => {
      const isRepeated = Object.keys(answers).length > 0;
      if (isRepeated) pool.forget(turn.id);
      const seen = isRepeated ? { ...toJson(environment), answers } : toJson(environment);
      const common = { session: turn.id, application, now, environment: seen, trace: true };
      if (!event) return pool.start({ ...common, name: turn.flow, parameters: turn.parameters });
      const position = { step: turn.step, snapshot: turn.snapshot };
      return event.end
        ? pool.deliver({ ...common, ...position, cancel: true, event: engineEvent(event) })
        : pool.deliver({ ...common, ...position, event: engineEvent(event) });
    };
    const { modules } = this.#context;
    return withAnswers(run, (operation, args) => lookUp(modules, subjectOf(turn), operation, args, now));
  }

  /** Makes the engine ready for a flow, so that its first session need not wait for that. */
  async prepare(flow: string): Promise<void> {
    const latest = await this.parts.flows.latest(flow);
    if (latest) await this.#define(latest.flow, latest.version);
  }

  /** Gives the engine a version of a flow, once per process. */
  #define(flow: string, version: number): Promise<void> {
    const id = applicationId(flow, version);
    const known = this.#defined.get(id);
    if (known) return known;
    const defining = (async () => {
      const definition = await this.parts.flows.definition(flow, version);
      if (!definition) throw new RingbackError('unknown-flow', `There is no version ${version} of flow '${flow}'.`);
      await this.parts.pool.define(definition);
    })();
    this.#defined.set(id, defining);
    defining.catch(() => this.#defined.delete(id));
    return defining;
  }
}

/** The end of a session whose next macrostep can be run, but never be stored. */
function givenUp(turn: TurnRow): StepResult {
  const message = `Its macrostep ${turn.step + 1} could not be stored; the server's log says why.`;
  return {
    status: 'failed',
    step: turn.step + 1,
    snapshot: '',
    configuration: [],
    effects: [],
    failure: { reason: 'snapshot', message },
  };
}

/** An environment consists of JSON values only; the engine takes it as such. */
function toJson(environment: Environment): JsonObject {
  return { session: environment.session, ixn: { ...environment.ixn } };
}
