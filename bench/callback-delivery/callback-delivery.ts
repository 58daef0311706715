/**
 * Delivery of callbacks (docs/waiting.md, "Delivery"): the product's own line, estimates and delivery policy on virtual
 * time in the world of one queue in which callbacks and live callers compete for the same agents.
 *
 *   npm run bench -- callback-delivery [--agents 20,100] [--load 1.1] [--runs 5] [--hours 80] [--seed 80001] [--quick]
 *
 * The seeds were not used while the policies were tuned (that was below 10,000). Live abandonment stands beside every
 * figure: policies mostly move the loss between customers of callbacks and live callers. `early` counts callbacks that got
 * an agent whom an older live caller could have had: it must be 0.
 */
import { parseArgs } from 'node:util';
import type { DeliveryPolicy } from 'ringback/dist/callback/delivery-policy.js';
import { type Result, simulate, type World } from './world.js';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '20,100' },
    load: { type: 'string', default: '1.1' },
    runs: { type: 'string', default: '5' },
    hours: { type: 'string', default: '80' },
    seed: { type: 'string', default: '80001' },
    quick: { type: 'boolean', default: false },
  },
});
const runs = values.quick ? 1 : Number(values.runs);
const sizes = values.agents.split(',').map(Number);

/** What is asked of the hybrid at load 1.1: held s per completed, waited over 10 s %, lost %, live callers abandoning %. */
const AIMS: Readonly<Record<number, readonly number[]>> = { 20: [10, 20, 9, 13], 100: [7, 14, 8, 10] };

const USUAL: DeliveryPolicy = {
  order: 'hybrid',
  dialAt: 0.7,
  ringMs: 15_000,
  toleranceMs: 0,
  holdMs: 20_000,
  holdUntilMs: 25_000,
};
const POLICIES: Readonly<Record<string, DeliveryPolicy>> = {
  'agent-first': { ...USUAL, order: 'agent-first' },
  'customer-first': { ...USUAL, order: 'customer-first' },
  'hybrid (20 s)': USUAL,
};

interface Row {
  figures: readonly number[];
  text: string;
}

function row(world: World, policy: DeliveryPolicy): Row {
  const total: Record<string, number> = {};
  for (let run = 0; run < runs; run += 1) {
    for (const [name, value] of Object.entries(simulate(world, policy, Number(values.seed) + run))) {
      total[name] = (total[name] ?? 0) + value;
    }
  }
  const sum = (name: keyof Result) => total[name] ?? 0;
  const per = (part: number, whole: number) => part / Math.max(1, whole);
  const figures = [
    per(sum('heldS'), sum('completed')),
    100 * per(sum('waitedLong'), sum('answered')),
    100 * per(sum('lost'), sum('answered')),
    100 * per(sum('liveAbandoned'), sum('live')),
  ];
  const others = [
    per(sum('answeredWaitS'), sum('completed')).toFixed(1),
    per(sum('liveWaitS'), sum('liveServed')).toFixed(0),
    `${sum('callbackBeforeLive')}`,
    per(sum('liveServed') + sum('completed'), sum('hours')).toFixed(0),
    String(sum('callbacks')),
  ];
  const cells = [...figures.map((figure) => figure.toFixed(1)), ...others];
  return { figures, text: cells.map((cell) => cell.padStart(8)).join('') };
}

const HEADINGS = ['held s', '>10 s %', 'lost %', 'live ab%', 'wait s', 'live s', 'early', 'calls/h', 'booked'];

for (const ring of ['lognormal', 'exponential'] as const) {
  for (const agents of sizes) {
    const world: World = { agents, load: Number(values.load), hours: Number(values.hours), ring };
    const aims = AIMS[agents];
    console.log(`\nN = ${agents}, load ${world.load}, time to answer ${ring}, mean 15 s`);
    console.log(
      `${' '.repeat(18)}${HEADINGS.map((heading) => heading.padStart(8)).join('')}   ratio to agent-first: live ab`,
    );
    const rows = Object.entries(POLICIES).map(([name, policy]) => ({ name, ...row(world, policy) }));
    const first = rows[0]?.figures[3] ?? 1;
    for (const { name, figures, text } of rows) {
      console.log(`${name.padEnd(18)}${text}   x ${((figures[3] ?? 0) / first).toFixed(2)}`);
    }
    if (aims) console.log(`${'aim of the hybrid'.padEnd(18)}${aims.map((aim) => aim.toFixed(1).padStart(8)).join('')}`);
  }
}
