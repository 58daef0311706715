/**
 * How long `npm start` takes in an installed and built checkout, on an existing database, until the ready line; and how
 * much of that the server itself needs. Prints the median of several starts, and the memory of the idle server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const REPETITIONS = 5;
const IDLE_MS = 5_000;

interface Start {
  seconds: number;
  megabytes: number;
}

async function start(command: string, args: string[], data: string): Promise<Start> {
  const began = performance.now();
  const child = spawn(command, [...args, '--port', '0', '--data', data], {
    cwd: ROOT,
    env: { ...process.env, RINGBACK_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await ready(child);
  const seconds = (performance.now() - began) / 1000;
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const megabytes = await memoryOf(child.pid ?? 0);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
  return { seconds, megabytes };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      if (output.includes('ringback ready on ')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** Resident memory of a process and, for `npm`, of the largest process below it. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
  const names = await Promise.all(children.map((child) => readFile(`/proc/${child}/comm`, 'utf8').catch(() => '')));
  const below = await Promise.all(
    children.filter((_, index) => !names[index]?.startsWith('postgres')).map((child) => memoryOf(Number(child))),
  );
  return Math.max(own, ...below);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const data = await mkdtemp(join(tmpdir(), 'ringback-bench-start-'));
try {
  const server = [process.execPath, [join(ROOT, 'packages/server/dist/cli/ringback.js'), 'start']] as const;
  await start(server[0], [...server[1]], data);
  const rows: [string, Start[]][] = [
    ['npm start', []],
    ['server alone', []],
  ];
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    rows[0]?.[1].push(await start('npm', ['start', '--silent', '--'], data));
    rows[1]?.[1].push(await start(server[0], [...server[1]], data));
  }
  const [npm, alone] = rows.map(([, starts]) => median(starts.map(({ seconds }) => seconds)));
  console.log(`start to ready line on an existing database, median of ${REPETITIONS}`);
  console.log(`  npm start     ${npm?.toFixed(2)} s   (aim: under 4 s)`);
  console.log(`  server alone  ${alone?.toFixed(2)} s   ratio ${((npm ?? 0) / (alone ?? 1)).toFixed(2)}`);
  const idle = median(rows.flatMap(([, starts]) => starts.map(({ megabytes }) => megabytes)));
  console.log(`  idle memory of the Node process  ${idle.toFixed(0)} MB   (aim: under 200 MB)`);
} finally {
  await rm(data, { recursive: true, force: true });
}
