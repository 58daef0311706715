/**
 * One measurement in a process of its own: node --expose-gc measure.mjs ENGINE WORKLOAD MODE REPETITIONS.
 * MODE `one`: all events to one session. `spread`: to 10,000 sessions in an order that defeats caches; also measures the
 * time to create them and their memory. Prints JSON: events per CPU second, milliseconds, bytes.
 */
import { engines } from './engines.mjs';
import { workloads } from './workloads.mjs';

const [, , engineName, workloadName, mode, repetitions = '5'] = process.argv;
const sessionCount = mode === 'spread' ? 10_000 : 1;
const minimumCpuMs = 300;

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];
const usedBytes = () => {
  for (let i = 0; i < 3; i += 1) globalThis.gc();
  return process.memoryUsage().rss;
};

const workload = workloads[workloadName];
const engine = await engines[engineName](workload);
for (let i = 0; i < 20; i += 1) engine.create()(workload.events[0]);

const before = usedBytes();
const outsideBefore = engine.outside();
const creating = cpuMs();
const sessions = Array.from({ length: sessionCount }, () => engine.create());
const createMs = cpuMs() - creating;
const bytes = usedBytes() - before;
const outside = engine.outside() - outsideBefore;

let at = 0;
const turns = new Array(sessionCount).fill(0);
function run(events) {
  for (let i = 0; i < events; i += 1) {
    // A stride that is prime to the number of sessions visits them all, never two neighbours in turn.
    at = (at + 7919) % sessionCount;
    const turn = turns[at];
    turns[at] = turn + 1;
    sessions[at](workload.events[turn % workload.events.length]);
  }
}

run(mode === 'spread' ? sessionCount * 2 : 20_000);
const rates = [];
for (let i = 0; i < Number(repetitions); i += 1) {
  let events = 0;
  const start = cpuMs();
  while (cpuMs() - start < minimumCpuMs) {
    run(2_000);
    events += 2_000;
  }
  rates.push((events / (cpuMs() - start)) * 1000);
}
console.log(JSON.stringify({ rate: median(rates), createMs, bytes, outside, sessions: sessionCount }));
process.exit(0);
