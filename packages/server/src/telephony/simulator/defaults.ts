/**
 * A party to whom nobody talks yet waits at least this long before it hangs up, even if it would talk for a shorter time:
 * people who are put through wait longer than they talk to nobody. Milliseconds.
 */
export const PATIENCE_MS = 5000;

/** How a party behaves whom nobody has described (interface.md section 4 gives the names, the values are ours). */
export const DEFAULT_PARTY = { outcome: 'answer', ringMs: 1000, talkMs: 5000, digits: '' } as const;

/** How an agent behaves of whom not everything is described. */
export const DEFAULT_AGENT = {
  auto: false,
  answerSeconds: 1,
  wrapSeconds: 2,
  preview: 'accept',
  disposition: {},
} as const;

export const DEFAULT_SEED = 1;

/** How long an audio file or a text is heard, milliseconds. */
export const PROMPT_MS = 1000;

/** How long a party takes for each digit that it keys in, milliseconds. */
export const DIGIT_MS = 200;

/** How long a party speaks that is recorded, and how long a voice application runs, milliseconds. */
export const RECORD_MS = 3000;
export const APPLICATION_MS = 1000;

/** How long after the answer call progress detection has its result, milliseconds. */
export const CALL_PROGRESS_MS = 300;

/** So many ended calls fill one segment of the ledger. */
export const SEGMENT_CALLS = 50_000;

/** So many full segments are kept beside the current one: the last 100,000 ended calls at least. */
export const KEPT_SEGMENTS = 2;
