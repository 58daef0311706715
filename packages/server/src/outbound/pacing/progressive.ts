/**
 * Calls to place in the progressive modes (CX Contact, "Pacing Options"): `floor(m * (ready - queued - dialing / m))`.
 * @param linesPerAgent m: calls per agent who is ready; 1 never lets a customer wait
 */
export function progressiveDials(
  { ready, queued, dialing }: { ready: number; queued: number; dialing: number },
  linesPerAgent = 1,
): number {
  // Multiplied out, so that 0.7 * 10 is not 6.999999999999999.
  return Math.max(0, Math.floor(linesPerAgent * (ready - queued) - dialing + 1e-9));
}
