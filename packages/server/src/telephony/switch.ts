import type { JsonObject } from '../kernel/index.js';

/**
 * The switch port: what Ringback asks of a telephone network, written so that the simulator, third-party call control
 * over SIP (RFC 3725) and Asterisk's REST interface fit it. A driver holds no business rule.
 *
 * A *leg* is one party's connection to the network. Its id is chosen by Ringback and stored before anything is dialed,
 * so that after a crash or a lost connection the network can be asked what became of it.
 */
export interface Switch {
  readonly capabilities: SwitchCapabilities;

  /**
   * Dials one leg. Resolves when the network has taken the call; everything further comes as events.
   * The same `legId` is never dialed twice: a repetition resolves without effect.
   */
  dial(request: DialRequest): Promise<void>;
  /** Answers an inbound leg. */
  answer(legId: string): Promise<void>;
  /** Connects legs with each other in a bridge, which is made when it does not exist yet. */
  join(bridgeId: string, legIds: readonly string[]): Promise<void>;
  unjoin(legId: string): Promise<void>;
  hold(legId: string, on: boolean): Promise<void>;
  /** Plays media to a leg until it ends (`played` event) or is stopped. Needs capability `prompts`. */
  play(legId: string, playId: string, media: Media): Promise<void>;
  stopPlay(playId: string): Promise<void>;
  /** Collects digits from a leg; answered by a `collected` event. Needs capability `dtmf`. */
  collect(legId: string, collectId: string, request: CollectRequest): Promise<void>;
  /** Ends a leg; unknown or ended legs are ignored. */
  hangup(legId: string, cause?: Cause): Promise<void>;

  /** What the network knows of these legs: in the order asked, `unknown` for those that it never carried. */
  reconcile(legIds: readonly string[]): Promise<LegReport[]>;

  /** Hears every event, in order per leg. */
  subscribe(handler: (event: SwitchEvent) => void): () => void;
  /** Connects to the network; before it resolves no event is sent. */
  start(): Promise<void>;
  /** Disconnects; calls that are up stay up in a real network. */
  close(): Promise<void>;
}

export interface SwitchCapabilities {
  media: boolean;
  callProgress: boolean;
  prompts: boolean;
  dtmf: boolean;
  record: boolean;
  hold: boolean;
  devicePresence: boolean;
}

export interface DialRequest {
  legId: string;
  /** The number or DN to ring, as dialed. */
  to: string;
  /** Caller number shown. */
  from: string;
  callerName?: string;
  /** Milliseconds of ringing after which the network gives up (`no-answer`). */
  timeoutMs: number;
  /** Detect person, machine, fax after the answer. */
  callProgress: boolean;
  headers?: Record<string, string>;
  userData?: JsonObject;
}

/** `file`: an audio address; `tone`: music, ringback, busy, fast busy or silence for `durationMs` (endless without). */
export type Media =
  | { kind: 'file'; url: string; loop?: boolean }
  | { kind: 'text'; text: string; language?: string }
  | { kind: 'tone'; tone: 'music' | 'ringback' | 'busy' | 'fastbusy' | 'silence'; durationMs?: number };

export interface CollectRequest {
  maxDigits: number;
  terminators: string;
  firstDigitTimeoutMs: number;
  totalTimeoutMs: number;
}

export type LegState = 'dialing' | 'ringing' | 'answered' | 'ended';

/** Why a leg ended, the same for every driver (telephony.md E). */
export type Cause =
  | 'normal'
  | 'busy'
  | 'no-answer'
  | 'rejected'
  | 'invalid-number'
  | 'congestion'
  | 'device-offline'
  | 'cancelled'
  | 'lost';

/** What call progress detection found after the answer. */
export type CallProgress = 'person' | 'answering-machine' | 'fax' | 'unknown';

export interface LegReport {
  legId: string;
  known: boolean;
  state?: LegState;
  cause?: Cause;
  answeredAt?: number;
  endedAt?: number;
}

export type SwitchEvent =
  | { type: 'leg'; legId: string; at: number; state: 'dialing' | 'ringing' | 'answered' }
  | { type: 'leg'; legId: string; at: number; state: 'ended'; cause: Cause }
  | { type: 'call-progress'; legId: string; at: number; result: CallProgress }
  | { type: 'joined'; legId: string; bridgeId: string; at: number }
  | { type: 'played'; legId: string; playId: string; at: number }
  | { type: 'digit'; legId: string; digit: string; at: number }
  | {
      type: 'collected';
      legId: string;
      collectId: string;
      digits: string;
      reason: 'complete' | 'timeout' | 'ended';
      at: number;
    }
  | { type: 'inbound'; legId: string; from: string; to: string; at: number; userData?: JsonObject }
  | { type: 'device'; device: string; state: 'offline' | 'idle' | 'ringing' | 'busy'; at: number };
