import type { Effect } from '@ringback/scxml';
import { DatabaseUnavailable, instant, type Logger, RingbackError } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { SessionSubject } from './action-module.js';
import type { Actions, Post } from './actions.js';
import { collectHttpSend, type HttpSending, isBasicHttp, sentFrom } from './basic-http-sends.js';
import type { PerformanceCounters } from './counters.js';
import type { ModuleRegistry } from './module-registry.js';
import type { Outbox } from './outbox.js';
import type { Replies } from './replies.js';
import type { SessionEvent } from './session-event.js';
import type { SessionStart } from './session-start.js';
import { CHILD_SESSION, SET_TIMER, type TurnRow } from './session-statements.js';
import { jsonText } from './stored-json.js';

/** Why a session ends that was invoked from a state which has been left. */
const CANCELLED = 'cancelled by its parent';
const SCXML_PROCESSOR = 'http://www.w3.org/TR/scxml/#SCXMLEventProcessor';
/** The end of the calendar: what is delayed beyond it never comes. */
export const LATEST = Date.UTC(9999, 11, 31);

export interface EffectContext {
  actions: Actions;
  modules: ModuleRegistry;
  post: Post;
  replies: Replies;
  counters: PerformanceCounters;
  log: Logger;
  /** Where events over HTTP go. */
  http: Pick<HttpSending, 'sessionAt' | 'carryOut'>;
  /** The application that an `<invoke>` names. */
  invoked: (tx: Transaction, turn: TurnRow, effect: EffectOf<'invoke'>) => Promise<{ flow: string; version?: number }>;
  /** Arms the timers for a delayed send that has been committed. */
  timerSet: (due: number) => void;
  /** Starts a session that another one invokes; answers its id. */
  invoke: (tx: Transaction, request: SessionStart) => Promise<string>;
  /** `event`: the name of what the session hears as it leaves its states; default `cancel`. */
  terminate: (tx: Transaction, session: string, reason: string, event?: string) => Promise<boolean>;
}

type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>;

/**
 * Adds an effect to what its macrostep stores by one statement, if it is of the kind that can be.
 * @param isOver the session has ended: what it still sends to itself is not heard
 * @returns false when the effect needs statements of its own (`performEffect`), after all that came before it
 */
export function collectEffect(
  outbox: Outbox,
  context: EffectContext,
  turn: TurnRow,
  session: SessionSubject,
  effect: Effect,
  now: number,
  isOver: boolean,
): boolean {
  switch (effect.kind) {
    case 'send':
      return collectSend(outbox, context, turn, session, effect, now, isOver);
    case 'cancel':
      collectCancel(outbox, turn, effect, isOver);
      return true;
    case 'action':
      return context.actions.collect(outbox, context.replies, session, effect, now);
    case 'log':
      context.log.debug({ session: turn.id, flow: turn.flow, label: effect.label }, effect.text);
      return true;
    default:
      return false;
  }
}

function collectSend(
  outbox: Outbox,
  context: EffectContext,
  turn: TurnRow,
  session: SessionSubject,
  effect: EffectOf<'send'>,
  now: number,
  isOver: boolean,
): boolean {
  if (isBasicHttp(effect.type) && effect.target !== undefined) {
    const due = effect.delayMs > 0 ? Math.min(now + effect.delayMs, LATEST) : undefined;
    const otherwise = isOver ? undefined : unreachableEvent(turn, effect);
    collectHttpSend(outbox, effect, {
      ...context.http,
      node: context.actions.node(),
      turn,
      session,
      now,
      due,
      otherwise,
    });
    return true;
  }
  if (!isScxml(effect.type)) return false;
  const target = receiverOf(turn, effect.target);
  if (target === undefined) return false;
  const event = sentEvent(turn, effect);
  // Nothing is heard of an invocation that has been cancelled (SCXML 1.0, 6.4.3, test 252).
  if (event.invokeid !== undefined && turn.event?.end?.reason === CANCELLED) return true;
  if (effect.delayMs > 0) {
    if ('child' in target) return false;
    const due = Math.min(now + effect.delayMs, LATEST);
    // The session itself cannot be lost to itself.
    const isHeard = turn.ors && target.target !== turn.id;
    const later = isHeard ? { ...event, sentFrom: sentFrom(turn, effect) } : event;
    outbox.timer({ send_id: effect.sendId, due, target: target.target, event: later, action: null });
    return true;
  }
  const isToItself = 'target' in target && target.target === turn.id;
  if (isToItself && isOver) return true;
  outbox.send(target, event, isToItself || isOver ? undefined : unreachableEvent(turn, effect));
  return true;
}

/** The event as its receiver gets it. */
function sentEvent(turn: TurnRow, effect: EffectOf<'send'>): SessionEvent {
  const { origin = `#_scxml_${turn.id}`, origintype = SCXML_PROCESSOR } = effect.event;
  const event: SessionEvent = { ...eventOf(effect.event), origin, origintype: turn.ors ? 'scxml' : origintype };
  if (effect.target === '#_parent' && turn.invoke_id !== null) event.invokeid = turn.invoke_id;
  return event;
}

/** The SCXML event I/O processor; absent means this one. */
function isScxml(type: string | undefined): boolean {
  return type === undefined || type === 'scxml' || type === SCXML_PROCESSOR;
}

/** Who receives what is sent to `target`, as far as that can be told without looking. */
function receiverOf(turn: TurnRow, target: string | undefined): { target: string } | { child: string } | undefined {
  if (target === undefined || target === '') return { target: turn.id };
  if (target === '#_parent') return turn.parent === null ? undefined : { target: turn.parent };
  if (target.startsWith('#_scxml_')) return { target: target.slice('#_scxml_'.length) };
  return target.startsWith('#_') ? { child: target.slice(2) } : { target };
}

function collectCancel(outbox: Outbox, turn: TurnRow, { sendId }: EffectOf<'cancel'>, isOver: boolean): void {
  const answer = { sendid: sendId, data: { sendid: sendId } };
  const isTold = turn.ors && !isOver;
  outbox.cancel(
    sendId,
    isTold ? { done: { name: 'cancel.successful', ...answer }, none: { name: 'error.notallowed', ...answer } } : {},
  );
}

/** Performs one effect of a macrostep that cannot be collected, in the transaction that stores the macrostep. */
export async function performEffect(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  session: SessionSubject,
  effect: Effect,
  now: number,
): Promise<void> {
  switch (effect.kind) {
    case 'send':
      return send(tx, context, turn, effect, now);
    case 'action':
      return context.actions.perform(tx, session, effect, now);
    case 'call':
      return call(tx, context, session, effect, now);
    case 'invoke':
      return invoke(tx, context, turn, effect);
    case 'cancel-invoke':
      return cancelInvoke(tx, context, turn, effect);
    case 'forward':
      return forward(tx, context, turn, effect);
    case 'cancel':
    case 'log':
      throw new Error(`The effect ${effect.kind} is always collected.`);
    default:
      return effect satisfies never;
  }
}

/** Calls a function of `_genesys` that changes something; what the application got wrong becomes its error event. */
async function call(
  tx: Transaction,
  context: EffectContext,
  session: SessionSubject,
  effect: EffectOf<'call'>,
  now: number,
): Promise<void> {
  const { name, run } = context.modules.function(effect.op);
  try {
    await context.counters.timeFunction(effect.op, () => run(tx, session, effect.args, now));
  } catch (error) {
    if (!(error instanceof RingbackError) || error instanceof DatabaseUnavailable) throw error;
    const data = { error: error.code.replaceAll('-', ''), description: error.message };
    await context.post(tx, session.id, { name: `error.${name}`, data });
  }
}

async function send(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  effect: EffectOf<'send'>,
  now: number,
): Promise<void> {
  const target = await targetOf(tx, turn, effect.target);
  const event = sentEvent(turn, effect);
  if (target === undefined) return unreachable(tx, context, turn, effect);
  if (effect.delayMs > 0) {
    const due = Math.min(now + effect.delayMs, LATEST);
    const later = turn.ors ? { ...event, sentFrom: sentFrom(turn, effect) } : event;
    await tx.query(SET_TIMER, [turn.id, effect.sendId, instant(due), target, jsonText(later), null]);
    tx.afterCommit(() => context.timerSet(due));
    return;
  }
  if (!(await context.post(tx, target, event))) await unreachable(tx, context, turn, effect);
}

/** Who `target` names: the session itself, its parent, a session that it invoked, or any session by its id. */
async function targetOf(tx: Transaction, turn: TurnRow, target: string | undefined): Promise<string | undefined> {
  if (target === undefined || target === '' || target === turn.id) return turn.id;
  if (target === '#_parent') return turn.parent ?? undefined;
  if (target.startsWith('#_scxml_')) return target.slice('#_scxml_'.length);
  if (target.startsWith('#_')) {
    const [child] = await tx.query<{ id: string }>(CHILD_SESSION, [turn.id, target.slice(2)]);
    return child?.id;
  }
  return target;
}

async function unreachable(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  effect: EffectOf<'send'>,
): Promise<void> {
  await context.post(tx, turn.id, unreachableEvent(turn, effect));
}

/** What a session hears of an event that reached nobody. */
function unreachableEvent(turn: TurnRow, effect: EffectOf<'send'>): SessionEvent {
  const target = effect.target ?? '';
  return {
    name: turn.ors ? 'error.send.nosuchsession' : 'error.communication',
    type: 'platform',
    sendid: effect.sendId,
    data: { target, ...sentFrom(turn, effect), description: `There is no running session '${target}'.` },
  };
}

async function invoke(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  effect: EffectOf<'invoke'>,
): Promise<void> {
  try {
    const application = await context.invoked(tx, turn, effect);
    await context.invoke(tx, {
      ...application,
      parameters: effect.parameters,
      parent: { session: turn.id, invokeId: effect.invokeId },
      ...(turn.callback !== null && { callback: turn.callback }),
      ...(turn.service !== null && { service: turn.service }),
    });
  } catch (error) {
    if (!(error instanceof RingbackError) || error instanceof DatabaseUnavailable) throw error;
    const what = effect.src ?? 'the document in <content>';
    context.log.warn({ reason: error.message, session: turn.id }, `${what} could not be invoked`);
    await context.post(tx, turn.id, {
      name: 'error.communication',
      type: 'platform',
      invokeid: effect.invokeId,
      data: { src: effect.src ?? '', description: `${what} could not be invoked: ${error.message}` },
    });
  }
}

async function cancelInvoke(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  effect: EffectOf<'cancel-invoke'>,
): Promise<void> {
  const [child] = await tx.query<{ id: string }>(CHILD_SESSION, [turn.id, effect.invokeId]);
  // What a child of the original hears as it leaves its states (ors-core-queue.md 1.4).
  const event = turn.ors ? `cancel.invoke.${effect.invokeId}` : undefined;
  if (child) await context.terminate(tx, child.id, CANCELLED, event);
}

async function forward(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  effect: EffectOf<'forward'>,
): Promise<void> {
  const [child] = await tx.query<{ id: string }>(CHILD_SESSION, [turn.id, effect.invokeId]);
  if (child) await context.post(tx, child.id, eventOf(effect.event));
}

function eventOf(event: EffectOf<'send'>['event']): SessionEvent {
  const { name, data, sendid, invokeid } = event;
  return {
    name,
    ...(data !== undefined && { data }),
    ...(sendid !== undefined && { sendid }),
    ...(invokeid !== undefined && { invokeid }),
  };
}
