const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;

const UNIT_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3600 * SECOND_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  M: 30 * DAY_MS,
  y: 365 * DAY_MS,
};

/**
 * Reads the original's notation of how long something is kept: a number and one letter out of s, m, h, d, w (7 days),
 * M (30 days), y (365 days), as in `5y` (CS User's Guide, "Conversation Expiration").
 * @returns milliseconds, or undefined when the text is no such period
 */
export function parseRetentionPeriod(text: string): number | undefined {
  const match = /^\s*(\d{1,6})\s*([smhdwMy])\s*$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
}
