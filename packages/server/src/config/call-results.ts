/**
 * Results of calls: GctiCallState, the values of the column `call_result` and of treatments, by number (original's "Defined
 * Constants"; names as the documentation writes them).
 */
export const callResultNames = [
  'Ok',
  'Transferred',
  'Conferenced',
  'General Error',
  'System Error',
  'Remote Release',
  'Busy',
  'No Answer',
  'SIT Detected',
  'Answering Machine Detected',
  'All Trunks Busy',
  'SIT Invalid Number',
  'SIT VC (Vacant Code)',
  'SIT IC (Intercept)',
  'SIT Unknown Call State',
  'SIT NC (No Circuit)',
  'SIT RO (Reorder)',
  'Fax Detected',
  'Queue Full',
  'Cleared',
  'Overflowed',
  'Abandoned',
  'Redirected',
  'Forwarded',
  'Consult',
  'Pickedup',
  'Dropped',
  'Dropped on No Answer',
  'Unknown Call Result',
  'Covered',
  'Converse-On',
  'Bridged',
  'Silence',
  'Answer',
  'NU Tone',
  'No Dial Tone',
  'No Progress',
  'No RingBack Tone',
  'No Established Detected',
  'Pager Detected',
  'Wrong Party',
  'Dial Error',
  'Call Drop Error',
  'Switch Error',
  'No Free Port Error',
  'Transfer Error',
  'Stale',
  'Agent CallBack Error',
  'Group CallBack Error',
  'Deafened',
  'Held',
  'Do Not Call',
  'Cancel Record',
  'Wrong Number',
] as const;

export function isCallResult(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < callResultNames.length;
}

/** The documentation's name of a result; undefined for a number that is none. */
export function callResultName(result: number): string | undefined {
  return callResultNames[result];
}

/** Shorter names in use: those of the original's programming interface. */
const FURTHER_NAMES: Readonly<Record<string, number>> = {
  AnsweringMachine: 9,
  AnswerMachine: 9,
  InvalidNumber: 11,
  Fax: 17,
  Unknown: 28,
};

const BY_NAME: ReadonlyMap<string, number> = new Map([
  ...callResultNames.map((name, value) => [plain(name), value] as const),
  ...Object.entries(FURTHER_NAMES).map(([name, value]) => [plain(name), value] as const),
]);

/**
 * A result by number or name, in any spelling that differs in case, blanks and punctuation alone (`NoAnswer`,
 * `no answer`, `7`).
 */
export function readCallResult(value: unknown): number | undefined {
  if (typeof value === 'number') return isCallResult(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d{1,3}$/.test(text)) return isCallResult(Number(text)) ? Number(text) : undefined;
  return BY_NAME.get(plain(text));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
