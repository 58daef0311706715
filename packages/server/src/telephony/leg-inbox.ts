import { type Activity, type Clock, KeyedSequence, type Logger } from '../kernel/index.js';
import type { SwitchEvent } from './switch.js';

/** The events that concern a leg; `digit` and `device` are for who subscribes to the switch. */
export type HeardEvent = Exclude<SwitchEvent, { type: 'digit' | 'device' }>;

/** What could not be done is tried again after this time, doubling up to the longest. Milliseconds. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/**
 * What was heard of legs and is not stored yet, and whose turn it is: whatever concerns one leg happens one after the
 * other, and what was heard of it is stored before and after. What cannot be stored is kept, in order, and tried again.
 */
export class LegInbox {
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #store: (legId: string, heard: readonly HeardEvent[]) => Promise<void>;
  readonly #turns = new KeyedSequence();
  readonly #heard = new Map<string, HeardEvent[]>();
  /** How often something has failed in a row, and whether another try is to come. */
  readonly #retries = new Map<string, { failures: number; armed: boolean }>();
  #stopped = false;

  /** @param parts `store`: stores all of the events or none */
  constructor(parts: {
    clock: Clock;
    activity: Activity;
    log: Logger;
    store: (legId: string, heard: readonly HeardEvent[]) => Promise<void>;
  }) {
    this.#clock = parts.clock;
    this.#activity = parts.activity;
    this.#log = parts.log;
    this.#store = parts.store;
  }

  /** Takes an event and has it stored soon. */
  hear(event: HeardEvent): void {
    this.note(event);
    void this.stored(event.legId);
  }

  /** Takes an event; it is stored with the leg's next turn, or at the end of the present one. */
  note(event: HeardEvent): void {
    const heard = this.#heard.get(event.legId);
    if (heard) heard.push(event);
    else this.#heard.set(event.legId, [event]);
  }

  /** Resolves when what was heard of a leg until now is stored, or kept for another try. */
  stored(legId: string): Promise<void> {
    return this.inTurn(legId, async () => undefined);
  }

  /** Does something about a leg when all before is done and stored. Rejects when `work` does. */
  inTurn(legId: string, work: () => Promise<void>): Promise<void> {
    return this.#activity.run(() =>
      this.#turns.run(legId, async () => {
        await this.#storeHeard(legId);
        try {
          await work();
        } finally {
          await this.#storeHeard(legId);
        }
      }),
    );
  }

  /** Has something tried again later that has failed; by a timer and not as activity, as clocks may stand still. */
  tryLater(what: string, run: () => void): void {
    const retry = this.#retries.get(what) ?? { failures: 0, armed: false };
    this.#retries.set(what, retry);
    if (retry.armed) return;
    retry.armed = true;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** retry.failures, LONGEST_RETRY_MS);
    retry.failures += 1;
    this.#clock.at(this.#clock.now() + delay, () => {
      retry.armed = false;
      if (!this.#stopped) run();
    });
  }

  /** What had failed has succeeded. */
  succeeded(what: string): void {
    this.#retries.delete(what);
  }

  /** Nothing is tried again from now on. */
  stop(): void {
    this.#stopped = true;
  }

  async #storeHeard(legId: string): Promise<void> {
    const heard = this.#heard.get(legId);
    if (!heard) return;
    this.#heard.delete(legId);
    try {
      await this.#store(legId, heard);
      this.succeeded(`store ${legId}`);
    } catch (error) {
      this.#heard.set(legId, [...heard, ...(this.#heard.get(legId) ?? [])]);
      this.#log.error({ err: error, leg: legId }, 'What happened to a leg could not be stored and is tried again');
      this.tryLater(`store ${legId}`, () => void this.stored(legId));
    }
  }
}
