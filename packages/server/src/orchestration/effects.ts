import type { Effect } from '@ringback/scxml';
import { DatabaseUnavailable, instant, type Logger, RingbackError } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { SessionSubject } from './action-module.js';
import type { Actions, Post } from './actions.js';
import type { ModuleRegistry } from './module-registry.js';
import type { SessionEvent } from './session-event.js';
import type { SessionStart } from './session-start.js';
import { CANCEL_TIMER, CHILD_SESSION, SET_TIMER, type TurnRow } from './session-statements.js';
import { jsonText } from './stored-json.js';

/** The end of the calendar: what is delayed beyond it never comes. */
const LATEST = Date.UTC(9999, 11, 31);

export interface EffectContext {
  actions: Actions;
  modules: ModuleRegistry;
  post: Post;
  log: Logger;
  /** Arms the timers for a delayed send that has been committed. */
  timerSet: (due: number) => void;
  /** Starts a session that another one invokes; answers its id. */
  invoke: (tx: Transaction, request: SessionStart) => Promise<string>;
  terminate: (tx: Transaction, session: string, reason: string) => Promise<boolean>;
}

type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>;

/** Performs one effect of a macrostep in the transaction that stores it. */
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
    case 'cancel':
      return cancel(tx, context, turn, effect);
    case 'action':
      return context.actions.perform(tx, session, effect);
    case 'call':
      return call(tx, context, session, effect, now);
    case 'invoke':
      return invoke(tx, context, turn, effect);
    case 'cancel-invoke':
      return cancelInvoke(tx, context, turn, effect);
    case 'forward':
      return forward(tx, context, turn, effect);
    case 'log':
      context.log.debug({ session: turn.id, flow: turn.flow, label: effect.label }, effect.text);
      return;
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
    await run(tx, session, effect.args, now);
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
  const event: SessionEvent = { ...eventOf(effect.event), origin: `#_scxml_${turn.id}`, origintype: 'scxml' };
  if (effect.target === '#_parent' && turn.invoke_id !== null) event.invokeid = turn.invoke_id;
  if (target === undefined) return unreachable(tx, context, turn, effect);
  if (effect.delayMs > 0) {
    const due = Math.min(now + effect.delayMs, LATEST);
    await tx.query(SET_TIMER, [turn.id, effect.sendId, instant(due), target, jsonText(event)]);
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
  await context.post(tx, turn.id, {
    name: 'error.communication',
    type: 'platform',
    sendid: effect.sendId,
    data: { target: effect.target ?? '', description: `There is no running session '${effect.target ?? ''}'.` },
  });
}

async function cancel(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  effect: EffectOf<'cancel'>,
): Promise<void> {
  const [cancelled] = await tx.query(CANCEL_TIMER, [turn.id, effect.sendId]);
  if (!turn.ors) return;
  const name = cancelled ? 'cancel.successful' : 'error.notallowed';
  await context.post(tx, turn.id, { name, sendid: effect.sendId, data: { sendid: effect.sendId } });
}

async function invoke(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  effect: EffectOf<'invoke'>,
): Promise<void> {
  const flow = flowNamed(effect.src ?? '');
  try {
    await context.invoke(tx, {
      flow,
      parameters: effect.parameters,
      parent: { session: turn.id, invokeId: effect.invokeId },
      ...(turn.callback !== null && { callback: turn.callback }),
      ...(turn.service !== null && { service: turn.service }),
    });
  } catch (error) {
    context.log.warn({ err: error, session: turn.id }, `the flow '${flow}' could not be invoked`);
    await context.post(tx, turn.id, {
      name: 'error.communication',
      type: 'platform',
      invokeid: effect.invokeId,
      data: { src: effect.src ?? '', description: `The flow '${flow}' could not be invoked.` },
    });
  }
}

/** The flow that a document's address means: flows are `<name>/<name>.scxml`, and the engine has made `src` absolute. */
function flowNamed(src: string): string {
  const path = src.split(/[?#]/, 1)[0] ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.scxml$/, '');
  return URL.canParse(src) ? decodeURIComponent(name) : name;
}

async function cancelInvoke(
  tx: Transaction,
  context: EffectContext,
  turn: TurnRow,
  effect: EffectOf<'cancel-invoke'>,
): Promise<void> {
  const [child] = await tx.query<{ id: string }>(CHILD_SESSION, [turn.id, effect.invokeId]);
  if (child) await context.terminate(tx, child.id, 'cancelled by its parent');
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
