import type { JsonObject } from '../kernel/index.js';

/**
 * The switch port: what Ringback asks of a telephone network, written so that the simulator, third-party call control
 * over SIP (RFC 3725) and Asterisk's REST interface fit it. A driver holds no business rule.
 *
 * A *leg* is one party's connection to the network. Its id is chosen by Ringback and stored before anything is dialed,
 * so that after a crash or a lost connection the network can be asked what became of it.
 *
 * Whatever the network decides (busy, no such number, nobody answers) comes as an event. A method rejects when the
 * request makes no sense (`leg-not-answered`: the leg is not up, or not any more) or when the network could not be asked
 * (`switch-unavailable`): then it is unknown whether it acted, and the same request may be repeated.
 */
export interface Switch {
  readonly capabilities: SwitchCapabilities;

  /**
   * Dials one leg. Resolves when the network has taken the call; everything further comes as events, among them a
   * refusal (`ended`). The same `legId` is never dialed twice: a repetition resolves without effect.
   */
  dial(request: DialRequest): Promise<void>;
  /**
   * Answers an inbound leg; with capability `deviceControl` also one that rings at a phone of the installation. One that is
   * answered already stays so.
   */
  answer(legId: string): Promise<void>;
  /**
   * Connects answered legs with each other in a bridge, which is made when it does not exist yet. A leg that is in
   * another bridge leaves it. A repetition changes nothing but sends the `joined` events again, which may have been lost.
   */
  join(bridgeId: string, legIds: readonly string[]): Promise<void>;
  /** Takes a leg out of its bridge; it stays up alone, as do those that remain in the bridge. */
  unjoin(legId: string): Promise<void>;
  /** Lets a leg wait: it hears what the network plays to those who wait and is not heard, until `on` is false again. */
  hold(legId: string, on: boolean): Promise<void>;
  /**
   * Plays media to an answered leg until it is over (`played` event) or stopped (none). Needs capability `prompts`.
   * A repetition of `playId` starts nothing anew; when it is over already, `played` is sent again.
   */
  play(legId: string, playId: string, media: Media): Promise<void>;
  /**
   * Collects digits from an answered leg; answered by a `collected` event, at the latest when the leg ends. Needs
   * capability `dtmf`. A repetition of `collectId` starts nothing anew; when it is over already, `collected` is sent again.
   */
  collect(legId: string, collectId: string, request: CollectRequest): Promise<void>;
  /**
   * Records what an answered leg says; answered by a `recorded` event, at the latest when the leg ends. Needs capability
   * `record`. Repetitions as for `collect`. The recording is known by `recordId` from then on.
   */
  record(legId: string, recordId: string, request: RecordRequest): Promise<void>;
  /** Deletes a recording; unknown ones are ignored. */
  deleteRecording(recordId: string): Promise<void>;
  /**
   * Hands an answered leg to a voice application (VoiceXML) until it is done with it; answered by an `application` event,
   * at the latest when the leg ends. Needs capability `applications`. Repetitions as for `collect`.
   */
  runApplication(legId: string, runId: string, request: ApplicationRequest): Promise<void>;
  /** Stops a play, a collect, a recording or an application by its id; it is not reported then. Nothing if it is over. */
  stopTreatment(id: string): Promise<void>;
  /** Lets an answered leg hear digits, once per `sendId`. Needs capability `dtmf`. */
  sendDigits(legId: string, sendId: string, digits: string): Promise<void>;
  /**
   * Ends a leg; unknown or ended legs are ignored. It ends as `cancelled` when it was dialed and is not answered, as
   * `rejected` or the cause given when it is an inbound one that is not answered, otherwise as `normal`.
   */
  hangup(legId: string, cause?: Cause): Promise<void>;

  /** What the network knows of these legs: in the order asked, `unknown` for those that it never carried. */
  reconcile(legIds: readonly string[]): Promise<LegReport[]>;

  /**
   * Hears every event, in order per leg. An event may come again (after a reconnection). An inbound call that waits
   * unanswered when the driver connects is announced (again) by `inbound`, because earlier it may have gone unheard.
   */
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
  /** Whether it runs voice applications. */
  applications: boolean;
  /** Whether it answers on behalf of a phone that rings. */
  deviceControl: boolean;
  /**
   * It knows nothing of legs that ended while nobody listened. So a leg that it may have been asked for before a crash, and
   * that it does not know, is not dialed again: perhaps the customer was rung.
   */
  forgetsEnded?: true;
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
  /**
   * The call that the leg belongs to: its legs will be joined, so a network of several servers carries them on one. The call
   * of an inbound leg has the leg's id.
   */
  callId?: string;
  /** Where the dial plan sends it. Absent: there is no dial plan, the network goes by `to`. */
  route?: DialRoute;
}

/**
 * `device`: a phone of the installation, by its DN (`switch.phones` in the configuration). `trunk`: out of the house, by the
 * trunks in the order in which they are to be tried (the next one when the call was not taken: `congestion`), each with the
 * numbers as that trunk wants them.
 */
export type DialRoute =
  | { kind: 'device'; device: string }
  | { kind: 'trunk'; hops: readonly { trunk: string; to: string; from: string }[] };

/**
 * `file`: an audio address, once or over and over, for `durationMs` at most. `text`: spoken. `digits`: spoken one by one, or
 * as what they mean. `tone`: for `durationMs`, endless without. `sequence`: one after the other.
 */
export type Media =
  | { kind: 'file'; url: string; loop?: boolean; durationMs?: number }
  | { kind: 'text'; text: string; language?: string }
  | { kind: 'digits'; digits: string; as: 'digits' | 'date' | 'time' | 'phone' | 'money' | 'number'; language?: string }
  | { kind: 'tone'; tone: 'music' | 'ringback' | 'busy' | 'fastbusy' | 'silence'; durationMs?: number }
  | { kind: 'sequence'; parts: readonly Media[] };

export interface CollectRequest {
  maxDigits: number;
  /** Digits that end the input and are not part of it, such as `#`. */
  terminators: string;
  /** Milliseconds from the start, for the first digit. */
  firstDigitTimeoutMs: number;
  /** Milliseconds from one digit to the next; default: as long as `totalTimeoutMs` lasts. */
  digitTimeoutMs?: number;
  /** Milliseconds from the start, for all of it. */
  totalTimeoutMs: number;
  /** Played first; the times count from its end, or from the first digit that interrupts it. */
  prompt?: { media: Media; interruptible: boolean };
  /** Digits that end the input as `aborted`. */
  abort?: string;
  /** Digits that take back the one before. */
  backspace?: string;
  /** Digits that take back everything. */
  reset?: string;
  /** Digits that count for nothing. */
  ignore?: string;
  /** Whether what was keyed in before the start counts for nothing. */
  clear?: boolean;
}

/** Why a collect is over; `ended`: the leg is. */
export type CollectReason = 'complete' | 'timeout' | 'aborted' | 'ended';

export interface RecordRequest {
  /** Played first. */
  prompt?: Media;
  beep: boolean;
  /** Milliseconds of recording at most. */
  maxMs: number;
  /** Milliseconds of silence that end it; absent: none do. */
  silenceMs?: number;
  /** Digits that end it. */
  terminators: string;
}

export interface ApplicationRequest {
  /** Address of the document, or the name by which the network knows it. */
  url: string;
  language?: string;
  /** What the application gets to know. */
  parameters: JsonObject;
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

/** What a network knows of one leg; a network that does not remember a leg that ended says `known: false`. */
export interface LegReport {
  legId: string;
  known: boolean;
  state?: LegState;
  cause?: Cause;
  dialedAt?: number;
  ringingAt?: number;
  answeredAt?: number;
  endedAt?: number;
  progress?: CallProgress;
  /** The bridge that the leg is in now, and since when. */
  bridgeId?: string;
  joinedAt?: number;
}

/** `userData`: what the application attached to the call. `error`: it could not be fetched or run, or the leg ended. */
export interface ApplicationOutcome {
  result: JsonObject;
  userData?: JsonObject;
  error?: { error: string; description: string };
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
      reason: CollectReason;
      at: number;
    }
  | {
      type: 'recorded';
      legId: string;
      recordId: string;
      /** Where it can be heard, as `play` takes it. */
      url: string;
      durationMs: number;
      reason: 'complete' | 'silence' | 'timeout' | 'ended';
      at: number;
    }
  | { type: 'application'; legId: string; runId: string; outcome: ApplicationOutcome; at: number }
  | { type: 'inbound'; legId: string; from: string; to: string; at: number; userData?: JsonObject }
  | { type: 'device'; device: string; state: 'offline' | 'idle' | 'ringing' | 'busy'; at: number };
