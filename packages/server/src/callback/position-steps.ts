/** Where somebody stands: place (1 = first) and expected wait in seconds. */
export interface ToldPosition {
  position: number;
  ewtSeconds: number;
}

/** An expected wait from here on is none: nobody is logged in who could serve. */
const UNKNOWN_S = 10_000;
/** A change of this share of what was told is worth telling, but none below the least one. */
const STEP = 0.1;
const LEAST_S = 5;
const LEAST_PLACES = 1;

/** Whether what is known now differs enough from what was told. @param told undefined: nothing yet */
export function isWorthTelling(told: ToldPosition | undefined, now: ToldPosition): boolean {
  if (!told) return true;
  if (isKnown(told) !== isKnown(now)) return true;
  const places = Math.abs(now.position - told.position);
  if (places >= Math.max(LEAST_PLACES, told.position * STEP)) return true;
  return isKnown(now) && Math.abs(now.ewtSeconds - told.ewtSeconds) >= Math.max(LEAST_S, told.ewtSeconds * STEP);
}

/**
 * When to look again, in milliseconds: after half of the expected wait; where nobody can say how long that is, the later
 * the farther back.
 */
export function nextLook(standing: ToldPosition | undefined, { least, most }: { least: number; most: number }): number {
  if (!standing) return most;
  const seconds = isKnown(standing) ? standing.ewtSeconds / 2 : standing.position;
  return Math.min(Math.max(seconds * 1000, least), Math.max(least, most));
}

function isKnown({ ewtSeconds }: ToldPosition): boolean {
  return ewtSeconds >= 0 && ewtSeconds < UNKNOWN_S;
}
