import type { Transaction } from '../../store/index.js';
import { dialModeFamily } from '../dial-mode.js';
import type { AgentAssignments } from './agent-assignments.js';
import type { Announcements } from './announcements.js';
import { isRinging } from './attempt.js';
import type { AttemptCalls } from './attempt-calls.js';
import { type Attempt, dialedSince, openAttempts } from './attempt-store.js';
import { countAgents, desktopAgents } from './campaign-agents.js';
import type { Dial } from './dial.js';
import type { Engagements } from './engagements.js';
import { type GroupOptions, groupOptions } from './group-options.js';
import { type StoredGroup, storeGroup } from './group-store.js';
import { countHeld, type HeldCounts, lockChainsToOffer, lockNextChains, ripenHeld } from './held-chain.js';
import { mostAbandoned } from './most-abandoned.js';
import type { Offers } from './offers.js';
import type { Pacer } from './pacing-port.js';
import type { DialingParts } from './parts.js';
import { type Board, type Plan, plan, refillOf } from './plan.js';
import type { RecordSupply } from './record-supply.js';

export interface DialRoundParts {
  dialing: DialingParts;
  assignments: AgentAssignments;
  announcements: Announcements;
  attemptCalls: AttemptCalls;
  dial: Dial;
  engagements: Engagements;
  offers: Offers;
  supply: RecordSupply;
  /** A list that gave nothing is asked again after this time at the latest, milliseconds. */
  recheckMs: number;
}

/** Personal records that are due are looked for at most this often, milliseconds. */
const LEAST_PERIOD_MS = 1000;
const SECOND_MS = 1000;

/** What one group remembers between rounds; lost with the process without harm. */
interface Memory {
  /** Before this the lists that gave nothing are not asked again. */
  emptyUntil: number;
  personalAt: number;
}

/** One round of a running campaign group: looks at the board, decides (plan.ts), and does it in the same transaction. */
export class DialRound {
  readonly #parts: DialRoundParts;
  readonly #memories = new Map<number, Memory>();

  constructor(parts: DialRoundParts) {
    this.#parts = parts;
  }

  /** There may be new records: the lists are asked again at the next round. */
  recordsChanged(): void {
    for (const memory of this.#memories.values()) Object.assign(memory, { emptyUntil: 0, personalAt: 0 });
  }

  forget(group: number): void {
    this.#memories.delete(group);
  }

  /** @returns when to look again though nothing has happened, milliseconds since 1970 */
  async run(tx: Transaction, group: StoredGroup, pacer: Pacer): Promise<number | undefined> {
    const { dialing, engagements } = this.#parts;
    const now = dialing.clock.now();
    const before = JSON.stringify(group);
    const options = groupOptions(dialing.configuration, group);
    const memory = this.#memories.get(group.dbid) ?? { emptyUntil: 0, personalAt: 0 };
    this.#memories.set(group.dbid, memory);
    await ripenHeld(tx, group.dbid, now);
    await this.#parts.assignments.assign(tx, group);
    await this.#takePersonal(tx, group, options, memory);
    // Calls first, agents after: who is found for a call in between counts for neither, so that too few are dialed, not too many.
    const deadline = await this.#serveEngaged(tx, group, options);
    let held = await countHeld(tx, group.dbid);
    let board = await this.#board(tx, group, options, held);
    if (refillOf(board) > 0 && now >= memory.emptyUntil) {
      await this.#refill(tx, group, options, refillOf(board), memory);
      held = await countHeld(tx, group.dbid);
      board = { ...board, ...buffers(held, options) };
    }
    const decided = plan(board, pacer);
    const goesOn = await this.#dial(tx, group, options, decided);
    if (decided.engage > 0) await engagements.request(tx, group, decided.engage);
    const isSeizing = dialModeFamily(group.settings.dialMode) === 'seize';
    // Agents are not kept on the line for records that there are none of.
    const isIdle = group.isExhausted && board.buffered === 0 && board.inProgress === 0;
    if (!isSeizing || isIdle) await engagements.release(tx, group.dbid);
    await this.#offer(tx, group, options, decided, board);
    await this.#announce(tx, { group, before, decided, held, board, pacer });
    const wantsRecords = refillOf(board) > 0 ? memory.emptyUntil : undefined;
    return earliest([
      goesOn ? now : undefined,
      decided.lookAgainAt,
      held.nextDue,
      deadline,
      wantsRecords,
      memory.personalAt,
    ]);
  }

  async #board(tx: Transaction, group: StoredGroup, options: GroupOptions, held: HeldCounts): Promise<Board> {
    const { dialing, engagements } = this.#parts;
    const now = dialing.clock.now();
    const attempts = await openAttempts(tx, group.dbid);
    const members = await this.#parts.assignments.members(tx, group);
    const engaged = await engagements.of(tx, group.dbid);
    const states = (await dialing.agents.states(tx)).filter(({ id }) => members.has(id));
    const announced = await desktopAgents(tx, [...members]);
    const calls = attempts.filter(({ state }) => state !== 'agent-ringing');
    return {
      now,
      mode: group.settings.dialMode,
      optimizeBy: group.settings.optimizeBy,
      optimizeGoal: group.settings.optimizeGoal,
      ...buffers(held, options),
      agents: countAgents(states, announced, now),
      engagements: {
        requested: engaged.filter(({ state }) => state === 'requested').length,
        idle: engaged.filter(({ state }) => state === 'engaged').length,
      },
      queued: calls.filter(({ state, kind }) => isWaiting(state) && kind !== 'agent-first').length,
      dialing: calls.filter(({ state, kind }) => isRinging(state) && kind !== 'agent-first').map(dialedAt),
      inProgress: attempts.length,
      offered: held.all.offered,
      dialsLastSecond: options.dialsPerSecond > 0 ? (await dialedSince(tx, group.dbid, now - SECOND_MS)).dials : 0,
      mostAbandoned: mostAbandoned(options.option, dialing.compliance),
      options,
    };
  }

  async #refill(
    tx: Transaction,
    group: StoredGroup,
    options: GroupOptions,
    wanted: number,
    memory: Memory,
  ): Promise<void> {
    const { dialing, supply, recheckMs } = this.#parts;
    const now = dialing.clock.now();
    const nothing = (await supply.take(tx, group, options, wanted)) === 0;
    if (nothing) memory.emptyUntil = await this.#nextRecords(tx, options, now, now + recheckMs);
    group.isExhausted = nothing;
    if (!nothing) group.isDepleted = false;
  }

  /** When a list may have something again. */
  async #nextRecords(tx: Transaction, options: GroupOptions, now: number, atLatest: number): Promise<number> {
    const dues: (number | undefined)[] = [];
    for (const { name } of options.lists) dues.push(await this.#parts.dialing.lists.nextDue(name, now, tx));
    return Math.max(now + 1, earliest([...dues, atLatest]) ?? atLatest);
  }

  /** Takes the personal records that are due, for every agent of the group, who may be logged out. */
  async #takePersonal(tx: Transaction, group: StoredGroup, options: GroupOptions, memory: Memory): Promise<void> {
    const { dialing, supply } = this.#parts;
    const now = dialing.clock.now();
    if (now < memory.personalAt) return;
    const isMore = await supply.takePersonal(tx, group, options);
    const next = isMore ? now : await this.#nextRecords(tx, options, now, now + this.#parts.recheckMs);
    memory.personalAt = Math.max(next, now + LEAST_PERIOD_MS);
  }

  /** Gives engaged agents to answered calls, and drops those that have waited long enough. @returns the next deadline */
  async #serveEngaged(tx: Transaction, group: StoredGroup, options: GroupOptions): Promise<number | undefined> {
    const { attemptCalls, engagements, dialing } = this.#parts;
    const now = dialing.clock.now();
    let deadline: number | undefined;
    for (const attempt of await openAttempts(tx, group.dbid)) {
      if (attempt.kind !== 'engaged' || attempt.state !== 'queued') continue;
      const until = (attempt.answeredAt ?? now) + options.patienceMs;
      if (until <= now) await attemptCalls.step(tx, attempt.id, { type: 'no-agent' });
      else if (!(await attemptCalls.serve(tx, attempt, engagements))) deadline = Math.min(deadline ?? until, until);
    }
    return deadline;
  }

  /** @returns whether a chain goes on with another record, because one of it must not be dialed */
  async #dial(tx: Transaction, group: StoredGroup, options: GroupOptions, decided: Plan): Promise<boolean> {
    const { dial } = this.#parts;
    const kind = kindOf(group);
    let after = 0;
    let isBlocked = false;
    for (let dialed = 0; dialed < decided.dials; ) {
      const wanted = decided.dials - dialed;
      const chains = await lockNextChains(tx, group.dbid, wanted, options.dialsCallbacks, after);
      for (const held of chains) {
        after = held.id;
        const nobodyFree = decided.nobodyFree[dialed];
        const outcome = await dial.place(tx, {
          ...{ group, options, held, kind },
          ...(nobodyFree !== undefined && { nobodyFree }),
        });
        if (outcome === 'dialed') dialed += 1;
        else if (outcome === 'blocked') isBlocked = true;
      }
      if (chains.length < wanted) break;
    }
    return isBlocked;
  }

  async #offer(tx: Transaction, group: StoredGroup, options: GroupOptions, decided: Plan, board: Board): Promise<void> {
    if (decided.offers <= 0) return;
    const chains = await lockChainsToOffer(tx, group.dbid, decided.offers, {
      callbacks: !options.dialsCallbacks && board.mode !== 'Preview',
      everything: board.mode === 'PushPreview',
    });
    for (const held of chains) await this.#parts.offers.make(tx, group, options, held);
  }

  /** Tells what the group waits for and that there is nothing more, and stores what has changed of it. */
  async #announce(
    tx: Transaction,
    round: { group: StoredGroup; before: string; decided: Plan; held: HeldCounts; board: Board; pacer: Pacer },
  ): Promise<void> {
    const { group, before, decided, held, board, pacer } = round;
    const { announcements, dialing } = this.#parts;
    const header = { at: dialing.clock.now(), group: group.dbid, campaign: group.campaign.name };
    const { waitingFor } = decided;
    if (waitingFor !== group.waitingFor) {
      if (group.waitingFor) {
        await announcements.emit(tx, { ...header, type: 'waiting', for: group.waitingFor, on: false });
      }
      if (waitingFor) await announcements.emit(tx, { ...header, type: 'waiting', for: waitingFor, on: true });
      if (waitingFor) group.waitingFor = waitingFor;
      else delete group.waitingFor;
    }
    const holds = Object.values(held.all).reduce((sum, count) => sum + count, 0);
    const isDepleted = group.isExhausted && holds === 0 && board.inProgress === 0;
    const wasDepleted = group.isDepleted;
    if (isDepleted) group.isDepleted = true;
    const memory = pacer.memory?.();
    if (memory !== undefined) group.pacing = memory;
    if (JSON.stringify(group) !== before) await storeGroup(tx, group);
    if (!isDepleted || wasDepleted) return;
    for (const handler of announcements.depleted) await handler(tx, group.dbid);
  }
}

function isWaiting(state: Attempt['state']): boolean {
  return state === 'detecting' || state === 'queued';
}

function dialedAt(attempt: Attempt): number {
  return attempt.dialedAt ?? attempt.at;
}

/** Callbacks that agents are looked for are not among what can be dialed. */
function buffers(held: HeldCounts, options: GroupOptions): Pick<Board, 'buffered' | 'toOffer'> {
  const buffered = options.dialsCallbacks ? held.campaign.buffered : held.campaign.buffered - held.callbacksBuffered;
  return { buffered, toOffer: held.all.buffered - buffered };
}

function kindOf(group: StoredGroup): Attempt['kind'] {
  const family = dialModeFamily(group.settings.dialMode);
  if (family === 'seize') return 'engaged';
  return family === 'ivr' || family === 'power' ? 'ivr' : 'routed';
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined && Number.isFinite(time));
  return known.length === 0 ? undefined : Math.min(...known.map(Number));
}
