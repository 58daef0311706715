/**
 * The product's pacer beside progressive dialing, the adaptive ratio and VICIdial-like controllers in the reference world
 * (docs/outbound.md, "Pacing"), on virtual time, everything learned from a cold start.
 *
 *   npm run bench -- pacing [--agents 10,25,50,100,200] [--days 20] [--days-of-ten 100] [--seed 50001] [--quick]
 *
 * The seeds were not used while the pacer was tuned (that was below 10,000). Days above the limit are counted one by one;
 * in the other worlds all days of a cell are one campaign of that many days, which is shorter than the legal window.
 */
import { parseArgs } from 'node:util';
import { PredictivePacer } from 'ringback/dist/outbound/pacing/index.js';
import { adaptiveRatio, modelBased, progressive, vicidialLike } from './dialers.js';
import { DAY_S, type Dialer, simulateDay, type World } from './world.js';

const LIMIT = 0.03;
const AIMS: Readonly<Record<number, number>> = { 10: 82.5, 25: 88.5, 50: 92.5, 100: 95, 200: 96.5 };
const OPTIMUM: Readonly<Record<number, number>> = { 10: 83.7, 25: 90.0, 50: 93.6, 100: 96.1, 200: 97.7 };
const MS_PER_DAY = 86_400_000;

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '10,25,50,100,200' },
    days: { type: 'string', default: '20' },
    'days-of-ten': { type: 'string', default: '100' },
    seed: { type: 'string', default: '50001' },
    quick: { type: 'boolean', default: false },
  },
});
const sizes = values.agents.split(',').map(Number);
const firstSeed = Number(values.seed);

interface Cell {
  utilisation: number;
  abandoned: number;
  worstDay: number;
  daysOver: number;
  days: number;
  peakLines: number;
  cpuSecondsPerDay: number;
}

const DIALERS: Readonly<Record<string, () => Dialer>> = {
  'progressive 1:1': progressive,
  'adaptive ratio, aim 2.8 %': adaptiveRatio,
  'VICIdial-like TAPERED max 3': () => vicidialLike({ method: 'TAPERED', maximumLevel: 3, availableOnly: false }),
  'VICIdial-like TAPERED, available only, max 3': () =>
    vicidialLike({ method: 'TAPERED', maximumLevel: 3, availableOnly: true }),
  'VICIdial-like HARD_LIMIT, available only, max 6': () =>
    vicidialLike({ method: 'HARD_LIMIT', maximumLevel: 6, availableOnly: true }),
  'ringback, model-based': () => modelBased(),
};

function runCell(world: World, days: number, dialerOfDay: (day: number) => Dialer): Cell {
  const cell = { utilisation: 0, abandoned: 0, worstDay: 0, daysOver: 0, days, peakLines: 0, cpuSecondsPerDay: 0 };
  let answered = 0;
  let abandoned = 0;
  const before = process.cpuUsage();
  for (let day = 0; day < days; day += 1) {
    const result = simulateDay(world, dialerOfDay(day), firstSeed + day);
    const share = result.abandoned / Math.max(1, result.answered);
    cell.utilisation += (100 * result.utilisation) / days;
    cell.worstDay = Math.max(cell.worstDay, 100 * share);
    if (share > LIMIT) cell.daysOver += 1;
    cell.peakLines = Math.max(cell.peakLines, result.peakLines);
    answered += result.answered;
    abandoned += result.abandoned;
  }
  const used = process.cpuUsage(before);
  cell.cpuSecondsPerDay = (used.user + used.system) / 1e6 / days;
  cell.abandoned = (100 * abandoned) / Math.max(1, answered);
  return cell;
}

function daysFor(agents: number): number {
  if (values.quick) return 3;
  return agents === 10 ? Number(values['days-of-ten']) : Number(values.days);
}

function referenceWorld(): void {
  console.log(
    'Reference world: utilisation %, abandoned % of answered (worst day), days above 3.00 %, processor s per day',
  );
  for (const agents of sizes) {
    const world: World = { agents, answerRate: () => 0.3 };
    console.log(`\nN = ${agents}   aim ${AIMS[agents] ?? '-'}   Markov optimum ${OPTIMUM[agents] ?? '-'}`);
    for (const [name, make] of Object.entries(DIALERS)) {
      const ours = name.startsWith('ringback');
      const days = ours ? daysFor(agents) : Math.min(daysFor(agents), 20);
      const cell = runCell(world, days, make);
      const parts = [
        name.padEnd(50),
        cell.utilisation.toFixed(1).padStart(5),
        `${cell.abandoned.toFixed(2)} (${cell.worstDay.toFixed(2)})`.padStart(14),
        `${cell.daysOver}/${cell.days}`.padStart(8),
        cell.cpuSecondsPerDay.toFixed(2).padStart(8),
      ];
      console.log(parts.join(' '));
    }
  }
}

const OTHER_WORLDS: Readonly<Record<string, (agents: number) => World>> = {
  'answer rate 30 -> 45 -> 15 %': (agents) => ({
    agents,
    answerRate: (at) => (at < DAY_S / 2 ? 0.3 : at < (DAY_S * 3) / 4 ? 0.45 : 0.15),
  }),
  'answer rate 10 %': (agents) => ({ agents, answerRate: () => 0.1 }),
  'half of the agents log out at hour 4': (agents) => ({ agents, answerRate: () => 0.3, halfLogOutAt: DAY_S / 2 }),
};

/** One campaign of several days: what the budget remembers of a day is taken into the next, as over a restart. */
function otherWorlds(): void {
  console.log(
    "\nOther worlds, the product's pacer, days in sequence: utilisation %, abandoned % over the window (worst day)",
  );
  const days = values.quick ? 3 : 10;
  for (const [name, world] of Object.entries(OTHER_WORLDS)) {
    const cells = sizes.map((agents) => {
      let pacer = new PredictivePacer();
      const cell = runCell(world(agents), days, (day) => {
        pacer = new PredictivePacer(pacer.memory());
        return shifted(modelBased(pacer), day * MS_PER_DAY);
      });
      return `N=${agents}: ${cell.utilisation.toFixed(1)} / ${cell.abandoned.toFixed(2)} (${cell.worstDay.toFixed(2)})`;
    });
    console.log(`${name.padEnd(40)} ${cells.join('   ')}`);
  }
}

/** The same dialer on a later day. */
function shifted(dialer: Dialer, ms: number): Dialer {
  return {
    dial: (view) =>
      dialer.dial({
        ...view,
        now: view.now + ms,
        occupied: view.occupied.map(({ phase, since }) => ({ phase, since: since + ms })),
        dialing: view.dialing.map((at) => at + ms),
      }),
    dialEnded: (dialedAt, now, answered) => dialer.dialEnded?.(dialedAt + ms, now + ms, answered),
    served: (now, abandoned) => dialer.served?.(now + ms, abandoned),
    talked: (seconds) => dialer.talked?.(seconds),
    wrapped: (seconds) => dialer.wrapped?.(seconds),
  };
}

referenceWorld();
otherWorlds();
