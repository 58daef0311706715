import { RingbackError } from '../kernel/index.js';

/**
 * Every error that outbound answers with, in the numbers and texts that clients compare.
 *
 * Two number ranges, as the two protocols of the original have: 3 to 17 are `GSW_CM_AttrError` (reference 002,
 * "Enumeration Values for GSW_CM_AttrError"; 16 and 17 are of later releases), 101 to 114 are `GSW_ERROR_NUMBER` of the
 * desktop protocol. A text that ends in a colon is completed with the name of the attribute that is wrong.
 */
const CATALOGUE = {
  'campaign-not-found': { number: 3, text: 'Campaign not found' },
  'campaign-not-loaded': { number: 4, text: 'Campaign not loaded' },
  'campaign-already-loaded': { number: 5, text: 'Campaign already loaded' },
  'campaign-not-started': { number: 6, text: 'Campaign not started' },
  'campaign-already-started': { number: 7, text: 'Campaign already started' },
  'group-not-found': { number: 8, text: 'Group not found' },
  'group-campaign-not-found': { number: 9, text: 'Campaign is not configured for the group' },
  'invalid-parameter': { number: 10, text: 'Invalid parameter:' },
  'invalid-campaign-mode': { number: 11, text: 'Invalid campaign mode' },
  'invalid-campaign-schedule': { number: 12, text: 'Invalid campaign schedule' },
  'campaign-schedule-not-found': { number: 13, text: 'Campaign schedule not found' },
  'invalid-campaign-schedule-mode': { number: 14, text: 'Invalid campaign schedule mode' },
  'license-violation': { number: 15, text: 'License violation' },
  'wrong-configuration': { number: 16, text: 'Wrong configuration:' },
  'part-of-sequence': { number: 17, text: 'Campaign is part of a sequence' },

  'no-records-available': { number: 101, text: 'No Records Available' },
  'unknown-request': { number: 102, text: 'Unknown request type' },
  'invalid-attribute': { number: 103, text: 'Missing or invalid attribute:' },
  'record-handle-not-found': { number: 104, text: 'Record handle not found' },
  'desktop-campaign-not-found': { number: 105, text: 'Campaign not found' },
  'desktop-campaign-not-loaded': { number: 106, text: 'Campaign not loaded' },
  'not-in-preview-mode': { number: 107, text: 'Campaign not running / not in preview mode' },
  'calling-list-not-found': { number: 108, text: 'Calling list not found' },
  'agent-not-in-group': { number: 109, text: 'Agent not in the campaign group' },
  'preview-start-required': { number: 110, text: 'PreviewDialingModeStart required' },
  'record-finalized': { number: 111, text: 'Record already finalized' },
  'invalid-date-time': { number: 112, text: 'Invalid date/time' },
  'cannot-insert-record': { number: 113, text: 'Cannot insert record' },
  'desktop-limit-exceeded': { number: 114, text: 'Limit of records on desktop exceeded' },
} as const satisfies Record<string, { number: number; text: string }>;

export type OutboundErrorCode = keyof typeof CATALOGUE;

export const outboundErrorCodes = Object.keys(CATALOGUE) as readonly OutboundErrorCode[]; // exactly the keys of the table

/**
 * An error of the outbound protocols. `code` is the name of its row, `number` what the protocols send, `message` the text.
 * `subject` is the attribute that is wrong, by its key in the protocol (`GSW_PHONE`), or what is wrong with it.
 */
export class OutboundError extends RingbackError {
  readonly number: number;

  constructor(
    override readonly code: OutboundErrorCode,
    readonly subject?: string,
    options?: ErrorOptions,
  ) {
    super(code, outboundErrorText(code, subject), [], options);
    this.name = 'OutboundError';
    this.number = CATALOGUE[code].number;
  }
}

/** The text of an error: `Invalid parameter: GSW_PHONE`; without a subject only what stands before the colon. */
export function outboundErrorText(code: OutboundErrorCode, subject?: string): string {
  const { text } = CATALOGUE[code];
  const head = text.replace(/:$/, '');
  return subject === undefined ? head : `${head}: ${subject}`;
}
