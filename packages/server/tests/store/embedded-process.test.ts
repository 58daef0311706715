import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Activity, silentLogger } from '../../src/kernel/index.js';
import { Database } from '../../src/store/index.js';

const PROGRAM = fileURLToPath(new URL('fixtures/embedded-server.mjs', import.meta.url));
let data: string;
let processes: ChildProcess[];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'ringback-process-'));
  processes = [];
});

afterEach(async () => {
  for (const child of processes) await end(child, 'SIGTERM');
  await rm(data, { recursive: true });
});

interface Outcome {
  child: ChildProcess;
  /** Undefined when the process ended instead. */
  connectionString?: string;
  errors: string;
}

/** Resolves when the process is ready or has ended. */
async function start(): Promise<Outcome> {
  const child = spawn(process.execPath, [PROGRAM, data], { stdio: ['ignore', 'pipe', 'pipe'] });
  processes.push(child);
  const closed = new Promise((resolve) => child.once('close', resolve));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('ready ')) return { child, errors, connectionString: line.slice('ready '.length) };
  }
  // Not its exit, which may come before all that it wrote.
  await closed;
  return { child, errors };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return gone;
}

async function query(server: Outcome, text: string): Promise<unknown[]> {
  const { connectionString = '' } = server;
  const database = await Database.connect({ connectionString, log: silentLogger, activity: new Activity() });
  try {
    return await database.query(text);
  } finally {
    await database.close();
  }
}

it('recovers by itself after each of several kills, with all that was committed', async () => {
  let server = await start();
  await query(server, 'create table kept (n integer)');
  for (let n = 1; n <= 3; n += 1) {
    await query(server, `insert into kept values (${n})`);
    await end(server.child, 'SIGKILL');
    server = await start();
  }
  expect(await query(server, 'select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

it('recovers when it was killed while its database was starting', async () => {
  await end((await start()).child, 'SIGTERM');
  for (const moment of ['postgres-socket', 'postgres/postmaster.pid']) {
    await rm(join(data, moment), { force: true });
    const child = spawn(process.execPath, [PROGRAM, data], { stdio: 'ignore' });
    processes.push(child);
    await expect.poll(() => existsSync(join(data, moment)), { interval: 1, timeout: 100_000 }).toBe(true);
    await end(child, 'SIGKILL');
    const server = await start();
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    await end(server.child, 'SIGTERM');
  }
});

it('is refused a data directory that another process works in, with that process named', async () => {
  const first = await start();
  const second = await start();
  expect(second.connectionString).toBeUndefined();
  expect(second.errors).toMatch(new RegExp(`^data-directory-in-use: .*process ${first.child.pid}\\b`));
  expect(second.child.exitCode).toBe(1);
  expect(await query(first, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('lets exactly one of several that start at the same time have the data directory', async () => {
  const servers = await Promise.all([start(), start(), start()]);
  expect(servers.filter(({ connectionString }) => connectionString !== undefined)).toHaveLength(1);
});

it('ends with its database when it is told to', async () => {
  const { child } = await start();
  expect(await end(child, 'SIGTERM')).toBe(0);
});
