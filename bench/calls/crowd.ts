import { performance } from 'node:perf_hooks';

/** One call: resolves whether it was answered, once it is over. */
export type PlaceCall = () => Promise<{ answered: boolean; setUpMs: number }>;

export interface Figures {
  calls: number;
  failed: number;
  seconds: number;
  /** Milliseconds of processor time of all processes concerned. */
  processorMs: number;
  /** Milliseconds from the request to the answer, sorted. */
  setUps: number[];
}

/** Places so many calls, a number of them at a time. @param processorTime that everybody concerned has used so far, in ms */
export async function placeCalls(
  place: PlaceCall,
  calls: number,
  atOnce: number,
  processorTime: () => Promise<number>,
): Promise<Figures> {
  const setUps: number[] = [];
  const usedBefore = await processorTime();
  let begun = 0;
  let failed = 0;
  const began = performance.now();
  const one = async () => {
    while (begun < calls) {
      begun += 1;
      const { answered, setUpMs } = await place();
      if (answered) setUps.push(setUpMs);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const seconds = (performance.now() - began) / 1000;
  const processorMs = (await processorTime()) - usedBefore;
  return { calls, failed, seconds, processorMs, setUps: setUps.sort((a, b) => a - b) };
}

export function together(rounds: readonly Figures[]): Figures {
  return {
    calls: rounds.reduce((sum, { calls }) => sum + calls, 0),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
    seconds: rounds.reduce((sum, { seconds }) => sum + seconds, 0),
    processorMs: rounds.reduce((sum, { processorMs }) => sum + processorMs, 0),
    setUps: rounds.flatMap(({ setUps }) => setUps).sort((a, b) => a - b),
  };
}

export const perSecond = ({ calls, failed, seconds }: Figures): number => (calls - failed) / seconds;

export const processorMsPerCall = ({ calls, processorMs }: Figures): number => processorMs / calls;

export function quantile({ setUps }: Figures, share: number): number {
  return setUps[Math.min(setUps.length - 1, Math.floor(setUps.length * share))] ?? Number.NaN;
}
