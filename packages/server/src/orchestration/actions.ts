import type { Effect } from '@ringback/scxml';
import { type Activity, type Clock, instant, type Logger, RingbackError } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { type Sql, statement, type Transaction } from '../store/sql.js';
import type { Action, ActionOutcome, RequestReply, SessionSubject } from './action-module.js';
import type { PerformanceCounters } from './counters.js';
import type { ModuleRegistry } from './module-registry.js';
import type { Outbox } from './outbox.js';
import type { Replies } from './replies.js';
import type { EnvironmentChange, SessionEvent } from './session-event.js';
import { jsonText } from './stored-json.js';

interface ActionRow {
  id: string;
  session: string;
  module: string;
  action: string;
  phase: 'execute' | 'waiting';
  subject: string | null;
  request: Omit<Action, 'now'> & { now: number };
}

const KEEP = statement(
  'action-keep',
  `insert into session_action (id, session, module, action, phase, subject, request, created_at, node)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
const WAIT_FOR = statement(
  'action-wait-for',
  `update session_action set phase = 'waiting', subject = coalesce($2, subject) where id = $1 returning id`,
);
const BECOMES = statement(
  'action-becomes',
  `update session_action set request = $2, phase = 'waiting' where id = $1 returning id`,
);
const TAKE = statement('action-take', 'delete from session_action where id = $1 returning *');
/** Takes an action and posts its answer, if there is one ($2). */
const ANSWER = statement(
  'action-answer',
  `with taken as (
     delete from session_action where id = $1 returning session
   )
   insert into session_message (session, at, event)
   select s.id, $3, $2::jsonb from taken t join session s on s.id = t.session and s.state = 'running'
    where $2::jsonb is not null
   returning session`,
);
const BY_SUBJECT = statement('action-by-subject', 'select * from session_action where subject = $1');
const BY_ID = statement('action-by-id', 'select * from session_action where id = $1');
const OF_SESSION = statement(
  'action-of-session',
  'select * from session_action where session = $1 and action = $2 order by created_at, id',
);
const FORGET = statement('action-forget', 'delete from session_action where session = $1');
/**
 * Gives node $1 what was being carried out by nodes that are none of $2, and what is heard or keyed in: its end may have
 * gone unheard, and the network tells it again when it is asked again.
 */
const TAKE_UP_INTERRUPTED = statement(
  'action-take-up-interrupted',
  `with taken as (
     update session_action set node = $1
      where (phase = 'execute' or subject like 'treatment:%') and not coalesce(node = any($2::integer[]), false)
      returning *
   )
   select * from taken order by created_at, id`,
);

/** How long an action that met a closed database waits before it is carried out again. */
const RETRY_MS = 1_000;

/** Appends to a session's mailbox in a transaction, and wakes the session when that has committed. */
export type Post = (tx: Transaction, session: string, event: SessionEvent) => Promise<boolean>;

/** What keeps the times at which actions are carried out. */
export interface ActionTimers {
  setActionTimer(tx: Transaction, action: Action, module: string, due: number): Promise<void>;
}

/**
 * Carries out what applications ask for. An action that is not answered at once is a row: `execute` until it has been
 * carried out (again after a crash), then `waiting` until what its subject names has answered.
 */
export class Actions {
  #stopped = false;

  constructor(
    private readonly parts: {
      database: Database;
      modules: ModuleRegistry;
      clock: Clock;
      activity: Activity;
      log: Logger;
      post: Post;
      wake: (session: string) => void;
      /** Number of this node. */
      node: () => number;
      counters: Pick<PerformanceCounters, 'took'>;
    },
  ) {}

  /** Number of this node. */
  node(): number {
    return this.parts.node();
  }

  /**
   * Adds an action that has nothing to do in the transaction of its macrostep to what that one stores.
   * @returns false when it has to be performed
   */
  collect(
    outbox: Outbox,
    replies: Pick<Replies, 'isAwaited'>,
    session: SessionSubject,
    effect: Extract<Effect, { kind: 'action' }>,
    now: number,
  ): boolean {
    const { definition, event } = this.parts.modules.action(effect.namespace, effect.name);
    const action = actionOf(session, effect, now);
    if (effect.missing !== undefined) {
      const wrong = { error: 'invalidparameter', description: `${effect.missing} is missing` };
      outbox.send({ target: session.id }, answerEvent(action, event, wrong));
      return true;
    }
    if (definition.perform) return false;
    if (definition.reply) {
      const answer = definition.reply.bind(definition);
      collectReply(outbox, replies, action, event, () => answer(action));
      return true;
    }
    outbox.action({
      id: action.requestId,
      module: effect.namespace,
      action: effect.name,
      phase: definition.execute ? 'execute' : 'waiting',
      subject: null,
      request: action,
      node: this.node(),
    });
    if (definition.execute) outbox.afterCommit(() => this.#execute(effect.namespace, action));
    return true;
  }

  /** Performs an action in the transaction that stores the macrostep which asked for it. */
  async perform(
    tx: Transaction,
    session: SessionSubject,
    effect: Extract<Effect, { kind: 'action' }>,
    now: number,
  ): Promise<void> {
    const { definition, event } = this.parts.modules.action(effect.namespace, effect.name);
    const action = actionOf(session, effect, now);
    const perform = definition.perform?.bind(definition);
    const outcome = perform ? await outcomeOf(() => perform(tx, action)) : 'pending';
    if (!isPending(outcome)) return this.#answer(tx, action, event, outcome);
    const isExecuted = definition.execute !== undefined && definition.isExecuted?.(action) !== false;
    const phase = isExecuted ? 'execute' : 'waiting';
    await tx.query(KEEP, [
      action.requestId,
      session.id,
      effect.namespace,
      effect.name,
      phase,
      subjectOf(outcome),
      jsonText(action),
      instant(action.now),
      this.node(),
    ]);
    if (isExecuted) tx.afterCommit(() => this.#execute(effect.namespace, action));
  }

  /** The actions that wait for what `subject` names. */
  async waitingFor(sql: Sql, subject: string): Promise<Action[]> {
    return (await sql.query<ActionRow>(BY_SUBJECT, [subject])).map(({ request }) => request);
  }

  /** A session's actions of one name that are not answered yet. */
  async pendingOf(sql: Sql, session: string, name: string): Promise<Action[]> {
    return (await sql.query<ActionRow>(OF_SESSION, [session, name])).map(({ request }) => request);
  }

  /** An action that is not answered yet. */
  async pending(sql: Sql, requestId: string): Promise<Action | undefined> {
    const [row] = await sql.query<ActionRow>(BY_ID, [requestId]);
    return row?.request;
  }

  /** What a pending action waits for. */
  async subjectOf(sql: Sql, requestId: string): Promise<string | undefined> {
    const [row] = await sql.query<ActionRow>(BY_ID, [requestId]);
    return row?.subject ?? undefined;
  }

  /** From now on the action waits for what `subject` names. */
  async waitFor(tx: Transaction, requestId: string, subject: string): Promise<void> {
    await tx.query(WAIT_FOR, [requestId, subject]);
  }

  /**
   * Carries out a pending action again at a time (milliseconds since 1970), which is stored; nothing when it has been
   * answered meanwhile.
   */
  async carryOutLater(tx: Transaction, timers: ActionTimers, action: Action, due: number): Promise<void> {
    const [row] = await tx.query<ActionRow>(TAKE, [action.requestId]);
    if (row) await timers.setActionTimer(tx, action, row.module, due);
  }

  /** A pending action is another one from now on, and waits. @returns false when it has been answered meanwhile */
  async becomes(tx: Transaction, action: Action): Promise<boolean> {
    return (await tx.query(BECOMES, [action.requestId, jsonText(action)])).length > 0;
  }

  /** A session that has ended hears no answers any more. */
  async forget(tx: Transaction, session: string): Promise<void> {
    await tx.query(FORGET, [session]);
  }

  /** Answers an action that was pending; without effect when it has been answered already. */
  async complete(
    tx: Transaction,
    requestId: string,
    outcome: Exclude<ActionOutcome, 'pending' | { pending: string }>,
    model?: EnvironmentChange,
  ): Promise<void> {
    const [row] = await tx.query<ActionRow>(TAKE, [requestId]);
    if (!row) return;
    const { event } = this.parts.modules.action(row.module, row.action);
    if (row.action === 'redirect') this.parts.counters.took('redirect-time', this.parts.clock.now() - row.request.now);
    await this.#answer(tx, row.request, event, outcome, model);
  }

  /**
   * Takes up what was under way when its node died.
   * @param live numbers of the nodes that go on with theirs
   */
  async recover(live: readonly number[] = []): Promise<void> {
    for (const row of await this.parts.database.query<ActionRow>(TAKE_UP_INTERRUPTED, [this.node(), live])) {
      const { definition } = this.parts.modules.action(row.module, row.action);
      const outcome = await outcomeOf(async () => definition.interrupted?.(row.request));
      if (outcome === undefined) this.#execute(row.module, row.request);
      else await this.#settle(row.module, row.request, outcome);
    }
  }

  /** Carries out nothing more; the next process takes up what is left. */
  stop(): void {
    this.#stopped = true;
  }

  /** Carries out an action that has been stored in phase `execute`. */
  carryOut(namespace: string, action: Action): void {
    this.#execute(namespace, action);
  }

  #execute(namespace: string, action: Action): void {
    if (this.#stopped) return;
    void this.parts.activity.run(async () => {
      const { definition } = this.parts.modules.action(namespace, action.name);
      const execute = definition.execute?.bind(definition);
      if (!execute) return;
      try {
        await this.#settle(namespace, action, await outcomeOf(() => execute(action)));
      } catch (error) {
        this.parts.log.warn(
          { err: error, session: action.session.id, request: action.requestId },
          `${action.name} could not be carried out; it is tried again in ${RETRY_MS} ms`,
        );
        this.parts.clock.at(this.parts.clock.now() + RETRY_MS, () => this.#execute(namespace, action));
      }
    });
  }

  async #settle(namespace: string, action: Action, outcome: ActionOutcome): Promise<void> {
    if (outcome === 'put-off') return;
    if (isPending(outcome)) {
      await this.parts.database.query(WAIT_FOR, [action.requestId, subjectOf(outcome)]);
      return;
    }
    const { event } = this.parts.modules.action(namespace, action.name);
    const answer = outcome === 'silent' ? null : jsonText(answerEvent(action, event, outcome));
    const values = [action.requestId, answer, instant(this.parts.clock.now())];
    const [answered] = await this.parts.database.query<{ session: string }>(ANSWER, values);
    if (answered) this.parts.wake(answered.session);
  }

  async #answer(
    tx: Transaction,
    action: Action,
    event: string,
    outcome: ActionOutcome,
    model?: EnvironmentChange,
  ): Promise<void> {
    if (outcome === 'silent' || outcome === 'put-off' || isPending(outcome)) return;
    await this.parts.post(tx, action.session.id, { ...answerEvent(action, event, outcome), ...(model && { model }) });
  }
}

/** What the session hears of an action that is answered. */
function answerEvent(
  { requestId }: Action,
  event: string,
  outcome: Exclude<ActionOutcome, 'pending' | 'put-off' | 'silent' | { pending: string }>,
): SessionEvent {
  if ('done' in outcome) return { name: `${event}.done`, data: { requestid: requestId, ...outcome.done } };
  const { error, description, data, about: { state, ...about } = {} } = outcome;
  const name = state === undefined ? `error.${event}` : `error.${event}.${state}`;
  return { name, ...about, data: { requestid: requestId, error, description, ...data } };
}

/** An answer to a client; what the application got wrong becomes its error event. */
function collectReply(
  outbox: Outbox,
  replies: Pick<Replies, 'isAwaited'>,
  action: Action,
  event: string,
  answer: () => RequestReply,
): void {
  try {
    const { request, reply } = answer();
    outbox.answer(action.session.id, {
      ...{ id: request, ...reply, here: replies.isAwaited(request) },
      done: answerEvent(action, event, { done: { requestid: request } }),
      none: answerEvent(action, event, {
        ...{ error: 'nosuchrequest', description: `no request ${request} waits for an answer` },
      }),
    });
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error;
    const wrong = { error: error.code.replaceAll('-', ''), description: error.message };
    outbox.send({ target: action.session.id }, answerEvent(action, event, wrong));
  }
}

function actionOf(session: SessionSubject, effect: Extract<Effect, { kind: 'action' }>, now: number): Action {
  return {
    session,
    requestId: effect.requestId,
    name: effect.name,
    attributes: effect.attributes,
    children: effect.children,
    parameters: effect.parameters,
    ...(effect.content !== undefined && { content: effect.content }),
    now,
  };
}

function isPending(outcome: ActionOutcome): outcome is 'pending' | { pending: string } {
  return outcome === 'pending' || (typeof outcome === 'object' && 'pending' in outcome);
}

function subjectOf(outcome: 'pending' | { pending: string }): string | null {
  return outcome === 'pending' ? null : outcome.pending;
}

/** What the application got wrong becomes its error event; everything else is a fault of ours and goes on as one. */
async function outcomeOf<Outcome>(work: () => Promise<Outcome>): Promise<Outcome | ActionOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RingbackError && error.code !== 'database-unavailable') {
      return { error: error.code.replaceAll('-', ''), description: error.message };
    }
    throw error;
  }
}
