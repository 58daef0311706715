/**
 * Context Services under the load that the original's sizing guide describes: conversations of 33 requests each over
 * HTTP, every change committed durably, on the server process with its embedded database. The generator is seeded.
 *
 *   npm run bench -- context [--profiles 1000000] [--services 10000000] [--small 10000] [--seconds 30] [--connections 16]
 *                            [--rate 1500] [--step-share 0.05] [--data DIRECTORY] [--seed 1]
 *
 * Prints requests per second at full load, the ratio to the original's published figure per core, the latencies at full
 * load and at a fixed rate, and the growth of the latencies from `--small` profiles to `--profiles`. `--data` keeps the
 * generated databases there for the next run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ContextServices } from 'ringback/dist/context/index.js';
import { Activity, SystemClock, seededRandom, silentLogger } from 'ringback/dist/kernel/index.js';
import { Database, migrate, startEmbedded } from 'ringback/dist/store/index.js';
import { REQUEST_KINDS, REQUESTS_PER_CONVERSATION, type RequestKind } from './conversation.js';
import { generate, type Size } from './generate.js';
import { type Latency, type Measurement, run } from './load.js';
import { type ProcessorTime, processorTime } from './processor-time.js';

interface Result {
  size: Size;
  full: Measurement;
  paced: Measurement;
  /** Processor time at full load. */
  used: ProcessorTime;
}

/** "About 1,000 requests/s on four hosts of four cores", in the original's sizing guide. */
const ORIGINAL_PER_CORE = 1000 / 16;
const AIMS = { requests: 1500, p99: 30, identifyP99: 5, growth: 2 };
const WARM_UP_SECONDS = 5;

const SERVER = fileURLToPath(new URL('../../../packages/server/dist/cli/ringback.js', import.meta.url));

const { values } = parseArgs({
  options: {
    profiles: { type: 'string', default: '20000' },
    services: { type: 'string' },
    small: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '16' },
    rate: { type: 'string', default: String(AIMS.requests) },
    'step-share': { type: 'string', default: '0.05' },
    data: { type: 'string' },
    seed: { type: 'string', default: '1' },
    server: { type: 'string', default: SERVER },
  },
});
const profiles = Number(values.profiles);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const seed = Number(values.seed);

const root = values.data ?? (await mkdtemp(join(tmpdir(), 'ringback-bench-context-')));
try {
  const sizes = [Number(values.small), profiles].filter(
    (one, index, all) => one <= profiles && all.indexOf(one) === index,
  );
  const results: Result[] = [];
  for (const count of sizes) {
    const services = count === profiles && values.services ? Number(values.services) : count * 10;
    results.push(await measure({ profiles: count, services, stepShare: Number(values['step-share']) }));
  }
  for (const result of results) report(result);
  const [small, large] = [results[0], results.at(-1)];
  if (small && large && small !== large) reportGrowth(small, large);
} finally {
  if (!values.data) await rm(root, { recursive: true, force: true });
}

async function measure(size: Size): Promise<Result> {
  const data = join(root, `${size.profiles}-${size.services}`);
  await prepare(data, size);
  const configuration = join(data, 'bench.yaml');
  await writeFile(configuration, 'options: { cview: { expiration: 5y } }\n');
  const log = await open(join(data, 'server.log'), 'w');
  const server = spawn(
    process.execPath,
    [values.server, 'start', '--port', '0', '--data', data, '--config', configuration],
    { stdio: ['ignore', 'pipe', log.fd] },
  );
  try {
    const url = await ready(server);
    const random = seededRandom(seed + size.profiles);
    const load = { url, connections, customer: () => 1 + Math.floor(random() * size.profiles) };
    await run({ ...load, seconds: WARM_UP_SECONDS });
    const before = await processorTime(server.pid ?? 0);
    const full = await run({ ...load, seconds });
    const after = await processorTime(server.pid ?? 0);
    const used = {
      server: after.server - before.server,
      database: after.database - before.database,
      clients: after.clients - before.clients,
    };
    const rate = Number(values.rate) / REQUESTS_PER_CONVERSATION;
    const paced = await run({ ...load, connections: 64, seconds, rate });
    return { size, full, paced, used };
  } finally {
    if (server.exitCode === null) {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
    }
    await log.close();
  }
}

/** Generates a database unless an earlier run has left one. */
async function prepare(data: string, size: Size): Promise<void> {
  const done = join(data, 'generated');
  if (existsSync(done)) return;
  await mkdir(data, { recursive: true });
  const began = performance.now();
  const say = (text: string) =>
    console.error(`  ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  console.error(`generating ${size.profiles} profiles and ${size.services} services`);
  const embedded = await startEmbedded({ dataDirectory: data, log: silentLogger });
  try {
    const activity = new Activity();
    const database = await Database.connect({ ...embedded, log: silentLogger, activity });
    await migrate(database, { log: silentLogger });
    const configuration = { section: () => ({}), object: () => undefined, onChange: () => () => undefined };
    const clock = new SystemClock();
    await generate(
      new ContextServices({ database, configuration, clock, activity, log: silentLogger }),
      size,
      seed,
      say,
    );
    await database.close();
  } finally {
    await embedded.stop();
  }
  await writeFile(done, '');
}

function ready(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    server.stdout?.on('data', (chunk) => {
      output += chunk;
      const url = /ringback ready on (\S+)/.exec(output)?.[1];
      if (url) resolve(url);
    });
    server.once('exit', (code) =>
      reject(new Error(`the server ended with ${code}; see server.log in the data directory`)),
    );
  });
}

function report({ size: { profiles, services, stepShare }, full, paced, used }: Result): void {
  const cores = availableParallelism();
  const perCore = full.requests / cores;
  console.log(
    `\n${profiles} profiles with 3 extensions, ${services} services (${stepShare * 100} % with states and tasks)`,
  );
  console.log(`on ${cores} cores shared by the server, its database and the clients; every change committed durably\n`);
  console.log(
    `  full load, ${connections} connections   ${full.requests.toFixed(0)} requests/s   (aim: ${AIMS.requests})`,
  );
  console.log(`  per core                      ${perCore.toFixed(0)} requests/s   the original: ${ORIGINAL_PER_CORE}`);
  console.log(`  ratio per core                ${(perCore / ORIGINAL_PER_CORE).toFixed(1)}`);
  const microseconds = (time: number) => ((time * 1000) / full.all.count).toFixed(0);
  console.log(
    `  processor time per request    server ${microseconds(used.server)} µs, database ${microseconds(used.database)} µs, clients ${microseconds(used.clients)} µs`,
  );
  console.log(`  at ${values.rate} requests/s          p99 ${ms(paced.all.p99)} ms   (aim: ${AIMS.p99})`);
  console.log(
    `  identification, same rate     p99 ${ms(kind(paced, 'identify').p99)} ms   (aim: ${AIMS.identifyP99})\n`,
  );
  console.log(`  ${'milliseconds'.padEnd(20)}${'full load'.padStart(18)}${`at ${values.rate}/s`.padStart(24)}`);
  console.log(`  ${''.padEnd(20)}${'p50     p99     max'.padStart(22)}${'p50     p99     max'.padStart(24)}`);
  const line = (name: string, one: Latency, other: Latency) =>
    console.log(`  ${name.padEnd(20)}${columns(one)}${columns(other)}`);
  line('all requests', full.all, paced.all);
  for (const name of Object.keys(REQUEST_KINDS) as RequestKind[]) line(name, kind(full, name), kind(paced, name));
}

function reportGrowth(small: Result, large: Result): void {
  console.log(
    `\ngrowth from ${small.size.profiles} to ${large.size.profiles} profiles (aim: p99 within a factor ${AIMS.growth})`,
  );
  for (const [name, one, other] of [
    ['full load', small.full, large.full],
    [`at ${values.rate}/s`, small.paced, large.paced],
  ] as const) {
    const factor = (other.all.p99 / one.all.p99).toFixed(2);
    console.log(`  ${name.padEnd(14)} p99 ${ms(one.all.p99)} -> ${ms(other.all.p99)} ms   factor ${factor}`);
  }
  const [before, after] = [databaseTime(small), databaseTime(large)];
  console.log(
    `  database time  ${before.toFixed(0)} -> ${after.toFixed(0)} µs per request   factor ${(after / before).toFixed(2)}`,
  );
}

/** What the database spends on a request shows growth even where the machine is busy with something else. */
function databaseTime({ used, full }: Result): number {
  return (used.database * 1000) / full.all.count;
}

function kind(measurement: Measurement, name: RequestKind): Latency {
  return measurement.kinds.get(name) ?? { count: 0, p50: Number.NaN, p99: Number.NaN, longest: Number.NaN };
}

function columns({ p50, p99, longest }: Latency): string {
  return [p50, p99, longest].map((value) => ms(value).padStart(8)).join('');
}

function ms(value: number): string {
  return value.toFixed(1);
}
