import { instant, type JsonObject, RingbackError } from '../kernel/index.js';
import type { Bindable, Sql, Statement, Transaction } from '../store/sql.js';
import type { DialDecision } from './dial-decision.js';
import type { Leg, LegRole } from './leg.js';
import {
  ARRIVE,
  DECIDE,
  ENTER_BRIDGE,
  FORGET_BRIDGE,
  INTEND,
  type LegRow,
  LOCK_BRIDGE,
  LOCK_MANY,
  NOTE_BRIDGE,
  READ_MANY,
  STORE,
  STORE_MANY,
  toLeg,
  UP_IN_BRIDGE,
} from './leg-statements.js';
import type { SwitchEvent } from './switch.js';

/** A leg that is to be dialed. */
export interface DialIntent {
  legId: string;
  callId: string;
  role: Exclude<LegRole, 'inbound'>;
  /** Number or DN to ring, as dialed. */
  number: string;
  /** Caller number shown. */
  from: string;
  callerName?: string;
  /** Milliseconds of ringing after which the network gives up. */
  timeoutMs: number;
  /** Detect person, machine, fax after the answer. */
  callProgress: boolean;
  agentId?: string;
  session?: string;
  callback?: string;
  attempt?: number;
  userData?: JsonObject;
}

/** @param life of the process; @param now milliseconds since 1970 */
export async function storeIntent(tx: Sql, intent: DialIntent, life: string, now: number): Promise<void> {
  await tx.query(INTEND, [
    intent.legId,
    intent.callId,
    intent.role,
    intent.number,
    intent.from,
    intent.callerName ?? null,
    Math.round(intent.timeoutMs),
    intent.callProgress,
    intent.agentId ?? null,
    intent.session ?? null,
    intent.callback ?? null,
    intent.attempt ?? null,
    JSON.stringify(intent.userData ?? {}),
    life,
    instant(now),
  ]);
}

/**
 * Notes where intended legs go, before they are dialed, with one statement.
 * @returns for each whether it is still intended
 */
export async function storeDecisions(
  sql: Sql,
  decided: readonly { legId: string; decision: DialDecision }[],
): Promise<boolean[]> {
  const rows = decided.map(({ legId, decision }) => ({
    id: legId,
    plan: decision,
    shown: decision.callerId?.number ?? decision.from,
    caller_name: decision.callerName ?? null,
  }));
  const noted = new Set((await sql.query<{ id: string }>(DECIDE, [JSON.stringify(rows)])).map(({ id }) => id));
  return decided.map(({ legId }) => noted.has(legId));
}

/** @returns the leg of an inbound call, undefined when it is known already */
export async function storeArrival(
  tx: Sql,
  { legId, to, from, at, userData }: Extract<SwitchEvent, { type: 'inbound' }>,
  life: string,
): Promise<Leg | undefined> {
  const values = [legId, to, from, JSON.stringify(userData ?? {}), life, instant(at)];
  const [row] = await tx.query<LegRow>(ARRIVE, values);
  return row && toLeg(row);
}

/** Compare and set: the row is locked by the caller, and its state is still the one that the change was made of. */
export async function storeLeg(tx: Transaction, leg: Leg, before: Leg['state']): Promise<void> {
  const stored = await tx.query(STORE, [
    leg.id,
    before,
    leg.state,
    leg.progress ?? null,
    leg.cause ?? null,
    time(leg.dialedAt),
    time(leg.ringingAt),
    time(leg.answeredAt),
    time(leg.endedAt),
    time(leg.joinedAt),
  ]);
  if (stored.length === 0) throw new RingbackError('leg-changed', `Leg ${leg.id} is no longer ${before}.`);
}

/** The rows of legs that the caller has locked, as they are from now on, with one statement. */
export async function storeLegs(tx: Transaction, legs: readonly Leg[]): Promise<void> {
  const rows = legs.map((leg) => ({
    id: leg.id,
    state: leg.state,
    progress: leg.progress ?? null,
    cause: leg.cause ?? null,
    dialed_at: time(leg.dialedAt),
    ringing_at: time(leg.ringingAt),
    answered_at: time(leg.answeredAt),
    ended_at: time(leg.endedAt),
    joined_at: time(leg.joinedAt),
  }));
  await tx.query(STORE_MANY, [JSON.stringify(rows)]);
}

/** The rows of legs, undefined for those that are unknown, with one statement. */
export async function readLegs(sql: Sql, legIds: readonly string[]): Promise<(LegRow | undefined)[]> {
  const rows = new Map((await sql.query<LegRow>(READ_MANY, [legIds])).map((row) => [row.id, row]));
  return legIds.map((legId) => rows.get(legId));
}

export async function listLegs(sql: Sql, statement: Statement, values: readonly Bindable[]): Promise<Leg[]> {
  return (await sql.query<LegRow>(statement, values)).map(toLeg);
}

/**
 * Notes that answered legs belong to a bridge from now on. Locks the legs, then the bridge, as `leaveBridge` does.
 * @param releaseLast undefined: as before, true if the bridge is new
 * @throws as `requireAnswered`
 */
export async function enterBridge(
  tx: Transaction,
  bridgeId: string,
  legIds: readonly string[],
  releaseLast: boolean | undefined,
): Promise<void> {
  const rows = new Map((await tx.query<LegRow>(LOCK_MANY, [legIds])).map((row) => [row.id, row]));
  for (const legId of legIds) requireAnswered(rows.get(legId), legId);
  await tx.query(NOTE_BRIDGE, [bridgeId, releaseLast ?? null]);
  await tx.query(ENTER_BRIDGE, [legIds, bridgeId]);
}

/**
 * After one leg of a bridge has ended; an empty bridge is forgotten.
 * @returns the leg that is left alone, if there is one and the bridge releases it
 */
export async function leaveBridge(tx: Transaction, bridgeId: string): Promise<string | undefined> {
  const [bridge] = await tx.query<{ releases_last: boolean }>(LOCK_BRIDGE, [bridgeId]);
  const [last, ...others] = await tx.query<{ id: string }>(UP_IN_BRIDGE, [bridgeId]);
  if (!last) await tx.query(FORGET_BRIDGE, [bridgeId]);
  return bridge?.releases_last && others.length === 0 ? last?.id : undefined;
}

/** @throws RingbackError `unknown-leg` */
export function requireKnown(row: LegRow | undefined, legId: string): LegRow {
  if (!row) throw new RingbackError('unknown-leg', `There is no leg ${legId}.`);
  return row;
}

/** @throws RingbackError `unknown-leg`, `leg-ended` */
export function requireUp(found: LegRow | undefined, legId: string): LegRow {
  const row = requireKnown(found, legId);
  if (row.state === 'ended') throw new RingbackError('leg-ended', `Leg ${row.id} has ended.`);
  return row;
}

/** @throws RingbackError `unknown-leg`, `leg-ended`, `leg-not-answered` */
export function requireAnswered(found: LegRow | undefined, legId: string): LegRow {
  const row = requireUp(found, legId);
  if (row.state === 'answered') return row;
  throw new RingbackError('leg-not-answered', `Leg ${legId} is ${row.state}, and must be answered for this.`);
}

function time(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : instant(milliseconds);
}
