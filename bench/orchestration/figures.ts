/** One round of a closed loop. */
export interface Round {
  count: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Each of `workers` does one thing after the other for `seconds`. */
export async function measure(
  workers: number,
  seconds: number,
  once: (worker: number) => Promise<void>,
): Promise<Round> {
  const taken: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      for (let before = performance.now(); before < end; ) {
        await once(worker);
        const after = performance.now();
        taken.push(after - before);
        before = after;
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  const sorted = Float64Array.from(taken).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { count: taken.length, perSecond: taken.length / elapsed, p50: at(0.5), p99: at(0.99) };
}

/** The round in the middle, by rate. */
export function middle(rounds: readonly Round[]): Round {
  const sorted = [...rounds].sort((a, b) => a.perSecond - b.perSecond);
  return sorted[Math.floor(sorted.length / 2)] ?? { count: 0, perSecond: Number.NaN, p50: Number.NaN, p99: Number.NaN };
}
