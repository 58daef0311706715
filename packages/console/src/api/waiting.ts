import { useQuery } from '@tanstack/react-query';
import { isObject, type Members, number, objects, text } from './json.js';
import { request } from './request.js';

/** The estimate moves with every call that begins or ends. */
const REFRESH_MS = 15_000;

/** Seconds that stand for "nobody is logged in who could serve" (docs/waiting.md). */
const UNKNOWN_SECONDS = 10_000;

/** The wait of somebody who joined a virtual queue now, in seconds; 80 of 100 waits end between low and high. */
export interface PredictedWait {
  queue: string;
  /** Absent where it is unknown: nobody is logged in who could serve. */
  estimate?: { low: number; expected: number; high: number };
}

/** The predicted wait of each virtual queue, as it is now. */
export function usePredictedWaits() {
  return useQuery({
    queryKey: ['waiting'],
    refetchInterval: REFRESH_MS,
    queryFn: async ({ signal }) => objects(await request('/api/v1/waiting', { signal })).flatMap(parseWait),
  });
}

function parseWait(queue: Members): PredictedWait[] {
  const name = text(queue, 'virtualQueue');
  if (name === undefined) return [];
  const told = isObject(queue.estimate) ? queue.estimate : {};
  const expected = number(told, 'seconds');
  if (expected === undefined || expected >= UNKNOWN_SECONDS) return [{ queue: name }];
  const low = number(told, 'lowSeconds') ?? expected;
  return [{ queue: name, estimate: { low, expected, high: number(told, 'highSeconds') ?? expected } }];
}
