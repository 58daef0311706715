import type { Timer } from '../../kernel/index.js';
import type { IncomingCall } from '../sip/incoming-call.js';
import type { Sdp } from '../sip/sdp.js';
import type { Session, SessionRecord } from '../sip/session.js';
import type { Peer } from '../sip/transport.js';
import type { Cause, LegState } from '../switch.js';
import type { Dialing } from './dialing.js';

/** An INVITE that is under way, as it takes to cancel or to answer it in a later life. */
export interface StoredInvite {
  /** The message as text; ours without Via, those of others as received. */
  text: string;
  peer: Peer;
  /** Of ours. */
  branch?: string;
  /** The tag that we gave to that of somebody else. */
  localTag?: string;
}

/** What is stored of a leg. Times: milliseconds since 1970. */
export interface LegRecord {
  id: string;
  direction: 'inbound' | 'outbound';
  /** That was called. */
  number: string;
  from: string;
  /** The phone of the installation at its other end. */
  device?: string;
  trunk?: string;
  state: LegState;
  cause?: Cause;
  dialedAt?: number;
  ringingAt?: number;
  answeredAt?: number;
  endedAt?: number;
  bridgeId?: string;
  joinedAt?: number;
  held: boolean;
  invites: StoredInvite[];
  session?: SessionRecord;
}

/** A leg that is up in this life: what is stored of it, and what carries it. */
export interface CarriedLeg {
  record: LegRecord;
  /** As long as it is dialed. */
  dialing?: Dialing;
  /** As long as it waits to be answered by us. */
  incoming?: IncomingCall;
  /** From the answer on. */
  session?: Session;
  /** The offer that the party made with its answer, until it is answered in the ACK. */
  open?: OpenOffer;
  /** What the partner offers to this party's question, until this one has answered. */
  relayed?: (answer?: Sdp) => void;
  ringTimer?: Timer;
}

export interface OpenOffer {
  offer: Sdp;
  acknowledge(answer: Sdp): void;
  timer: Timer;
}
