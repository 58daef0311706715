import type { SecureContextOptions } from 'node:tls';
import type { Activity, Clock, Logger, Random } from '../../kernel/index.js';
import type { Sql } from '../../store/sql.js';
import type { DigestAlgorithm } from './digest.js';
import type { Names } from './locate.js';
import type { TransactionTimes } from './transaction.js';
import type { Protocol, SipTransport } from './transport.js';

/** What a SIP switch is told: where it listens, whose phones register with it, and which trunks lead to the network. */
export interface SipSwitchSettings {
  /** Under which name this switch keeps its legs and registrations, so that several share a database. Default `sip`. */
  name?: string;
  /** Where to listen for each transport; port 0: any free one. What is absent is not spoken. Taken over at the start. */
  listen: Partial<Record<Protocol, { host: string; port: number }>>;
  /** The address that others are told, where it differs from the one that is listened on. */
  publicHost?: string;
  /** Certificate and key (PEM) to listen on TLS. */
  tls?: SecureContextOptions;
  /** Certificates (PEM) that those of others are checked against; default: the platform's. */
  authorities?: string;
  /** The domain of the addresses of agents' phones, and the realm of their passwords. Default: the address listened on. */
  domain?: string;
  /** The phones that may register: one per DN. */
  users?: readonly SipUser[];
  registration?: SipRegistrationSettings;
  /** In the order in which they are tried, where the request names no route. */
  trunks?: readonly SipTrunk[];
  /** Whether calls are taken from addresses that are no trunk's and of no registered phone. Default false: 403. */
  openInbound?: boolean;
  /** Seconds after which a call is renewed, or found to be dead (RFC 4028); at least 90, 0: never. Default 1,800. */
  sessionSeconds?: number;
  /**
   * Milliseconds for which the offer of a party that has answered is kept for its partner (RFC 3725, flow I) before it is
   * answered with silence. Default 5,000: before the ACK a party cannot hang up.
   */
  offerMs?: number;
  /** Milliseconds without any reply after which the next trunk is tried. Default 5,000. */
  noReplyMs?: number;
}

/** A phone of the installation. */
export interface SipUser {
  /** Its DN: the user of its address, and by what it is dialed. */
  name: string;
  password: string;
  /** The user of its credentials where it is another. */
  authUser?: string;
}

/** How long registrations hold. */
export interface SipRegistrationSettings {
  /** Seconds for phones that name none. Default 3,600. */
  defaultSeconds?: number;
  /** Default 60; shorter ones are refused with 423. */
  minSeconds?: number;
  /** Default 7,200; longer ones are shortened. */
  maxSeconds?: number;
  /** Contacts of one phone at once. Default 8. */
  maxContacts?: number;
  /**
   * By which algorithms phones prove their passwords, preferred first. Default MD5 alone: many phones fail when they are asked
   * for another beside it.
   */
  algorithms?: readonly DigestAlgorithm[];
}

/** A way to the telephone network. */
export interface SipTrunk {
  name: string;
  /** Name or IP address of the other side. */
  host: string;
  /** Default: what the SRV records of the name say (RFC 3263), else 5060, over TLS 5061. */
  port?: number;
  /** Default `UDP`. */
  protocol?: Protocol;
  /** Where everything is sent first: an outbound proxy. */
  proxy?: { host: string; port?: number };
  /** With which challenges of the other side are answered. */
  credentials?: { username: string; password: string };
  /** Registers there, so that calls come in over it. Needs `credentials`. */
  register?: { /** Default 3,600. */ seconds?: number };
  /** The domain of our addresses towards it. Default: `host`. */
  domain?: string;
  /**
   * The user of `From` in every call, where the other side knows its customers by that; the caller's number then stands in
   * `P-Asserted-Identity`.
   */
  fromUser?: string;
  /** Milliseconds between the checks that it lives (OPTIONS); 0: none. Default 30,000. */
  healthMs?: number;
  /**
   * `delayed`: the party makes the offer when it answers (RFC 3725, flow I), so that one exchange connects it. `held`: it is
   * offered silence first (flow III), for networks that take no call without a session description. Default `delayed`.
   */
  offer?: 'delayed' | 'held';
  /** Calls at once; more go to the next trunk. Default: no limit. */
  maxCalls?: number;
  /** Further addresses from which its calls come in: IP addresses. */
  from?: readonly string[];
}

/** What a `SipSwitch` is made of. */
export interface SipSwitchParts {
  settings: SipSwitchSettings;
  database: Sql;
  clock: Clock;
  activity: Activity;
  log: Logger;
  random: Random;
  /** Whether calls to this number are taken; default: all are. Others are answered 404. */
  accepts?: (number: string) => boolean;
  /** What carries the messages; default: sockets as the settings say. */
  transport?: SipTransport;
  /** What names of trunks mean; default: the domain name system. */
  names?: Names;
  /** The timers of RFC 3261; default `TIMES`. */
  times?: TransactionTimes;
}
