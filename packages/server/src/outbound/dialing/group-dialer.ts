import { DatabaseUnavailable, type Timer } from '../../kernel/index.js';
import { type AgentChange, Lease } from '../../routing/index.js';
import type { Transaction } from '../../store/index.js';
import { CallResult } from '../list/index.js';
import type { Announcements } from './announcements.js';
import { isLive } from './attempt.js';
import type { AttemptCalls } from './attempt-calls.js';
import { type Attempt, openAttempts, recentAttempts } from './attempt-store.js';
import type { DialRound } from './dial-round.js';
import type { DialingEvent } from './dialing-event.js';
import type { Engagements } from './engagements.js';
import { forgetGroup, holdsLease, lockGroup, readGroup, type StoredGroup } from './group-store.js';
import { countHeld } from './held-chain.js';
import type { Pacer } from './pacing-port.js';
import type { DialingParts } from './parts.js';

export interface GroupDialerParts {
  dialing: DialingParts;
  announcements: Announcements;
  attemptCalls: AttemptCalls;
  engagements: Engagements;
  round: DialRound;
  /** Carries out an attempt that is stored: dials it. */
  placed: (attempt: string) => void;
}

/** After an error that is not the group's the dialer looks again, milliseconds. */
const RETRY_MS = 1000;
/** Attempts from which a pacer learns when a node takes a group over. */
const HISTORY = 2000;

class LeaseLost extends Error {}

/**
 * Dials for one campaign group, on the node that owns it.
 *
 * States: following (another node owns the group) -> owning (the lease is gained; what the former owner may have left
 * half done is done again) -> following, when the lease is lost; stopped. While owning, one round at a time decides what
 * is to be done (`DialRound`), in a transaction that commits only under the fence of the lease; a round follows whatever
 * changes the group's calls, agents or records, and the next due time.
 */
export class GroupDialer {
  readonly #parts: GroupDialerParts;
  readonly #lease: Lease;
  readonly #leaseName: string;
  readonly dbid: number;
  #pacer: Pacer | undefined;
  #isRunning = false;
  #isWoken = false;
  #round: Promise<void> | undefined;
  #timer: Timer | undefined;
  #stops: (() => void)[] = [];

  constructor(parts: GroupDialerParts, dbid: number) {
    this.#parts = parts;
    this.dbid = dbid;
    this.#leaseName = `dialer ${dbid}`;
    const { database, owner, leaseTermMs, clock, activity, log } = parts.dialing;
    this.#lease = new Lease({
      ...{ database, owner, clock, activity, log },
      name: this.#leaseName,
      ...(leaseTermMs !== undefined && { termMs: leaseTermMs }),
    });
  }

  async start(): Promise<void> {
    this.#isRunning = true;
    this.#stops = [
      this.#lease.onChange((held) => (held ? this.#takeOver() : this.#follow())),
      this.#parts.dialing.database.onAvailability((available) => available && this.wake()),
    ];
    await this.#lease.start();
  }

  /** Finishes the round under way and gives the group to other nodes. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#timer?.cancel();
    for (const stop of this.#stops.splice(0)) stop();
    await this.#round;
    await this.#lease.stop();
  }

  /** Something has changed: looks what is to be done, if this node owns the group. */
  wake(): void {
    if (!this.#isRunning || !this.#pacer) return;
    this.#isWoken = true;
    this.#round ??= this.#parts.dialing.activity.run(() => this.#rounds());
  }

  /** Teaches the pacer. */
  observeEvent(event: DialingEvent): void {
    const pacer = this.#pacer;
    if (!pacer || event.group !== this.dbid) return;
    if (event.type === 'dial') pacer.observe({ type: 'dialed', at: event.dialedAt ?? event.at });
    else if (event.type === 'contact') pacer.observe({ type: 'answer-served', at: event.at, abandoned: false });
    else if (event.type === 'result') {
      const abandoned = event.result === 21 || event.result === 26;
      if (abandoned && event.answeredAt !== undefined)
        pacer.observe({ type: 'answer-served', at: event.at, abandoned });
      if (event.dialedAt === undefined) return;
      const answered = (event.connectedAt !== undefined && event.result === CallResult.Answer) || abandoned;
      pacer.observe({ type: 'dial-ended', dialedAt: event.dialedAt, at: event.answeredAt ?? event.at, answered });
    }
  }

  observeAgent({ state, previous }: AgentChange): void {
    const pacer = this.#pacer;
    if (!pacer || state.since < previous.since) return;
    if (previous.state === 'busy' && previous.answeredAt !== undefined && state.state !== 'busy') {
      pacer.observe({ type: 'talked', milliseconds: state.since - previous.answeredAt });
    } else if (previous.state === 'after-call-work' && state.state !== 'after-call-work') {
      pacer.observe({ type: 'wrapped', milliseconds: state.since - previous.since });
    }
  }

  #follow(): void {
    this.#pacer = undefined;
    this.#timer?.cancel();
  }

  #takeOver(): void {
    const { activity, clock, log } = this.#parts.dialing;
    void activity.run(async () => {
      try {
        await this.#resume();
        this.wake();
      } catch (error) {
        log.warn({ err: error, group: this.dbid }, 'A campaign group could not be taken over; trying again');
        this.#timer?.cancel();
        this.#timer = clock.at(clock.now() + RETRY_MS, () => this.#lease.fence !== undefined && this.#takeOver());
      }
    });
  }

  /** Learns what was, and does again what the former owner may not have done. */
  async #resume(): Promise<void> {
    const { dialing, attemptCalls, engagements, placed } = this.#parts;
    const { database, newPacer } = dialing;
    const group = await readGroup(database, this.dbid);
    if (!group) return;
    const pacer = newPacer(group, group.pacing);
    const history = await recentAttempts(database, this.dbid, group.loadedAt, HISTORY);
    for (const attempt of history.reverse()) teach(pacer, attempt);
    this.#pacer = pacer;
    for (const attempt of await openAttempts(database, this.dbid)) {
      if (attempt.state === 'intended') placed(attempt.id);
      else attemptCalls.resume(attempt);
    }
    for (const engagement of await engagements.of(database, this.dbid)) engagements.resume(engagement);
  }

  async #rounds(): Promise<void> {
    const { clock, log } = this.#parts.dialing;
    let lookAgainAt: number | undefined;
    try {
      while (this.#isWoken && this.#isRunning && this.#pacer) {
        this.#isWoken = false;
        lookAgainAt = await this.#once(this.#pacer);
      }
    } catch (error) {
      if (error instanceof LeaseLost) this.#lease.doubt();
      else if (error instanceof DatabaseUnavailable) log.debug({ err: error }, 'Dialing waits for the database');
      else log.error({ err: error, group: this.dbid }, 'A campaign group could not be dialed for; trying again');
      lookAgainAt = clock.now() + RETRY_MS;
    }
    this.#round = undefined;
    if (!this.#isRunning) return;
    if (this.#isWoken) return this.wake();
    this.#timer?.cancel();
    if (lookAgainAt !== undefined) this.#timer = clock.at(lookAgainAt, () => this.wake());
  }

  async #once(pacer: Pacer): Promise<number | undefined> {
    const { database } = this.#parts.dialing;
    return database.transaction(async (tx) => {
      const group = await lockGroup(tx, this.dbid);
      if (!group) return undefined;
      await this.#requireLease(tx);
      if (group.state === 'running') return this.#parts.round.run(tx, group, pacer);
      if (group.state === 'unloading') await this.#drain(tx, group);
      return undefined;
    });
  }

  async #requireLease(tx: Transaction): Promise<void> {
    const { fence } = this.#lease;
    const { owner } = this.#parts.dialing;
    if (fence === undefined || !(await holdsLease(tx, this.#leaseName, owner, fence))) throw new LeaseLost();
  }

  async #drain(tx: Transaction, group: StoredGroup): Promise<void> {
    if ((await outstandingWork(tx, group.dbid)) > 0) return;
    await forgetGroup(tx, group.dbid);
    for (const handler of this.#parts.announcements.drained) await handler(tx, group.dbid);
  }
}

/** Calls that are up, and records that somebody or something is at. */
export async function outstandingWork(tx: Transaction, group: number): Promise<number> {
  const attempts = await openAttempts(tx, group);
  const { all } = await countHeld(tx, group);
  const calling = new Set(attempts.flatMap(({ chain }) => (chain === undefined ? [] : [chain])));
  const withoutRecord = attempts.length - calling.size;
  return all.dialing + all.desktop + all.offered + all.deciding + withoutRecord;
}

/** What a stored attempt would have told a pacer when it happened. */
function teach(pacer: Pacer, attempt: Attempt): void {
  const { dialedAt, answeredAt, endedAt, connectedAt } = attempt;
  if (dialedAt === undefined || endedAt === undefined) return;
  pacer.observe({ type: 'dialed', at: dialedAt });
  const answered = isLive(attempt);
  pacer.observe({ type: 'dial-ended', dialedAt, at: answeredAt ?? endedAt, answered });
  if (connectedAt !== undefined && answered) pacer.observe({ type: 'talked', milliseconds: endedAt - connectedAt });
}
