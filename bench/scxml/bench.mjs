/**
 * Measures the engine against `@scion-scxml/scxml` and `xstate` in one run and prints tables and ratios.
 * Rates are per CPU second, because other programs of the machine do not disturb those.
 *
 *   node bench/scxml/bench.mjs [PROCESSES] [REPETITIONS]
 *
 * Each figure is the median over PROCESSES (default 3) of the median over REPETITIONS (default 5). The peers are
 * installed into this folder when they are missing; the package must have been built.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { containment } from './containment.mjs';
import { scaling } from './scaling.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const processes = Number(process.argv[2] ?? 3);
const repetitions = process.argv[3] ?? '5';

if (!existsSync(join(here, 'node_modules', '@scion-scxml'))) {
  console.log('Installing the peers ...');
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
}

const engines = ['ringback sandbox', 'ringback trusted', 'scion', 'xstate'];
const cases = [
  ['a', 'one'],
  ['b', 'one'],
  ['c', 'one'],
  ['c', 'spread'],
];

function measure(engine, workload, mode) {
  const results = [];
  for (let i = 0; i < processes; i += 1) {
    const child = spawnSync(
      process.execPath,
      ['--expose-gc', join(here, 'measure.mjs'), engine, workload, mode, repetitions],
      { cwd: here, encoding: 'utf8', maxBuffer: 1 << 24 },
    );
    if (child.status !== 0) throw new Error(`${engine} ${workload} ${mode}: ${child.stderr}`);
    results.push(JSON.parse(child.stdout.trim().split('\n').at(-1)));
  }
  const median = (key) => results.map((result) => result[key]).sort((x, y) => x - y)[Math.floor(results.length / 2)];
  return { rate: median('rate'), createMs: median('createMs'), bytes: median('bytes'), sessions: results[0].sessions };
}

const thousands = (value) => `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} k`;
const cell = (text, width) => String(text).padStart(width);

console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.version}; events per CPU second\n`);
const table = new Map();
for (const [workload, mode] of cases) {
  for (const engine of engines) table.set(`${engine} ${workload} ${mode}`, measure(engine, workload, mode));
  console.log(
    `(${workload}) ${mode.padEnd(6)}`,
    engines.map((engine) => `${engine}: ${thousands(table.get(`${engine} ${workload} ${mode}`).rate)}`).join(' | '),
  );
}

console.log('\n10,000 sessions of (c)');
for (const engine of engines) {
  const { createMs, bytes, sessions } = table.get(`${engine} c spread`);
  const each = `${((createMs * 1000) / sessions).toFixed(0)} us`;
  console.log(
    `${engine.padEnd(18)}${cell(`${createMs.toFixed(0)} ms`, 9)}${cell(each, 9)}${cell(`${(bytes / sessions / 1024).toFixed(1)} kB`, 10)} each`,
  );
}

const rate = (engine, workload, mode) => table.get(`${engine} ${workload} ${mode}`).rate;
const ratio = (ours, theirs, workload, mode) => rate(ours, workload, mode) / rate(theirs, workload, mode);
const sandbox = 'ringback sandbox';
const trusted = 'ringback trusted';
const each = table.get(`${sandbox} c spread`);
const aims = [
  ['sandbox (a) / xstate', ratio(sandbox, 'xstate', 'a', 'one'), 0.6],
  ['sandbox (b) / xstate', ratio(sandbox, 'xstate', 'b', 'one'), 4],
  ['sandbox (b) / scion', ratio(sandbox, 'scion', 'b', 'one'), 8],
  ['sandbox (c) spread / scion', ratio(sandbox, 'scion', 'c', 'spread'), 0.8],
  ...['a one', 'b one', 'c one', 'c spread'].flatMap((name) => {
    const [workload, mode] = name.split(' ');
    return ['scion', 'xstate'].map((peer) => [
      `trusted (${workload}) ${mode} / ${peer}`,
      ratio(trusted, peer, workload, mode),
      1,
    ]);
  }),
  ['10 kB / sandbox bytes per session', (10 * 1024) / (each.bytes / each.sessions), 1],
  ['100 us / sandbox time per session', 100 / ((each.createMs * 1000) / each.sessions), 1],
];
console.log('\nratio                                  measured     aim');
for (const [name, value, aim] of aims) {
  console.log(`${name.padEnd(38)}${cell(value.toFixed(2), 9)}${cell(aim, 8)}  ${value >= aim ? 'reached' : 'MISSED'}`);
}

await scaling();
await containment();
