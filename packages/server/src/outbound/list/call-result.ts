/**
 * Results of calls: GctiCallState, the values of the column `call_result` (original's "Defined Constants"; names as the
 * documentation writes them). What each means for statistics is our reading of spec outbound.md 4.5.
 */
const RESULTS = [
  ['Ok', 'none'],
  ['Transferred', 'telephony'],
  ['Conferenced', 'telephony'],
  ['General Error', 'system'],
  ['System Error', 'system'],
  ['Remote Release', 'telephony'],
  ['Busy', 'no-contact'],
  ['No Answer', 'no-contact'],
  ['SIT Detected', 'no-contact'],
  ['Answering Machine Detected', 'machine'],
  ['All Trunks Busy', 'system'],
  ['SIT Invalid Number', 'no-contact'],
  ['SIT VC (Vacant Code)', 'no-contact'],
  ['SIT IC (Intercept)', 'no-contact'],
  ['SIT Unknown Call State', 'no-contact'],
  ['SIT NC (No Circuit)', 'no-contact'],
  ['SIT RO (Reorder)', 'no-contact'],
  ['Fax Detected', 'machine'],
  ['Queue Full', 'telephony'],
  ['Cleared', 'telephony'],
  ['Overflowed', 'telephony'],
  ['Abandoned', 'abandoned'],
  ['Redirected', 'telephony'],
  ['Forwarded', 'telephony'],
  ['Consult', 'telephony'],
  ['Pickedup', 'telephony'],
  ['Dropped', 'abandoned'],
  ['Dropped on No Answer', 'abandoned'],
  ['Unknown Call Result', 'none'],
  ['Covered', 'telephony'],
  ['Converse-On', 'telephony'],
  ['Bridged', 'telephony'],
  ['Silence', 'none'],
  ['Answer', 'live-answer'],
  ['NU Tone', 'no-contact'],
  ['No Dial Tone', 'no-contact'],
  ['No Progress', 'no-contact'],
  ['No RingBack Tone', 'no-contact'],
  ['No Established Detected', 'no-contact'],
  ['Pager Detected', 'machine'],
  ['Wrong Party', 'live-answer'],
  ['Dial Error', 'system'],
  ['Call Drop Error', 'system'],
  ['Switch Error', 'system'],
  ['No Free Port Error', 'system'],
  ['Transfer Error', 'system'],
  ['Stale', 'system'],
  ['Agent CallBack Error', 'none'],
  ['Group CallBack Error', 'none'],
  ['Deafened', 'telephony'],
  ['Held', 'telephony'],
  ['Do Not Call', 'none'],
  ['Cancel Record', 'none'],
  ['Wrong Number', 'none'],
] as const;

export type CallResultCategory = (typeof RESULTS)[number][1];

/** The results that the product itself decides upon, by the name of the constant. */
export const CallResult = {
  GeneralError: 3,
  SystemError: 4,
  Busy: 6,
  NoAnswer: 7,
  SitDetected: 8,
  AnsweringMachine: 9,
  AllTrunksBusy: 10,
  SitInvalidNumber: 11,
  SitNoCircuit: 15,
  Fax: 17,
  Abandoned: 21,
  Dropped: 26,
  Unknown: 28,
  Silence: 32,
  Answer: 33,
  WrongParty: 40,
  DialError: 41,
  SwitchError: 43,
  NoFreePort: 44,
  TransferError: 45,
  Stale: 46,
  AgentCallbackError: 47,
  GroupCallbackError: 48,
  DoNotCall: 51,
  CancelRecord: 52,
  WrongNumber: 53,
} as const;

/** A number of the table: 0 to 53. */
export type CallResult = number;

export function isCallResult(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < RESULTS.length;
}

/** The documentation's name of a result; undefined for a number that is none. */
export function callResultName(result: CallResult): string | undefined {
  return RESULTS[result]?.[0];
}

/** What a result counts as; `none` for a number that is no result. */
export function callResultCategory(result: CallResult): CallResultCategory {
  return RESULTS[result]?.[1] ?? 'none';
}

const BY_NAME: ReadonlyMap<string, number> = new Map([
  ...RESULTS.map(([name], value) => [plain(name), value] as const),
  ...Object.entries(CallResult).map(([name, value]) => [plain(name), value] as const),
]);

/**
 * A result by number or name, in any spelling that differs in case, blanks and punctuation alone (`NoAnswer`,
 * `no answer`, `7`).
 */
export function readCallResult(value: unknown): CallResult | undefined {
  if (typeof value === 'number') return isCallResult(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d{1,3}$/.test(text)) return isCallResult(Number(text)) ? Number(text) : undefined;
  return BY_NAME.get(plain(text));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
