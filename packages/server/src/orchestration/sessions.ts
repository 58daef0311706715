import type { SessionPool, StepResult } from '@ringback/scxml';
import {
  type Activity,
  DatabaseUnavailable,
  instant,
  type JsonValue,
  type Logger,
  newId,
  RingbackError,
} from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import { type Database, DueWork, Together } from '../store/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import type { Action } from './action-module.js';
import { invokedApplication } from './invoked-application.js';
import { type EndHandler, type Macrostep, type MacrostepContext, Macrosteps } from './macrostep.js';
import { MacrostepRuns } from './macrostep-runs.js';
import { Mailboxes } from './mailboxes.js';
import { metricLines } from './metric-lines.js';
import type { Reply } from './replies.js';
import { ResidentSessions } from './resident-sessions.js';
import { afterCommit, type CreationParts, SessionCreation } from './session-creation.js';
import type { SessionEvent } from './session-event.js';
import { SessionProgress } from './session-progress.js';
import type { NewSession, SessionStart } from './session-start.js';
import {
  ASK_REPLY,
  CANCEL_SCHEDULED,
  FIRE_TIMERS,
  type FiredTimer,
  IS_FLOODED,
  MOVE_START,
  NEXT_TIMER,
  POST_MESSAGE,
  PURGE_SESSIONS,
  PURGE_STEPS,
  SESSION_STATE,
  SET_APPLICATION,
  SET_TIMER,
  type SessionState,
  type TurnRow,
  UNKEPT_SESSIONS,
  WAITING_SESSIONS,
} from './session-statements.js';
import { type HeldTurns, SessionWaking } from './session-waking.js';
import { jsonText } from './stored-json.js';
import { type KnownSession, type Message, READ_AHEAD, type ReadTurn, readTurns, type SessionHead } from './turns.js';

const CHANNEL = 'session_wake';
/** A message that waits this long has been missed by its node; any node takes it up. */
const MISSED_MS = 2_000;
const TIMER_BATCH = 500;
/** How often the mailbox of a session that does not rest is measured: every so many readings. */
const FLOOD_ROUNDS = 32;
/** Ends a session whose mailbox overflows; no message of that id is stored. */
const FLOODED: Message = { id: 0, event: { name: 'cancel', end: { reason: 'pending-events' } } };
const RETRY_MS = 1_000;
/** The history of a session that still runs goes back so far. */
const HISTORY_MS = 30 * 86_400_000;
/** A macrostep that still cannot be stored after so many attempts, though the database answers, never will be. */
const STORE_ATTEMPTS = 5;
/** Sessions that are read together, and such readings at the same time. */
const MOST_TOGETHER = 128;
const READING_LANES = 1;

/**
 * Runs sessions of call-flow applications.
 *
 * A session is a row and a mailbox. Whoever has something to say to it appends to the mailbox (`post`) and wakes it;
 * a woken session consumes one message, runs one macrostep in the engine, and commits its new snapshot together with
 * everything that the macrostep asked for. A commit compares the step from which it ran: when another node was faster,
 * nothing is stored and the session is read again. Actions are carried out after the commit (`Actions`).
 */
export class Sessions {
  readonly #waking: SessionWaking;
  /** How often the next macrostep of a session has failed in a row. */
  readonly #failures = new Map<string, number>();
  readonly #endHandlers: EndHandler[] = [];
  readonly #timers: DueWork<FiredTimer>;
  readonly #context: MacrostepContext;
  readonly #progress: SessionProgress;
  /** Sessions that have just been stored here, until they are woken. */
  readonly #fresh = new Map<string, ReadTurn>();
  readonly #creation: SessionCreation;
  readonly #macrosteps: Macrosteps;
  readonly #engine: MacrostepRuns;
  readonly #residents: ResidentSessions;
  readonly #reading: Together<KnownSession, ReadTurn | undefined>;
  readonly #mailboxes: Mailboxes;

  constructor(
    private readonly parts: CreationParts & {
      database: Database;
      pool: SessionPool;
      /** Where a session accepts events over HTTP: the address of its Basic HTTP event processor. */
      locationOf: (session: string) => string;
      journal: Journal;
      activity: Activity;
      log: Logger;
      /** Where the effects of macrosteps go. */
      context: Omit<
        MacrostepContext,
        'timerSet' | 'wake' | 'maxAgeSeconds' | 'invoked' | 'invoke' | 'terminate' | 'post'
      >;
    },
  ) {
    const { database, clock, activity, log } = parts;
    this.#progress = new SessionProgress(clock);
    this.#waking = new SessionWaking(activity, {
      advance: (session) => this.#advance(session),
      rests: (session) => this.#progress.resting(session),
      failed: (session, error) => this.#failed(session, error),
    });
    this.#context = {
      ...parts.context,
      maxAgeSeconds: () => parts.settings.maxAgeSeconds(),
      post: this.post,
      wake: (session) => this.wake(session),
      timerSet: (due) => this.#timers.wake(due),
      invoked: (tx, turn, effect) => invokedApplication(tx, parts, turn, effect),
      invoke: async (tx, request) => {
        const id = await this.start(tx, request);
        tx.afterCommit(() => this.wake(id));
        return id;
      },
      terminate: async (tx, session, reason, event) => {
        tx.afterCommit(() => this.wake(session));
        return this.terminate(tx, session, reason, event);
      },
    };
    this.#creation = new SessionCreation(parts, {
      stored: (fresh) => void this.#fresh.set(fresh.id, fresh),
      timerSet: (due) => this.#timers.wake(due),
    });
    this.#engine = new MacrostepRuns(parts, this.#context.modules);
    this.#mailboxes = new Mailboxes(parts);
    this.#macrosteps = new Macrosteps(parts, this.#context, this.#endHandlers);
    this.#residents = new ResidentSessions(clock, (session) => parts.pool.forget(session));
    this.#reading = new Together({
      ...{ name: 'turns', lanes: READING_LANES, most: MOST_TOGETHER, activity, log },
      run: (known) => readTurns(database, known),
    });
    this.#timers = new DueWork({
      name: 'session timers',
      clock,
      activity,
      log,
      nextDue: async () => (await database.query<{ due: number | null }>(NEXT_TIMER))[0]?.due ?? undefined,
      claim: (now) =>
        database.query<FiredTimer>(FIRE_TIMERS, [instant(now), TIMER_BATCH, parts.context.actions.node()]),
      run: async (rows) => {
        for (const { session, target, action } of rows) {
          if (action !== null) parts.context.actions.carryOut(action.module, action);
          else this.wake(target);
          if (session !== target) this.wake(session);
        }
      },
    });
  }

  /** Takes up every session that has something to do, and the timers. `others`: numbers of the nodes that live beside. */
  async startUp(options: { cluster: boolean; others?: readonly number[] }): Promise<void> {
    const { database, clock, activity, log } = this.parts;
    await database.listen(CHANNEL, (session) => this.wake(session));
    await this.#endUnkept(options.others ?? []);
    await this.#wakeWaiting(clock.now());
    await this.#timers.start();
    if (!options.cluster) return;
    const sweep = () => {
      if (this.#waking.isStopped) return;
      void activity
        .run(() => this.#wakeWaiting(clock.now() - MISSED_MS))
        .catch((error: unknown) =>
          log.warn({ err: error }, 'sessions that wait were not looked for; it is tried again'),
        )
        .finally(() => clock.at(clock.now() + MISSED_MS, sweep));
    };
    clock.at(clock.now() + MISSED_MS, sweep);
  }

  /** Sessions whose documents say `_persist="false"` end with the process that ran them. */
  async #endUnkept(others: readonly number[]): Promise<void> {
    const { database } = this.parts;
    for (const { id } of await database.query<{ id: string }>(UNKEPT_SESSIONS, [others])) {
      await this.terminate(database, id, 'not-persistent');
    }
  }

  /** Consumes nothing more; resolves when the macrosteps under way are stored. */
  async shutDown(): Promise<void> {
    this.#waking.stop();
    await this.#timers.stop();
    this.#residents.stop();
    await this.#waking.atRest();
  }

  /** Hears of every session that ends, inside the transaction that stores the end. */
  onEnded(handler: EndHandler): void {
    this.#endHandlers.push(handler);
  }

  /** See `SessionCreation.start`. */
  start(sql: Sql, request: SessionStart): Promise<string> {
    return this.#creation.start(sql, request);
  }

  /** See `SessionCreation.startAll`. */
  startAll(sql: Sql, requests: readonly NewSession[]): Promise<void> {
    return this.#creation.startAll(sql, requests);
  }

  /** See `SessionCreation.resolve`. */
  resolve(application: string): Promise<{ flow: string; version: number }> {
    return this.#creation.resolve(application);
  }

  /** See `SessionCreation.isAtHand`. */
  isAtHand(application: string): boolean {
    return this.#creation.isAtHand(application);
  }

  /** An id for a session that is not stored yet. */
  newSessionId(): string {
    return this.#creation.newSessionId();
  }

  /** Moves the start of a session that has not begun (milliseconds since 1970); false when there is none such. */
  async moveStart(sql: Sql, session: string, startAt: number): Promise<boolean> {
    const [moved] = await sql.query(MOVE_START, [session, instant(startAt)]);
    if (moved) afterCommit(sql, () => this.#timers.wake(startAt));
    return moved !== undefined;
  }

  /** Has an action of a session carried out at a time (milliseconds since 1970). */
  async setActionTimer(tx: Transaction, action: Action, module: string, due: number): Promise<void> {
    const { id } = action.session;
    await tx.query(SET_TIMER, [id, null, instant(due), id, null, jsonText({ ...action, module })]);
    tx.afterCommit(() => this.#timers.wake(due));
  }

  /** Lets a session do what it has to do. */
  wake(session: string): void {
    this.#waking.wake(session);
  }

  /** See `SessionWaking.wakeInTurn`. */
  wakeInTurn(sessions: readonly string[]): void {
    this.#waking.wakeInTurn(sessions);
  }

  /** See `SessionWaking.holdTurns`. */
  holdTurns(): HeldTurns {
    return this.#waking.holdTurns();
  }

  /** Appends to a session's mailbox and wakes it after the commit; false when it has ended or never was. */
  post = async (tx: Transaction, session: string, event: SessionEvent): Promise<boolean> => {
    const [row] = await tx.query(POST_MESSAGE, [session, instant(this.parts.clock.now()), jsonText(event)]);
    if (row) {
      tx.afterCommit(() => {
        // It has more to consume than what it was stored with.
        this.#fresh.delete(session);
        this.wake(session);
      });
    }
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
    data: JsonValue,
    timeoutMs: number,
  ): Promise<Reply | undefined | 'no-session'> {
    const { database, clock, replies } = this.parts;
    const id = newId();
    const event: SessionEvent = { name, data, sendid: id };
    const most = this.parts.settings.pendingEvents();
    replies.expect(id);
    try {
      const [asked] = await database.query(ASK_REPLY, [session, instant(clock.now()), jsonText(event), id, most]);
      if (!asked) {
        replies.forget(id);
        if (await this.isRunning(session)) throw mailboxFull(session, most);
        return 'no-session';
      }
    } catch (error) {
      replies.forget(id);
      throw error;
    }
    this.wake(session);
    return replies.wait(id, timeoutMs);
  }

  /**
   * Posts what a client outside sends. With `waitMs`, resolves when the session has consumed it, or that time has passed.
   * @returns false when the session has ended or never was
   * @throws RingbackError `mailbox-full`
   */
  async deliver(session: string, event: SessionEvent, waitMs = 0): Promise<boolean> {
    const most = this.parts.settings.pendingEvents();
    const message = await this.#mailboxes.post(session, event, most);
    if (message === undefined) {
      if (await this.isRunning(session)) throw mailboxFull(session, most);
      return false;
    }
    const processed = waitMs > 0 ? this.#progress.wait(session, message, waitMs) : undefined;
    this.wake(session);
    await processed;
    return true;
  }

  /** Wakes a session that has just been stored; resolves when its first macrostep is, or `waitMs` have passed. */
  async begin(session: string, waitMs: number): Promise<void> {
    const begun = this.#progress.wait(session, 0, waitMs);
    this.wake(session);
    await begun;
  }

  /** Ends a session by its exit handlers; false when it has ended or never was. */
  async terminate(tx: Sql, session: string, reason: string, name = 'cancel'): Promise<boolean> {
    const event: SessionEvent = { name, end: { reason } };
    const now = instant(this.parts.clock.now());
    const [row] = await tx.query(POST_MESSAGE, [session, now, jsonText(event)]);
    if (row) return true;
    const [cancelled] = await tx.query(CANCEL_SCHEDULED, [session, reason, now]);
    return cancelled !== undefined;
  }

  /** Resolves when a session has nothing more to do, or `waitMs` have passed. */
  async settle(session: string, waitMs: number): Promise<void> {
    const settled = this.#progress.wait(session, Number.POSITIVE_INFINITY, waitMs);
    this.wake(session);
    await settled;
  }

  async isRunning(session: string): Promise<boolean> {
    const [row] = await this.parts.database.query<{ state: SessionState }>(SESSION_STATE, [session]);
    return row?.state === 'running';
  }

  async hasFailed(session: string): Promise<boolean> {
    const [row] = await this.parts.database.query<{ state: SessionState }>(SESSION_STATE, [session]);
    return row?.state === 'failed';
  }

  /** Forgets sessions that ended before `endedBefore` (milliseconds since 1970). */
  async purge(endedBefore: number): Promise<void> {
    const { database, clock } = this.parts;
    await database.query(PURGE_SESSIONS, [instant(endedBefore)]);
    await database.query(PURGE_STEPS, [instant(clock.now() - HISTORY_MS)]);
  }

  async #wakeWaiting(before: number): Promise<void> {
    const waiting = await this.parts.database.query<{ id: string }>(WAITING_SESSIONS, [instant(before)]);
    this.wakeInTurn(waiting.map(({ id }) => id));
  }

  /** What failed is tried again: what cannot be stored now may be when the database is back. */
  #failed(session: string, error: unknown): void {
    const { log, clock } = this.parts;
    this.#residents.drop(session);
    if (!(error instanceof DatabaseUnavailable)) {
      this.#failures.set(session, (this.#failures.get(session) ?? 0) + 1);
      log.error({ err: error, session }, 'a macrostep was not stored; it is tried again');
    }
    clock.at(clock.now() + RETRY_MS, () => this.wake(session));
  }

  /** Starts the session, or consumes its messages one by one, until there was nothing more to do when it was read. */
  async #advance(session: string): Promise<void> {
    let isMore = true;
    for (let round = 1; isMore && !this.#waking.isStopped; round += 1) {
      const known = this.#residents.get(session);
      const fresh = this.#fresh.get(session);
      this.#fresh.delete(session);
      const read = fresh ?? (await this.#reading.do({ id: session, step: known?.step ?? -1 }));
      const head = read?.head ?? known;
      if (!read || !head) return this.#residents.drop(session);
      const messages = read.messages ?? [];
      const turns = head.step === 0 ? [null, ...messages] : messages;
      const went = await this.#takeTurns(head, turns);
      isMore = went === 'elsewhere' || (went === 'on' && messages.length === READ_AHEAD);
      const now = isMore && round % FLOOD_ROUNDS === 0 ? this.#residents.get(session) : undefined;
      if (now && (await this.#isFlooded(session))) await this.#takeTurns(now, [FLOODED]);
    }
  }

  /** Whether more events wait than may: a session that sends itself more than it consumes never rests. */
  async #isFlooded(session: string): Promise<boolean> {
    const most = this.parts.settings.pendingEvents();
    if (most === 0) return false;
    const [row] = await this.parts.database.query<{ flooded: boolean }>(IS_FLOODED, [session, most]);
    return row?.flooded ?? false;
  }

  /**
   * Runs and stores one macrostep for each message.
   * @returns `elsewhere` when the session has moved on by another node: it has to be read again
   */
  async #takeTurns(head: SessionHead, messages: readonly (Message | null)[]): Promise<'on' | 'elsewhere' | 'over'> {
    const { clock } = this.parts;
    let current = head;
    let earlier: Macrostep | undefined;
    for (const [index, message] of messages.entries()) {
      if (this.#waking.isStopped) return 'over';
      const turn: TurnRow = { ...current, message_id: message?.id ?? null, event: message?.event ?? null };
      if (turn.version === 0) {
        if (await this.#load(turn)) return 'elsewhere';
        return 'over';
      }
      if (message?.at) this.parts.counters.took('scxml-event-queuing-time', clock.now() - Date.parse(message.at));
      const isHopeless = (this.#failures.get(turn.id) ?? 0) >= STORE_ATTEMPTS;
      const macrostep = await this.#engine.run(turn, isHopeless, earlier?.now);
      // The engine has been closed: the next process repeats the step.
      if (macrostep.result.failure?.reason === 'closed') return 'over';
      // A session that begins with an event, such as the request of its starter, is stored when it has consumed that.
      const isAlone = message !== null || index === messages.length - 1 || this.#failures.has(turn.id);
      if (!isAlone && this.#macrosteps.canWait(macrostep)) {
        earlier = macrostep;
        current = headAfter(macrostep);
        continue;
      }
      const next = await this.#store(earlier ? { ...macrostep, earlier } : macrostep);
      if (typeof next === 'string') return next;
      earlier = undefined;
      current = next;
    }
    return 'on';
  }

  /** Fetches the documents of a session's application; false when there is none that can be run: the session fails. */
  async #load(turn: TurnRow): Promise<boolean> {
    const { database, source, clock } = this.parts;
    const found = await source.find(turn.flow);
    if (!('problem' in found)) {
      await database.query(SET_APPLICATION, [turn.id, found.flow, found.version]);
      return true;
    }
    const result = failedToLoad(found.problem);
    await this.#store({ turn, event: null, environment: turn.environment, result, now: clock.now() });
    return false;
  }

  /** @returns the session as it now stands, if it goes on */
  async #store(macrostep: Macrostep): Promise<SessionHead | 'elsewhere' | 'over'> {
    const { turn, event, result } = macrostep;
    const stored = await this.#macrosteps.store(macrostep);
    for (const step of stored ? [macrostep.earlier, macrostep] : []) {
      if (!step) continue;
      this.#logMetrics(step);
      this.#count(step);
    }
    this.#failures.delete(turn.id);
    if (!stored || result.status !== 'running') {
      this.#residents.drop(turn.id);
      if (!stored) return 'elsewhere';
    }
    this.#progress.consumed(turn.id, event ? (turn.message_id ?? 0) : 0);
    if (result.status !== 'running') return 'over';
    const head = headAfter(macrostep);
    this.#residents.keep(head);
    return head;
  }

  #count({ turn, event, result, now }: Macrostep): void {
    this.parts.counters.stepped({
      ...{
        session: turn.id,
        at: now,
        isFirst: !event,
        isOver: result.status !== 'running' || event?.end !== undefined,
      },
      microsteps: result.microsteps ?? [],
    });
  }

  #logMetrics(macrostep: Macrostep): void {
    const { settings, log } = this.parts;
    const { id, attributes } = macrostep.turn;
    const level = attributes._debug === 'true' ? 'all' : settings.metricLevel();
    for (const line of metricLines(macrostep, level)) log.info({ session: id }, line);
  }

  /** Makes the engine ready for a flow, so that its first session need not wait for that. */
  prepare(flow: string): Promise<void> {
    return this.#engine.prepare(flow);
  }
}

function mailboxFull(session: string, most: number): RingbackError {
  return new RingbackError('mailbox-full', `${most} events wait for session ${session} already. Try again later.`);
}

/** The session as it stands after a macrostep. */
function headAfter({ turn, environment, result }: Macrostep): SessionHead {
  const { message_id: _message, event: _event, ...before } = turn;
  return { ...before, step: result.step, snapshot: result.snapshot, environment };
}

/** The end of a session without an application. */
function failedToLoad(problem: RingbackError): StepResult {
  const reason = problem.code === 'invalid-flow' ? 'application-invalid' : 'application-unknown';
  return {
    ...{ status: 'failed', step: 1, snapshot: '', configuration: [], effects: [] },
    failure: { reason, message: problem.message },
  };
}
