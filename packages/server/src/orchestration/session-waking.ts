import { type Activity, KeyedSequence } from '../kernel/index.js';

/** No session of a crowd begins while so many work. */
const MOST_IN_TURN = 16;

/** Sessions of a crowd that are kept from beginning, while more of it is still being stored. */
export interface HeldTurns {
  /** Lets so many begin nevertheless, those that have waited longest. */
  beginSome: (count: number) => void;
  /** Holds them no more. */
  release: () => void;
}

/** What happens to a session that is awake. */
export interface Wakeful {
  /** Does everything that there was to do when it began. */
  advance(session: string): Promise<void>;
  /** There is nothing more to do. */
  rests(session: string): void;
  /** `advance` has failed: the session sleeps until it is woken again. */
  failed(session: string, error: unknown): void;
}

/**
 * Which sessions of this process work, and which wait for their turn: each works alone and once more if it is woken
 * meanwhile; those of a crowd begin a few at a time.
 */
export class SessionWaking {
  readonly #activity: Activity;
  readonly #wakeful: Wakeful;
  readonly #turns = new KeyedSequence();
  readonly #awake = new Map<string, 'running' | 'again'>();
  /** Sessions that begin when there is room, the first one first. */
  readonly #inTurn = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  #holds = 0;
  #stopped = false;

  constructor(activity: Activity, wakeful: Wakeful) {
    this.#activity = activity;
    this.#wakeful = wakeful;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Wakes nobody any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when those that work have come to rest. */
  async atRest(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  wake(session: string): void {
    if (this.#stopped) return;
    if (this.#awake.has(session)) {
      this.#awake.set(session, 'again');
      return;
    }
    this.#awake.set(session, 'running');
    const running = this.#activity.run(() => this.#turns.run(session, () => this.#run(session)));
    this.#underWay.add(running);
    void running.finally(() => {
      this.#underWay.delete(running);
      this.#wakeNext(1);
    });
  }

  /**
   * Lets sessions begin behind whatever else goes on, a few at a time: thousands that are stored together would otherwise
   * hold up those who talk to customers, and the storing itself.
   */
  wakeInTurn(sessions: readonly string[]): void {
    for (const session of sessions) this.#inTurn.add(session);
    this.#wakeNext();
  }

  /** Lets none of those begin but as the answer says: whoever stores a crowd gets through with it first. */
  holdTurns(): HeldTurns {
    this.#holds += 1;
    let held = true;
    return {
      beginSome: (count) => {
        if (held) this.#begin(count);
      },
      release: () => {
        if (!held) return;
        held = false;
        this.#holds -= 1;
        this.#wakeNext();
      },
    };
  }

  async #run(session: string): Promise<void> {
    try {
      do {
        this.#awake.set(session, 'running');
        await this.#wakeful.advance(session);
      } while (this.#awake.get(session) === 'again' && !this.#stopped);
      this.#awake.delete(session);
      this.#wakeful.rests(session);
    } catch (error) {
      this.#awake.delete(session);
      this.#wakeful.failed(session, error);
    }
  }

  #begin(count: number): void {
    let begun = 0;
    for (const session of this.#inTurn) {
      if (this.#stopped || begun >= count) return;
      this.#inTurn.delete(session);
      this.wake(session);
      begun += 1;
    }
  }

  /** @param least so many begin however much goes on: those of a busy server begin one by one, but they do begin */
  #wakeNext(least = 0): void {
    if (this.#holds === 0) this.#begin(Math.max(least, MOST_IN_TURN - this.#awake.size));
  }
}
