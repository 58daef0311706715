/**
 * The product's estimate of waiting times beside the usual predictors (docs/waiting.md, "The estimate"), on virtual
 * time, everything learned from a cold start; and how often its 80 % interval holds.
 *
 *   npm run bench -- ewt [--agents 10,50,200] [--runs 5] [--seed 70001] [--quick]
 *
 * All predictors are asked about the same callers. Scored on callers who had to wait and were served: the wait of those
 * who hang up has no end. The seeds were not used while the estimate was tuned (that was below 10,000).
 */
import { parseArgs } from 'node:util';
import { headOfLine, lastServed, queueLength, recentMean, ringback } from './predictors.js';
import { HANDLE_S, type Outcome, type Predictor, simulate, type World } from './world.js';

const AIMS: Readonly<Record<number, number>> = { 10: 0.39, 50: 0.21, 200: 0.11 };
const DAY_S = 86_400;

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '10,50,200' },
    runs: { type: 'string', default: '5' },
    seed: { type: 'string', default: '70001' },
    quick: { type: 'boolean', default: false },
  },
});
const sizes = values.agents.split(',').map(Number);
const runs = values.quick ? 1 : Number(values.runs);

const WORLDS: Readonly<Record<string, (agents: number) => World>> = {
  'day wave 0.6-1.3, patience 600 s': (agents) => ({
    agents,
    load: (at) => 0.95 - 0.35 * Math.cos((2 * Math.PI * at) / DAY_S),
    variation: 1,
    patience: 600,
    hours: hoursFor(agents),
  }),
  'load 1.2, patience 300 s': (agents) => ({
    agents,
    load: () => 1.2,
    variation: 1,
    patience: 300,
    hours: hoursFor(agents),
  }),
  'load 0.95, nobody gives up': (agents) => ({ agents, load: () => 0.95, variation: 1, hours: hoursFor(agents) }),
};

const PREDICTORS: Readonly<Record<string, (agents: number) => Predictor>> = {
  'ringback (learned)': ringback,
  'QL (true mean given)': (agents) => queueLength(agents, HANDLE_S),
  HOL: headOfLine,
  LES: lastServed,
  LAST20: () => recentMean(20),
  AVG10: () => recentMean(),
};

function hoursFor(agents: number): number {
  if (values.quick) return 48;
  return agents >= 200 ? 48 : 160;
}

interface Score {
  relativeError: number;
  near: number;
  covered: number | undefined;
  width: number;
}

function score(outcomes: readonly Outcome[]): Score {
  const count = Math.max(1, outcomes.length);
  let squares = 0;
  let waits = 0;
  let near = 0;
  let covered = 0;
  let width = 0;
  for (const { told, waited } of outcomes) {
    const error = Math.abs(told.seconds - waited);
    squares += error * error;
    waits += waited;
    if (error <= Math.max(30, 0.25 * waited)) near += 1;
    if (told.low === undefined || told.high === undefined) continue;
    if (waited >= told.low && waited <= told.high) covered += 1;
    width += told.high - told.low;
  }
  const mean = waits / count;
  const hasInterval = outcomes[0]?.told.low !== undefined;
  return {
    relativeError: Math.sqrt(squares / count) / mean,
    near: (100 * near) / count,
    covered: hasInterval ? (100 * covered) / count : undefined,
    width: width / count / mean,
  };
}

for (const [name, worldOf] of Object.entries(WORLDS)) {
  console.log(`\n${name}: RMSE / mean wait, within max(30 s, 25 %), 80 % interval: covered (width / mean wait), ratio`);
  for (const agents of sizes) {
    const outcomes: Outcome[][] = Object.keys(PREDICTORS).map(() => []);
    for (let run = 0; run < runs; run += 1) {
      const predictors = Object.values(PREDICTORS).map((make) => make(agents));
      const found = simulate(worldOf(agents), predictors, Number(values.seed) + run);
      found.forEach((some, index) => {
        for (const outcome of some) outcomes[index]?.push(outcome);
      });
    }
    const aim = name.startsWith('day wave') ? `aim ${AIMS[agents] ?? '-'}, 77-83 % covered` : '';
    const [ours] = outcomes.map(score);
    console.log(`N = ${agents}   ${outcomes[0]?.length ?? 0} waits   ${aim}`);
    Object.keys(PREDICTORS).forEach((predictor, index) => {
      const { relativeError, near, covered, width } = score(outcomes[index] ?? []);
      const coverage = covered === undefined ? '' : `${covered.toFixed(1)} % (${width.toFixed(2)})`;
      const ratio = `x ${(relativeError / (ours?.relativeError ?? 1)).toFixed(2)}`;
      console.log(
        `  ${predictor.padEnd(22)} ${relativeError.toFixed(3)} ${near.toFixed(0).padStart(4)} %  ${coverage.padEnd(16)} ${ratio}`,
      );
    });
  }
}
