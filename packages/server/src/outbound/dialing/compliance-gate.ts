import type { Transaction } from '../../store/index.js';

/** What the rules may ask of a record of a calling list. */
export interface DialedRecord {
  list: string;
  recordId: number;
  chainId: number;
  recordType: number;
  /** IANA zone. */
  zone: string;
  /** User-defined columns. */
  custom: Readonly<Record<string, string | number>>;
}

/** Whom a dial would reach, and on whose behalf. */
export interface DialSubject {
  record: DialedRecord;
  /** The number as it is dialed, and the form in which numbers are compared (E.164, else the digits). */
  phone: string;
  phoneKey: string;
  /** Value of the column that identifies the customer, if one is configured and filled. */
  customerId?: string;
  campaign: string;
  /** DBID of the campaign group. */
  group: number;
  /** Options of the campaign group, then of the campaign, then of the server: `jurisdiction` and the like. */
  option(name: string): string | undefined;
  /** Whether an agent is certain to be there when the person answers (preview, engaged agent). */
  agentGuaranteed: boolean;
}

/** Blocked: by which rule, in words; `until` (milliseconds since 1970) is absent when the record may never be dialed. */
export type ComplianceVerdict = { allowed: true } | { allowed: false; rule: string; reason: string; until?: number };

/** An attempt that is about to be dialed, to be reserved in the ledger. */
export interface AttemptReservation extends DialSubject {
  attempt: string;
  at: number;
  /** Caller number shown. */
  from: string;
}

/** How an attempt went, for the ledger. */
export interface AttemptOutcome {
  attempt: string;
  at: number;
  /** Call result of the original (spec 4.5). */
  result: number;
  answeredLive: boolean;
  abandoned: boolean;
  /** From the answer to the connection with an agent. */
  secondsToAgent?: number;
}

/**
 * What dialing asks before it dials anybody (compliance.md 3.5): once when a record is selected, and again, under the
 * lock of the ledger, at the moment of dialing, so that two campaigns cannot both pass.
 */
export interface ComplianceGate {
  /** Reads nothing: windows, number ranges and whatever else the record and the time alone decide. */
  check(subject: DialSubject, now: number): ComplianceVerdict;
  /** What `check` has said has kept a record from being dialed: counted, as `reserve` counts what it forbids. */
  forbidden(tx: Transaction, campaign: string, rule: string, at: number): Promise<void>;
  /** Checks everything, caps and silences too, and enters the attempt into the ledger if it is allowed. */
  reserve(tx: Transaction, attempt: AttemptReservation): Promise<ComplianceVerdict>;
  /** The attempt has its result. A repetition of the same attempt has no further effect. */
  settle(tx: Transaction, outcome: AttemptOutcome): Promise<void>;
  /**
   * The shares of answered calls that jurisdictions let find nobody.
   * @param options values of option `jurisdiction`
   */
  abandonmentLimits(options: readonly (string | undefined)[]): readonly { share: number }[];
  /** The attempt was reserved and never dialed: it does not count. */
  withdraw(tx: Transaction, attempt: string): Promise<void>;
}
