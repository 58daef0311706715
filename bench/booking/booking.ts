/**
 * Callbacks booked per second over HTTP with durable commit, beside the booking transaction alone on the same
 * PostgreSQL in the same run. The server is the real process; its database is its own embedded one.
 *
 *   npm run bench -- booking [--connections 32] [--seconds 10] [--rounds 3] [--data DIRECTORY]
 *
 * Rounds of both alternate, so that what else runs on the machine meets both; the median of the rounds counts. The
 * processor time per booking hardly depends on what else runs.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { BOOK, bookingValues } from 'ringback/dist/callback/booking-statement.js';
import { newId, silentLogger } from 'ringback/dist/kernel/index.js';
import { startEmbedded } from 'ringback/dist/store/index.js';
import { processorTime } from '../context/processor-time.js';
import { HttpConnection } from './http-connection.js';
import { startServer, stopServer } from './server-process.js';

const SERVICE = 'Bench';
const BUCKET_MS = 5 * 60_000;
const PLACES = 1_000_000;
/** Bookings are spread over the coming four weeks, as customers' are. */
const BUCKETS = (28 * 86_400_000) / BUCKET_MS;
const DAY_S = 86_400;
const AIMS = { perSecond: 2500, ratio: 0.35, p99: 40 };
const WARM_UP_SECONDS = 3;

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    data: { type: 'string' },
  },
});
const connections = Number(values.connections);
const seconds = Number(values.seconds);
/** Of bookings, over all rounds. */
let counter = 0;

interface Round {
  count: number;
  perSecond: number;
  p50: number;
  p99: number;
}

const CONFIGURATION = `
services:
  hours: { _type: builtin, _service: office-hours, _bh_regular1: "Mon-Sun 00:00-24:00", _timezone: Europe/Paris }
  ${SERVICE}:
    _type: ors
    _service: callback
    _business_hours_service: hours
    _request_time_bucket: "5"
    _max_request_by_time_bucket: "${PLACES}"
    _default_country: US
    _customer_lookup_keys: _customer_number
`;

const directory = values.data ?? (await mkdtemp(join(tmpdir(), 'ringback-bench-booking-')));
const embedded = await startEmbedded({ dataDirectory: directory, log: silentLogger });
let server: ChildProcess | undefined;
let clients: HttpConnection[] = [];
let sessions: pg.Client[] = [];
try {
  const configuration = join(directory, 'bench.yaml');
  await writeFile(configuration, CONFIGURATION);
  const started = await startServer({ directory, configuration, database: embedded.connectionString });
  server = started.child;
  clients = await open(() => HttpConnection.open(new URL(started.url)));
  sessions = await open(async () => {
    const client = new pg.Client(embedded.connectionString);
    await client.connect();
    return client;
  });
  const pid = started.child.pid ?? 0;
  await overHttp(clients, WARM_UP_SECONDS);
  await raw(sessions, WARM_UP_SECONDS);
  const http: Round[] = [];
  const alone: Round[] = [];
  const used: Used[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const before = await usedBy(pid);
    http.push(await overHttp(clients, seconds));
    const after = await usedBy(pid);
    used.push({ server: after.server - before.server, database: after.database - before.database });
    alone.push(await raw(sessions, seconds));
  }
  print(http, alone, used);
} finally {
  for (const client of clients) client.close();
  for (const session of sessions) await session.end();
  if (server) await stopServer(server);
  await embedded.stop();
  if (values.data === undefined) await rm(directory, { recursive: true, force: true });
}

function open<T>(one: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: connections }, one));
}

async function overHttp(clients: HttpConnection[], duration: number): Promise<Round> {
  const path = `/genesys/1/service/callback/${SERVICE}`;
  return measure(clients, duration, async (client, index) => {
    const body = JSON.stringify({
      _customer_number: numberOf(index),
      _usr_customer_name: 'Bob Markel',
      _usr_reason: 'billing question',
      _device_notification_id: 'b16416334828b1d26ef14f329628b55b5a8c631d8928a371a5584722dd7fb673',
      _device_os: 'comet',
      _desired_time: new Date(bucketOf(index)).toISOString(),
    });
    const { status, body: answer } = await client.post(path, body);
    if (status !== 200) throw new Error(`${status}: ${answer}`);
  });
}

/** Milliseconds of processor time. */
interface Used {
  server: number;
  database: number;
}

/** The database is everything below this process that is not the server. */
async function usedBy(pid: number): Promise<Used> {
  const { server } = await processorTime(pid);
  const { database } = await processorTime(process.pid);
  return { server, database: database - server };
}

/** The same statement, prepared, with the same amount of data, from clients of the database itself. */
async function raw(sessions: pg.Client[], duration: number): Promise<Round> {
  return measure(sessions, duration, async (session, index) => {
    const now = Date.now();
    const desired = bucketOf(index);
    const number = numberOf(index);
    const row: Parameters<typeof bookingValues>[0] = {
      id: newId(),
      service: 'Raw',
      state: 'SCHEDULED',
      reason: null,
      customer_number: number,
      immediate: false,
      desired_at: desired,
      bucket: desired,
      submit_at: desired - 120_000,
      submit_attempts: 0,
      session: null,
      ttl: DAY_S,
      expires_at: desired + DAY_S * 1000,
      properties: {
        _customer_number: number,
        _usr_customer_name: 'Bob Markel',
        _usr_reason: 'billing question',
        _device_notification_id: 'b16416334828b1d26ef14f329628b55b5a8c631d8928a371a5584722dd7fb673',
        _device_os: 'comet',
      },
      lookup: { _customer_number: number },
      progress: {},
      created_at: now,
      changed_at: now,
    };
    const { rowCount } = await session.query({ ...BOOK, values: bookingValues(row, PLACES) });
    if (rowCount !== 1) throw new Error('the bucket is full');
  });
}

function numberOf(index: number): string {
  return `+1650466${String(1000 + (index % 9000))}`;
}

/** Neighbours are spread over all buckets, none of them twice in a row. */
function bucketOf(index: number): number {
  const first = Math.ceil(Date.now() / BUCKET_MS) + 24;
  return (first + ((index * 7919) % BUCKETS)) * BUCKET_MS;
}

/** Keeps every connection busy with one booking after the other. */
async function measure<C>(
  clients: C[],
  duration: number,
  book: (client: C, index: number) => Promise<void>,
): Promise<Round> {
  const taken: number[] = [];
  const began = performance.now();
  const end = began + duration * 1000;
  await Promise.all(
    clients.map(async (client) => {
      for (let now = performance.now(); now < end; ) {
        counter += 1;
        await book(client, counter);
        const after = performance.now();
        taken.push(after - now);
        now = after;
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  const sorted = Float64Array.from(taken).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { count: taken.length, perSecond: taken.length / elapsed, p50: at(0.5), p99: at(0.99) };
}

function print(http: Round[], alone: Round[], used: Used[]): void {
  const middle = (rounds: Round[], of: keyof Round) => {
    const sorted = rounds.map((round) => round[of]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  const row = (title: string, rounds: Round[]) => {
    const perSecond = middle(rounds, 'perSecond').toFixed(0).padStart(8);
    const p50 = middle(rounds, 'p50').toFixed(1).padStart(8);
    const p99 = middle(rounds, 'p99').toFixed(1).padStart(8);
    console.log(`  ${title.padEnd(30)}${perSecond}/s${p50} ms${p99} ms`);
  };
  const title = `bookings at ${connections} connections, ${availableParallelism()} processors`;
  console.log(`${title}: median of ${http.length} rounds of ${seconds} s (rate, p50, p99)`);
  row('over HTTP', http);
  row('booking statement alone', alone);
  const ratio = middle(http, 'perSecond') / middle(alone, 'perSecond');
  console.log(`  ratio ${ratio.toFixed(2)}`);
  const bookings = http.reduce((sum, { count }) => sum + count, 0);
  const each = (of: keyof Used) => (used.reduce((sum, part) => sum + part[of], 0) / bookings).toFixed(2);
  console.log(`  processor time per booking over HTTP: server ${each('server')} ms, database ${each('database')} ms`);
  console.log(
    `  aims: at least ${AIMS.perSecond}/s, ratio at least ${AIMS.ratio}, p99 under ${AIMS.p99} ms on 2 processors`,
  );
}
