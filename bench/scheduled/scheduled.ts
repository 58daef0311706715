/**
 * Scheduled callbacks in the number that a large installation has, on a PostgreSQL of their own. The server is the real
 * process with the shipped callback application; its sessions run while the submissions go on.
 *
 *   npm run bench -- scheduled [--callbacks 1000000] [--due 10000] [--alone 50] [--queries 300] [--data DIRECTORY]
 *
 * - availability of all slots of 30 days over HTTP, one query after the other, while nothing else is due;
 * - one callback due alone;
 * - so many callbacks due within one second: how late each of them is submitted (its new state and its session
 *   committed), as seen by a client of the database that looks every 50 ms. It comes last: the sessions of that crowd ask
 *   for their places in line from then on, since nobody is there who would serve them.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Activity, silentLogger } from 'ringback/dist/kernel/index.js';
import { Database, migrate, startEmbedded } from 'ringback/dist/store/index.js';
import { HttpConnection } from '../booking/http-connection.js';
import { startServer, stopServer } from '../booking/server-process.js';
import { processorTime } from '../context/processor-time.js';
import { addDue, fillCallbacks } from './fill.js';

const { values } = parseArgs({
  options: {
    callbacks: { type: 'string', default: '1000000' },
    due: { type: 'string', default: '10000' },
    alone: { type: 'string', default: '50' },
    queries: { type: 'string', default: '300' },
    data: { type: 'string' },
  },
});
const size = {
  callbacks: Number(values.callbacks),
  due: Number(values.due),
  alone: Number(values.alone),
  queries: Number(values.queries),
};
const AIMS = { burst: 2000, alone: 100, availability: 20 };
const SERVICE = 'Bench';
const BUFFER_MS = 120_000;
const DAYS = 30;
/** From the last preparation to the first callback that is due. */
const LEAD_MS = 5_000;
/** Often enough for an aim of seconds. */
const LOOK_EVERY_MS = 50;
const WARM_UP = 20;

const CONFIGURATION = `
services:
  hours: { _type: builtin, _service: office-hours, _bh_regular1: "Mon-Sun 00:00-24:00", _timezone: Europe/Paris }
  ${SERVICE}:
    _type: ors
    _service: callback
    _call_direction: USERTERMINATED
    _wait_for_agent: "true"
    _target: "Nobody@GA"
    _urs_virtual_queue: BenchVQ
    _business_hours_service: hours
    _request_time_bucket: "5"
    _max_request_by_time_bucket: "1000000"
virtualQueues: [{ name: BenchVQ }]
agentGroups: [{ name: Nobody, dbid: 201 }]
`;

const directory = values.data ?? (await mkdtemp(join(tmpdir(), 'ringback-bench-scheduled-')));
const embedded = await startEmbedded({ dataDirectory: directory, log: silentLogger });
const client = new pg.Client(embedded.connectionString);
let server: ChildProcess | undefined;
let http: HttpConnection | undefined;
try {
  await client.connect();
  await migrateAndFill();
  const configuration = join(directory, 'bench.yaml');
  await writeFile(configuration, CONFIGURATION);
  const started = await startServer({ directory, configuration, database: embedded.connectionString });
  server = started.child;
  http = await HttpConnection.open(new URL(started.url));
  console.log(`\n${count(size.callbacks)} scheduled callbacks, ${availableParallelism()} processors`);
  report(`availability of ${DAYS} days, version 2`, await availability(http, 2), AIMS.availability);
  report(`availability of ${DAYS} days, version 1`, await availability(http, 1), AIMS.availability);
  report('one due alone, late', await alone(http), AIMS.alone);
  await burst(http, started.child.pid ?? 0);
} finally {
  http?.close();
  if (server) await stopServer(server);
  await client.end();
  await embedded.stop();
  if (values.data === undefined) await rm(directory, { recursive: true, force: true });
}

async function migrateAndFill(): Promise<void> {
  const database = await Database.connect({
    connectionString: embedded.connectionString,
    log: silentLogger,
    activity: new Activity(),
  });
  await migrate(database, { log: silentLogger });
  await database.close();
  const began = performance.now();
  await fillCallbacks(client, { service: SERVICE, count: size.callbacks, days: DAYS, now: Date.now() });
  console.log(`filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** What is stored past the server is found by it when it looks for the next callback: after one that it booked itself. */
async function burst(connection: HttpConnection, pid: number): Promise<void> {
  const at = Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000;
  await addDue(client, { service: SERVICE, count: size.due, at, now: Date.now() });
  await book(connection, '+16504660000', at - 1000);
  await sleep(at - Date.now());
  const before = await usedBy(pid);
  const late = await lateness(at);
  const after = await usedBy(pid);
  report(`${count(size.due)} due within one second, late`, late, AIMS.burst);
  const each = (of: 'server' | 'database') => ((after[of] - before[of]) / size.due).toFixed(2);
  console.log(`  processor time per callback until then: server ${each('server')} ms, database ${each('database')} ms`);
}

/** Milliseconds; the database is everything below this process that is neither the server nor serves this client. */
async function usedBy(pid: number): Promise<{ server: number; database: number }> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const { server: own } = await processorTime(pid);
  const { server: watching } = await processorTime(rows[0]?.pid ?? 0);
  const { database } = await processorTime(process.pid);
  return { server: own, database: database - own - watching };
}

/** @returns the callback's id */
async function book(connection: HttpConnection, number: string, due: number): Promise<string> {
  const { status, body } = await connection.post(
    `/genesys/1/service/callback/${SERVICE}`,
    JSON.stringify({ _customer_number: number, _desired_time: new Date(due + BUFFER_MS).toISOString() }),
  );
  if (status !== 200) throw new Error(`${status}: ${body}`);
  return (JSON.parse(body) as { _id: string })._id;
}

/**
 * How late each callback of the burst was submitted, milliseconds: callbacks are taken in the order of their times, so
 * that those before the first one that waits are done. To count all that wait would cost those who do the work too much.
 */
async function lateness(at: number): Promise<number[]> {
  const late: number[] = [];
  const until = new Date(at + 1000).toISOString();
  while (late.length < size.due) {
    const { rows } = await client.query<{ first: number | null }>({
      name: 'waiting',
      text: `select date_part('epoch', min(submit_at)) * 1000 as first from callback where submit_at < $1`,
      values: [until],
    });
    const seen = Date.now();
    const passed = (rows[0]?.first ?? at + 1000) - at;
    const done = Math.floor((passed * size.due) / 1000);
    while (late.length < done) late.push(seen - (at + (late.length * 1000) / size.due));
    if (seen > at + 300_000) throw new Error(`${size.due - done} are not submitted after five minutes`);
    await sleep(LOOK_EVERY_MS);
  }
  return late;
}

/** Booked so that they are due one after the other; the database is asked until each is submitted. */
async function alone(connection: HttpConnection): Promise<number[]> {
  const late: number[] = [];
  for (let index = 0; index < size.alone; index += 1) {
    const due = Date.now() + 300 + index * 7;
    const id = await book(connection, `+1650466${1000 + index}`, due);
    await sleep(due - Date.now());
    while (!(await isSubmitted(id))) await sleep(1);
    late.push(Date.now() - due);
  }
  return late;
}

async function isSubmitted(id: string): Promise<boolean> {
  const { rows } = await client.query<{ state: string }>({
    name: 'state',
    text: 'select state from callback where id = $1',
    values: [id],
  });
  return rows[0]?.state !== 'SCHEDULED';
}

async function availability(connection: HttpConnection, version: 1 | 2): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index < size.queries + WARM_UP; index += 1) {
    const began = performance.now();
    const { status, body } = await connection.get(
      `/genesys/${version}/service/callback/${SERVICE}/availability?number-of-days=${DAYS}`,
    );
    const elapsed = performance.now() - began;
    if (status !== 200) throw new Error(`${status}: ${body}`);
    if (index >= WARM_UP) took.push(elapsed);
    if (index === 0) console.log(`  (an answer of version ${version} has ${count(body.length)} bytes)`);
  }
  return took;
}

function report(title: string, milliseconds: readonly number[], aim: number): void {
  const sorted = milliseconds.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  const shown = (part: number) => `${at(part).toFixed(1).padStart(8)} ms`;
  const verdict = at(0.99) <= aim ? 'reached' : 'MISSED';
  console.log(
    `  ${title.padEnd(42)} p50 ${shown(0.5)}   p99 ${shown(0.99)}   most ${shown(1)}   aim: p99 ${aim} ms: ${verdict}`,
  );
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
