import type { Sdp } from './sdp.js';

/** Who decides what a session is about, and hears what becomes of it. */
export interface SessionHandler {
  /** The other side offers something else: our answer, or the status that refuses it. */
  offered(offer: Sdp): Promise<Sdp | 488 | 491>;
  /** The other side asks what we offer; its answer comes to `answered`. */
  asked(): Promise<Sdp | 488 | 491>;
  answered(answer: Sdp): void;
  /** `bye`: by the other side. `lost`: it does not react any more. Never after `bye()`. */
  ended(how: 'bye' | 'lost'): void;
  digit(digit: string): void;
  /** Something that is stored is another. */
  changed(): void;
}
