import type { StepResult } from '@ringback/scxml';
import { instant, type JsonObject } from '../kernel/index.js';
import type { Journal, JournalEntry } from '../reporting/index.js';
import type { Transaction } from '../store/sql.js';
import type { SessionSubject } from './action-module.js';
import { type EffectContext, performEffect } from './effects.js';
import type { Replies } from './replies.js';
import type { Environment, SessionEvent } from './session-event.js';
import {
  ADVANCE_SESSION,
  CHILD_SESSIONS,
  CLEAR_ENDED_SESSION,
  type SessionState,
  type TurnRow,
} from './session-statements.js';
import { jsonText, storable } from './stored-json.js';

/** How a session ended, as its starter hears it. */
export interface EndedSession extends SessionSubject {
  state: Exclude<SessionState, 'running'>;
  reason?: string;
  final?: string;
  data?: JsonObject;
}

export type EndHandler = (tx: Transaction, session: EndedSession) => Promise<void>;

export interface MacrostepContext extends EffectContext {
  journal: Journal;
  replies: Replies;
}

export interface Macrostep {
  turn: TurnRow;
  /** What was consumed; null for the first macrostep of a session. */
  event: SessionEvent | null;
  environment: Environment;
  result: StepResult;
  now: number;
}

/**
 * Stores one macrostep with everything that it asked for, in the caller's transaction.
 * @returns false when the session has moved on since the macrostep ran; then nothing is stored
 */
export async function storeMacrostep(
  tx: Transaction,
  context: MacrostepContext,
  macrostep: Macrostep,
  endHandlers: readonly EndHandler[],
): Promise<boolean> {
  const { turn, event, environment, result, now } = macrostep;
  const state = event?.end ? 'terminated' : result.status;
  const reason = event?.end?.reason ?? result.failure?.reason ?? null;
  const [moved] = await tx.query(ADVANCE_SESSION, [
    turn.id,
    turn.step,
    result.step,
    result.snapshot,
    result.configuration,
    jsonText(environment),
    state,
    result.finalState ?? null,
    reason,
    result.doneData === undefined ? null : jsonText(result.doneData),
    instant(now),
    event ? turn.message_id : null,
    result.data === undefined ? null : jsonText(result.data),
  ]);
  if (!moved) return false;
  const subject = subjectOf(turn);
  for (const effect of result.effects) await performEffect(tx, context, turn, subject, effect, now);
  const entries = journalEntries(macrostep);
  if (state !== 'running') {
    entries.push({ ...about(subject, now), type: 'session.ended', data: storable(endData(macrostep, state, reason)) });
  }
  await context.journal.record(tx, entries);
  if (state === 'running') return true;
  const unanswered = await tx.query<{ id: string }>(CLEAR_ENDED_SESSION, [turn.id]);
  tx.afterCommit(() => {
    for (const { id } of unanswered) context.replies.abandon(id);
  });
  const ended: EndedSession = {
    ...subject,
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
  await announceEnd(tx, context, turn, result, state);
  for (const handler of endHandlers) await handler(tx, ended);
  return true;
}

/** Tells the session that invoked this one; who ended it by `terminate` knows. */
async function announceEnd(
  tx: Transaction,
  context: MacrostepContext,
  turn: TurnRow,
  result: StepResult,
  state: SessionState,
): Promise<void> {
  if (turn.parent === null || turn.invoke_id === null || state === 'terminated') return;
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
    ...(result.doneData !== undefined && { data: result.doneData }),
  });
}

export function subjectOf(turn: TurnRow): SessionSubject {
  return {
    id: turn.id,
    flow: turn.flow,
    ...(turn.callback !== null && { callback: turn.callback }),
    ...(turn.service !== null && { service: turn.service }),
  };
}

function about(subject: SessionSubject, now: number): Pick<JournalEntry, 'at' | 'session' | 'callback'> {
  return { at: now, session: subject.id, ...(subject.callback !== undefined && { callback: subject.callback }) };
}

function journalEntries({ turn, event, result, now }: Macrostep): JournalEntry[] {
  const subject = subjectOf(turn);
  const entries: JournalEntry[] = [];
  if (!event) {
    entries.push({ ...about(subject, now), type: 'session.started', data: { flow: turn.flow, version: turn.version } });
  }
  const microsteps = result.microsteps ?? [];
  const exited = microsteps.flatMap((step) => step.exited);
  const entered = microsteps.flatMap((step) => step.entered);
  const logged = result.effects.flatMap((effect) =>
    effect.kind === 'log' ? [effect.label === undefined ? effect.text : `${effect.label}: ${effect.text}`] : [],
  );
  entries.push({
    ...about(subject, now),
    type: 'session.state',
    data: storable({
      event: event?.name ?? null,
      exited,
      entered,
      configuration: result.configuration,
      ...(logged.length > 0 && { log: logged }),
    }),
  });
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
