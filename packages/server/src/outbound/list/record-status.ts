/** States of records: CfgField `record_status` (original's "Defined Constants"). */
export const RecordStatus = {
  NoRecordStatus: 0,
  Ready: 1,
  Retrieved: 2,
  Updated: 3,
  Stale: 4,
  Cancelled: 5,
  AgentError: 6,
  ChainUpdated: 7,
  MissedCallBack: 8,
  ChainReady: 9,
} as const;

export type RecordStatus = (typeof RecordStatus)[keyof typeof RecordStatus];
export type RecordStatusName = keyof typeof RecordStatus;

/** What happens to a record. */
export type RecordInput =
  /** A campaign group takes the chain into its buffer. */
  | 'retrieve'
  /** It goes back to the list undialed, as it was: unload, rejection at the end, crash. */
  | 'give-back'
  /** It goes back marked as stale: it could not be dialed before the campaign ended. */
  | 'expire'
  /** A treatment or an agent sets a time for the next attempt on this record. */
  | 'schedule'
  /** Another record of its chain is active or scheduled. */
  | 'wait-for-chain'
  /** Its processing is over. */
  | 'finalize'
  /** The processing of its chain is over, by another record. */
  | 'finalize-with-chain'
  | 'cancel'
  /** A treatment: Mark as Agent Error. */
  | 'mark-agent-error'
  /** A callback could not be made in its window. */
  | 'miss-callback'
  /** The number or the customer must not be called. */
  | 'do-not-call';

const { Ready, Retrieved, Updated, Stale, Cancelled, AgentError, ChainUpdated, MissedCallBack, ChainReady } =
  RecordStatus;

/**
 * The life cycle of a record (spec outbound.md 4.4): state and input to the next state. What is not in the table does
 * not happen: the record stays as it is.
 *
 * Final are Updated, Stale, Cancelled, AgentError, ChainUpdated and MissedCallBack; only an administrator or a new
 * import makes such a record Ready again.
 */
const TRANSITIONS: Readonly<Partial<Record<RecordStatus, Partial<Record<RecordInput, RecordStatus>>>>> = {
  [Ready]: {
    retrieve: Retrieved,
    schedule: Ready,
    'wait-for-chain': ChainReady,
    'finalize-with-chain': ChainUpdated,
    cancel: Cancelled,
    'miss-callback': MissedCallBack,
    'do-not-call': Updated,
  },
  [ChainReady]: {
    retrieve: Retrieved,
    schedule: Ready,
    'finalize-with-chain': ChainUpdated,
    cancel: Cancelled,
    'do-not-call': Updated,
  },
  [Retrieved]: {
    'give-back': Ready,
    expire: Stale,
    schedule: Ready,
    'wait-for-chain': ChainReady,
    finalize: Updated,
    'finalize-with-chain': ChainUpdated,
    cancel: Cancelled,
    'mark-agent-error': AgentError,
    'miss-callback': MissedCallBack,
    'do-not-call': Updated,
  },
};

export const recordInputs = [
  'retrieve',
  'give-back',
  'expire',
  'schedule',
  'wait-for-chain',
  'finalize',
  'finalize-with-chain',
  'cancel',
  'mark-agent-error',
  'miss-callback',
  'do-not-call',
] as const satisfies readonly RecordInput[];

/** The state after `input`; undefined when that does not happen to a record in this state. */
export function nextStatus(status: RecordStatus, input: RecordInput): RecordStatus | undefined {
  return TRANSITIONS[status]?.[input];
}

/** Whether nothing more is going to happen to the record by itself. */
export function isFinal(status: RecordStatus): boolean {
  return TRANSITIONS[status] === undefined;
}
