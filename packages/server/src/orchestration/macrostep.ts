import type { Effect, StepResult } from '@ringback/scxml';
import { type Activity, instant, isObject, type JsonObject, type Logger } from '../kernel/index.js';
import type { Journal, JournalEntry } from '../reporting/index.js';
import { type Database, Together } from '../store/index.js';
import type { Transaction } from '../store/sql.js';
import type { SessionSubject } from './action-module.js';
import { causedBy } from './caused.js';
import { collectEffect, type EffectContext, LATEST, performEffect } from './effects.js';
import { Outbox, type Outgoing, type StepInput } from './outbox.js';
import type { Environment, SessionEvent } from './session-event.js';
import { ageLimit } from './session-settings.js';
import { CHILD_SESSIONS, CLEAR_ENDED_SESSION, type SessionState, type TurnRow } from './session-statements.js';
import { type Written, type WrittenStep, writeEffects, writeSteps } from './step-writing.js';

/** How a session ended, as its starter hears it. */
export interface EndedSession extends SessionSubject {
  state: Exclude<SessionState, 'running' | 'scheduled'>;
  reason?: string;
  final?: string;
  data?: JsonObject;
}

export type EndHandler = (tx: Transaction, session: EndedSession) => Promise<void>;

export interface MacrostepContext extends EffectContext {
  journal: Journal;
  /** Lets a session do what it has to do. */
  wake: (session: string) => void;
  /** How long a session may last, in seconds, where its document does not say; 0 without a limit. */
  maxAgeSeconds: () => number;
}

export interface Macrostep {
  turn: TurnRow;
  /** What was consumed; null for the first macrostep of a session. */
  event: SessionEvent | null;
  environment: Environment;
  /** What was given to the engine beside the event, where it cannot be told from the steps before. */
  input?: Omit<StepInput, 'event'>;
  result: StepResult;
  /** When it ran; the timers that it sets count from here. */
  now: number;
  /** The step before it, which has not been stored yet: both are stored together. */
  earlier?: Macrostep;
}

const NOTHING: Written = { moved: new Set(), posted: [], answered: new Set() };
/** Groups under way at a time. More of them would be smaller ones: the database is busy with one, the next one gathers. */
const LANES = 1;
const MOST_TOGETHER = 128;
/** Characters of the snapshots that share a statement. */
const HEAVIEST = 1_048_576;

/**
 * Stores macrosteps, each with everything that it asked for. Those that ask for messages, timers, answers and actions
 * to be carried out later are rows of a statement each, which macrosteps of different sessions share. One that ends its
 * session, or that asks for actions to be performed with its commit, is a transaction of its own.
 */
export class Macrosteps {
  readonly #together: Together<WrittenStep, Written>;

  constructor(
    private readonly parts: { database: Database; activity: Activity; log: Logger },
    private readonly context: MacrostepContext,
    private readonly endHandlers: readonly EndHandler[],
  ) {
    this.#together = new Together({
      ...parts,
      ...{ name: 'macrosteps', lanes: LANES, most: MOST_TOGETHER, heaviest: HEAVIEST },
      weigh: ({ weight }) => weight,
      run: (steps) => this.#storeTogether(steps),
    });
  }

  /** Whether a macrostep may be stored with the next one of its session: nothing has to be performed with its commit. */
  canWait(macrostep: Macrostep): boolean {
    return stateAfter(macrostep) === 'running' && begin(this.context, macrostep).rest.length === 0;
  }

  /** @returns false when the session has moved on since the macrostep ran; then nothing is stored */
  async store(macrostep: Macrostep): Promise<boolean> {
    return this.context.counters.time('cassandra-latency', () => this.#store(macrostep));
  }

  async #store(macrostep: Macrostep): Promise<boolean> {
    const { outbox, rest } = begin(this.context, macrostep);
    if (rest.length > 0 || stateAfter(macrostep) !== 'running') return this.#storeAlone(macrostep);
    const step = writtenStep(macrostep, outbox.take());
    const written = await this.#together.do(step);
    if (!written.moved.has(step.session)) return false;
    this.#follow(step.outgoing, written);
    return true;
  }

  async #storeTogether(steps: readonly WrittenStep[]): Promise<Written[]> {
    const written = await writeSteps(this.parts.database, steps);
    for (const session of written.posted) this.context.wake(session);
    if (written.moved.size > 0) this.context.journal.wake();
    return steps.map(() => written);
  }

  #follow({ due, after, lists }: Outgoing, { answered }: Written): void {
    if (Number.isFinite(due)) this.context.timerSet(due);
    for (const { id, status, body } of lists.answers ?? []) {
      if (answered.has(id)) this.context.replies.answered(id, { status, body });
    }
    for (const run of after) run();
  }

  /** A transaction of its own, which may be run again: what it gathers is gathered anew each time. */
  async #storeAlone(macrostep: Macrostep): Promise<boolean> {
    return this.parts.database.transaction(async (tx) => {
      const { context } = this;
      const { turn, now } = macrostep;
      const { outbox, rest } = begin(context, macrostep);
      const step = writtenStep(macrostep, outbox.take());
      const written = await writeSteps(tx, [step]);
      if (written.moved.size === 0) return false;
      this.#followCommit(tx, step.outgoing, written);
      tx.afterCommit(() => context.journal.wake());
      const subject = subjectOf(turn);
      const isOver = stateAfter(macrostep) !== 'running';
      for (const effect of rest) {
        if (collectEffect(outbox, context, turn, subject, effect, now, isOver)) continue;
        await this.#flush(tx, macrostep, outbox);
        await performEffect(tx, context, turn, subject, effect, now);
      }
      await this.#flush(tx, macrostep, outbox);
      if (isOver) await this.#end(tx, macrostep);
      return true;
    });
  }

  async #flush(tx: Transaction, { turn, now }: Macrostep, outbox: Outbox): Promise<void> {
    const isEmpty = outbox.isEmpty;
    const outgoing = outbox.take();
    const written = isEmpty ? NOTHING : await writeEffects(tx, turn.id, now, outgoing);
    this.#followCommit(tx, outgoing, written);
  }

  #followCommit(tx: Transaction, outgoing: Outgoing, written: Written): void {
    tx.afterCommit(() => {
      for (const session of written.posted) this.context.wake(session);
      this.#follow(outgoing, written);
    });
  }

  /** What follows from the end of a session. */
  async #end(tx: Transaction, macrostep: Macrostep): Promise<void> {
    const { context } = this;
    const { turn, result } = macrostep;
    const state = stateAfter(macrostep);
    if (state === 'running' || state === 'scheduled') return;
    const reason = reasonOf(macrostep);
    const unanswered = await tx.query<{ id: string }>(CLEAR_ENDED_SESSION, [turn.id]);
    tx.afterCommit(() => {
      for (const { id } of unanswered) context.replies.abandon(id);
    });
    const ended: EndedSession = {
      ...subjectOf(turn),
      state,
      ...(reason !== null && { reason }),
      ...(result.finalState !== undefined && { final: result.finalState }),
    };
    // The engine cancels the invocations of a session that leaves its states; one that fails does not leave them.
    if (state === 'failed') {
      for (const { id } of await tx.query<{ id: string }>(CHILD_SESSIONS, [turn.id])) {
        await context.terminate(tx, id, 'its parent has failed');
      }
    }
    await announceEnd(tx, context, turn, result, state, reason);
    for (const handler of this.endHandlers) await handler(tx, ended);
  }
}

/** The outbox with all that can be stored by the macrostep's first statement, and the effects that come after that. */
function begin(context: MacrostepContext, macrostep: Macrostep): { outbox: Outbox; rest: readonly Effect[] } {
  const outbox = new Outbox();
  if (macrostep.earlier) gather(outbox, context, macrostep.earlier);
  return { outbox, rest: gather(outbox, context, macrostep) };
}

/** Adds what one macrostep asked for; answers what has to be performed. */
function gather(outbox: Outbox, context: MacrostepContext, macrostep: Macrostep): readonly Effect[] {
  const { turn, event, result, now } = macrostep;
  const subject = subjectOf(turn);
  const isOver = stateAfter(macrostep) !== 'running';
  for (const entry of journalEntries(macrostep)) outbox.journal(entry);
  if (!event && !isOver) limitAge(outbox, context, turn, now);
  const { effects } = result;
  const stop = effects.findIndex((effect) => !collectEffect(outbox, context, turn, subject, effect, now, isOver));
  return stop < 0 ? [] : effects.slice(stop);
}

/** A session that lasts too long ends by a timer of its own. */
function limitAge(outbox: Outbox, context: MacrostepContext, turn: TurnRow, now: number): void {
  const seconds = ageLimit(turn.attributes._maxtime) ?? context.maxAgeSeconds();
  if (seconds <= 0) return;
  const event: SessionEvent = { name: 'cancel', end: { reason: 'timeout' } };
  outbox.timer({ send_id: null, due: Math.min(now + seconds * 1000, LATEST), target: turn.id, event, action: null });
}

function writtenStep(macrostep: Macrostep, outgoing: Outgoing): WrittenStep {
  const { turn, environment, event, result, now, earlier } = macrostep;
  const reason = reasonOf(macrostep);
  const before = (earlier ?? macrostep).turn;
  const record = {
    session: turn.id,
    from: before.step,
    step: result.step,
    snapshot: result.snapshot,
    configuration: result.configuration,
    state: stateAfter(macrostep),
    at: instant(now),
    ...historyOf(macrostep),
    ...(earlier && { earlier: [{ step: earlier.result.step, ...historyOf(earlier) }] }),
    ...(environment !== before.environment && { environment }),
    ...(event && { message: turn.message_id }),
    ...(result.finalState !== undefined && { final: result.finalState }),
    ...(reason !== null && { reason }),
    ...(result.doneData !== undefined && { done_data: result.doneData }),
    ...(result.data !== undefined && { data: result.data }),
  };
  return { session: turn.id, record, outgoing, weight: result.snapshot.length };
}

/** What is kept of a macrostep for those who look back. */
function historyOf({ event, input, result }: Macrostep): { input: StepInput; caused: JsonObject[] } {
  return { input: { event, ...input }, caused: causedBy(result.effects) };
}

function stateAfter({ event, result }: Macrostep): SessionState {
  return event?.end ? 'terminated' : result.status;
}

function reasonOf({ event, result }: Macrostep): string | null {
  return event?.end?.reason ?? result.failure?.reason ?? null;
}

/** Tells the session that invoked or started this one; who ended an invocation by `terminate` knows. */
async function announceEnd(
  tx: Transaction,
  context: MacrostepContext,
  turn: TurnRow,
  result: StepResult,
  state: SessionState,
  reason: string | null,
): Promise<void> {
  if (turn.parent === null) return;
  if (turn.invoke_id === null) {
    const data = { sessionid: turn.id, reason: reason ?? state, ...(isObject(result.doneData) && result.doneData) };
    await context.post(tx, turn.parent, { name: `done.start.${turn.id}`, data });
    return;
  }
  if (state === 'terminated') return;
  if (state === 'failed') {
    await context.post(tx, turn.parent, {
      name: 'error.communication',
      type: 'platform',
      invokeid: turn.invoke_id,
      data: { description: `The invoked session ${turn.id} has failed: ${result.failure?.message ?? ''}` },
    });
    return;
  }
  await context.post(tx, turn.parent, {
    name: `done.invoke.${turn.invoke_id}`,
    invokeid: turn.invoke_id,
    ...invocationData(turn, result),
  });
}

/** What the children of the original tell: who they are, beside the parameters that they end with. */
function invocationData(turn: TurnRow, { doneData }: StepResult): Pick<SessionEvent, 'data'> {
  if (!turn.ors) return doneData === undefined ? {} : { data: doneData };
  const parameters = isObject(doneData) ? doneData : doneData === undefined ? {} : { content: doneData };
  return { data: { sessionid: turn.id, reason: 'done', ...parameters } };
}

export function subjectOf(turn: TurnRow): SessionSubject {
  return {
    id: turn.id,
    flow: turn.flow,
    ...(turn.callback !== null && { callback: turn.callback }),
    ...(turn.service !== null && { service: turn.service }),
  };
}

function journalEntries(macrostep: Macrostep): JournalEntry[] {
  const { turn, event, result, now } = macrostep;
  const about = { at: now, session: turn.id, ...(turn.callback !== null && { callback: turn.callback }) };
  const entries: JournalEntry[] = [];
  if (!event) {
    entries.push({ ...about, type: 'session.started', data: { flow: turn.flow, version: turn.version } });
  }
  const microsteps = result.microsteps ?? [];
  const logged = result.effects.flatMap((effect) =>
    effect.kind === 'log' ? [effect.label === undefined ? effect.text : `${effect.label}: ${effect.text}`] : [],
  );
  entries.push({
    ...about,
    type: 'session.state',
    data: {
      step: result.step,
      event: event?.name ?? null,
      exited: microsteps.flatMap((step) => step.exited),
      entered: microsteps.flatMap((step) => step.entered),
      configuration: result.configuration,
      ...(logged.length > 0 && { log: logged }),
    },
  });
  const state = stateAfter(macrostep);
  if (state !== 'running') {
    entries.push({ ...about, type: 'session.ended', data: endData(macrostep, state, reasonOf(macrostep)) });
  }
  return entries;
}

function endData({ turn, result }: Macrostep, state: SessionState, reason: string | null): JsonObject {
  return {
    flow: turn.flow,
    state,
    ...(reason !== null && { reason }),
    ...(result.finalState !== undefined && { final: result.finalState }),
    ...(result.failure && { message: result.failure.message }),
  };
}
