/** A stretch of time, in milliseconds since 1970. Half open: `start` belongs to it, `end` does not. */
export interface Period {
  start: number;
  end: number;
}

/** The same time as ordered periods that neither touch nor overlap. */
export function union(periods: readonly Period[]): Period[] {
  const merged: Period[] = [];
  for (const period of [...periods].sort((a, b) => a.start - b.start)) {
    if (period.end <= period.start) continue;
    const last = merged.at(-1);
    if (last && period.start <= last.end) last.end = Math.max(last.end, period.end);
    else merged.push({ ...period });
  }
  return merged;
}

/** The time that both have. */
export function intersection(one: readonly Period[], other: readonly Period[]): Period[] {
  const shared: Period[] = [];
  for (const a of one) {
    for (const b of other) {
      const start = Math.max(a.start, b.start);
      const end = Math.min(a.end, b.end);
      if (start < end) shared.push({ start, end });
    }
  }
  return union(shared);
}

/** The time of `periods` without that of `removed`. */
export function difference(periods: readonly Period[], removed: readonly Period[]): Period[] {
  let left = union(periods);
  for (const hole of removed) {
    left = left.flatMap((period) => [
      { start: period.start, end: Math.min(period.end, hole.start) },
      { start: Math.max(period.start, hole.end), end: period.end },
    ]);
    left = left.filter((period) => period.start < period.end);
  }
  return left;
}

/** True when one of the ordered, disjoint `periods` contains the instant `at`; binary search. */
export function contains(periods: readonly Period[], at: number): boolean {
  let low = 0;
  let high = periods.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const period = periods[middle];
    if (!period) return false;
    if (at < period.start) high = middle;
    else if (at >= period.end) low = middle + 1;
    else return true;
  }
  return false;
}
