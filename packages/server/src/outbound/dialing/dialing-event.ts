import type { Transaction } from '../../store/index.js';

/** Which record, in which campaign group, an event is about. */
export interface RecordReference {
  list: string;
  recordId: number;
  chainId: number;
  chainN: number;
  /** Run-time handle of the record. */
  handle: number;
}

/** One attempt to reach a record's number. Times: milliseconds since 1970. */
export interface AttemptFacts extends RecordReference {
  /** `GSW_CALL_ATTEMPT_GUID`; also the id of the call. */
  attempt: string;
  phone: string;
  agentId?: string;
  dialedAt?: number;
  answeredAt?: number;
  /** When the customer and an agent, or an IVR, were connected. */
  connectedAt?: number;
  endedAt?: number;
}

/**
 * What happens while a campaign group dials: the material of statistics, of the stop conditions of sequences and of the
 * reports over HTTP. Handlers run inside the transaction that stores what has happened.
 *
 * - `dial`: a call is placed (DialMade). `blocked`: it was not, and why.
 * - `result`: the attempt has its call result (Dial...). Results 21 and 26 are abandoned calls.
 * - `contact`: a customer was connected with an agent or an IVR.
 * - `call-ended`: the attempt's call is over; what the agent does with the record may follow.
 * - `chain-processed`: a negative result is about to be treated, or the desktop has finalised the record (once per try).
 * - `record-finalized`: a record of the chain got its final status (Lead...).
 * - `callback-scheduled`, `-completed`, `-missed`: `personal` tells whose; `records-scheduled`: a redial was stored in the list.
 * - `agent-error`: a record was marked so. `records-not-processed`: went back to the list untouched.
 * - `waiting`: begins (`on`) or ends to wait for records, ports or agents.
 */
export type DialingEvent = { at: number; group: number; campaign: string } & (
  | ({ type: 'dial' } & AttemptFacts)
  | ({ type: 'blocked'; result: number; why: string } & AttemptFacts)
  | ({ type: 'result'; result: number } & AttemptFacts)
  | ({ type: 'contact' } & AttemptFacts)
  | ({ type: 'call-ended'; result: number } & AttemptFacts)
  | ({ type: 'chain-processed'; result: number; attempt?: string } & RecordReference)
  | ({ type: 'record-finalized'; result: number; status: number } & RecordReference)
  | ({ type: 'callback-scheduled' | 'callback-completed' | 'callback-missed'; personal: boolean } & RecordReference)
  | ({ type: 'records-scheduled'; scheduledAt: number } & RecordReference)
  | ({ type: 'agent-error' } & RecordReference)
  | { type: 'records-not-processed'; list: string; records: number }
  | { type: 'waiting'; for: 'records' | 'ports' | 'agents'; on: boolean }
);

export type DialingEventHandler = (tx: Transaction, event: DialingEvent) => Promise<void>;
