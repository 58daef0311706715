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

export type CallResultCategory =
  /** A person answered. */
  | 'live-answer'
  | 'no-contact'
  | 'machine'
  /** Something on our side failed. */
  | 'system'
  /** A person answered and nobody of ours was there. */
  | 'abandoned'
  /** Known to telephony, never the final result of a record. */
  | 'telephony'
  | 'none';

/** What a result counts as in statistics: our reading of spec outbound.md 4.5. */
const CATEGORIES: Readonly<Record<Exclude<CallResultCategory, 'none'>, readonly number[]>> = {
  'live-answer': [33, 40],
  'no-contact': [6, 7, 8, 11, 12, 13, 14, 15, 16, 34, 35, 36, 37, 38],
  machine: [9, 17, 39],
  system: [3, 4, 10, 41, 42, 43, 44, 45, 46],
  abandoned: [21, 26, 27],
  telephony: [1, 2, 5, 18, 19, 20, 22, 23, 24, 25, 29, 30, 31, 49, 50],
};

const CATEGORY_OF: ReadonlyMap<number, CallResultCategory> = new Map(
  // The keys of the table above are categories.
  Object.entries(CATEGORIES).flatMap(([category, results]) =>
    results.map((result) => [result, category as CallResultCategory] as const),
  ),
);

/** What a result counts as; `none` for a number that is no result. */
export function callResultCategory(result: CallResult): CallResultCategory {
  return CATEGORY_OF.get(result) ?? 'none';
}
