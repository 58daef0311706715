import type { Timer } from '../../kernel/index.js';
import { type SessionTimer, timerMs } from './session-timer.js';
import type { UserAgent } from './user-agent.js';

/** A session as its watch sees it. */
export interface WatchedSession {
  readonly isOver: boolean;
  /** What both sides agreed on; nothing where the other side knows no timers. */
  readonly timer: SessionTimer | undefined;
  /** Renews the session, or asks whether it stands: the final status. */
  renew(timer: SessionTimer | undefined): Promise<number>;
  /** It is dead, and the other side is told so. */
  expire(reason?: string): void;
  /** The other side knows nothing of it. */
  gone(): void;
}

/** Renews a session in time, or takes it for dead when the other side does not (RFC 4028 10). */
export class SessionWatch {
  #timer: Timer | undefined;
  #failures = 0;

  /** @param seconds after which a session without timers is looked at twice; 0: never */
  constructor(
    private readonly agent: UserAgent,
    private readonly session: WatchedSession,
    private readonly seconds: number,
  ) {}

  /** Waits from now on. */
  restart(): void {
    this.stop();
    const { session, seconds, agent } = this;
    const { timer } = session;
    if (session.isOver || (!timer && seconds === 0)) return;
    const ms = timer ? timerMs(timer) : 500 * seconds;
    this.#timer = agent.clock.at(agent.clock.now() + ms, () => agent.inBackground(() => this.#due()));
  }

  stop(): void {
    this.#timer?.cancel();
  }

  async #due(): Promise<void> {
    const { session } = this;
    const { timer } = session;
    if (timer && !timer.weRefresh) {
      // The other side should have renewed the session long ago.
      session.expire('SIP;cause=408;text="Session expired"');
      return;
    }
    const status = await session.renew(timer);
    if (session.isOver) return;
    if (status === 481 || status === 408) {
      session.gone();
      return;
    }
    this.#failures = status < 300 || status === 491 || !timer ? 0 : this.#failures + 1;
    if (this.#failures > 1) session.expire();
    else this.restart();
  }
}
