/**
 * Durable transitions of sessions per second, in one run beside the same row writes by plain clients of PostgreSQL and
 * beside a durable-workflow library (DBOS: one workflow that waits for events, one durable step per event), all on the
 * same PostgreSQL; then how long a start takes until the first reply, and what idle sessions cost.
 *
 *   npm run bench -- orchestration [--sessions 256] [--seconds 6] [--rounds 3] [--idle 20000] [--data DIRECTORY]
 *
 * A transition is an event that is stored, consumed, and known to be stored with all that it changed. Rounds alternate,
 * so that what else runs on the machine meets all; the median of the rounds counts. Everything runs in this process and
 * below it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { newId, silentLogger } from 'ringback/dist/kernel/index.js';
import { startEmbedded } from 'ringback/dist/store/index.js';
import { processorTime } from '../context/processor-time.js';
import { REPLIES, WAITS } from './application.js';
import { measure, middle, type Round } from './figures.js';
import { type Host, putFlow, startHost, startSession } from './host.js';
import { measureIdle } from './idle.js';
import { RawWrites } from './raw.js';
import { workflows } from './workflows.js';

const AIMS = { perSecond: 3_000, replyMs: 5, idleBytes: 10_000 };
const RAW_CONNECTIONS = 16;
const WARM_UP_SECONDS = 2;
const REPLIERS = 4;

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '256' },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    idle: { type: 'string', default: '20000' },
    data: { type: 'string' },
  },
});
const sessions = Number(values.sessions);
const seconds = Number(values.seconds);

const directory = values.data ?? (await mkdtemp(join(tmpdir(), 'ringback-bench-orchestration-')));
const embedded = await startEmbedded({ dataDirectory: directory, log: silentLogger });
let host: Host | undefined;
let raw: RawWrites | undefined;
let isPeerUp = false;
try {
  host = await startHost(await ownDatabase('ringback_bench'), join(directory, 'host'));
  await putFlow(host, 'waits', WAITS);
  await putFlow(host, 'replies', REPLIES);
  raw = await RawWrites.open(databaseNamed('ringback_bench'), RAW_CONNECTIONS, sessions);
  await workflows.start(await ownDatabase('peer_bench'));
  isPeerUp = true;
  await transitions(host, raw);
  await replies(host);
  await measureIdle(host, Number(values.idle), AIMS.idleBytes);
} finally {
  if (isPeerUp) await workflows.stop();
  await raw?.close();
  await host?.stop();
  await embedded.stop();
  if (values.data === undefined) await rm(directory, { recursive: true, force: true });
}

async function transitions(host: Host, raw: RawWrites): Promise<void> {
  const own: string[] = [];
  const peers: string[] = [];
  for (let each = 0; each < sessions; each += 1) {
    own.push(await startSession(host, 'waits'));
    peers.push(await workflows.begin());
  }
  // Statistics of tables that have just been filled: what a server that has run for a minute has.
  await host.ground.database.query('analyze');
  const ours = (duration: number) =>
    measure(sessions, duration, async (index) => {
      const event = { name: 'n', data: { by: 1 } };
      if (!(await host.orchestration.sessions.deliver(own[index] ?? '', event, 60_000)))
        throw new Error('session gone');
    });
  let turn = 0;
  const plain = (duration: number) => measure(raw.connections, duration, (index) => raw.transition(index, turn++));
  const theirs = (duration: number) => measure(sessions, duration, (index) => workflows.transition(peers[index] ?? ''));
  for (const warmUp of [ours, plain, theirs]) await warmUp(WARM_UP_SECONDS);
  const rounds = { ours: [] as Round[], plain: [] as Round[], theirs: [] as Round[] };
  const used = { ours: nothingUsed(), plain: nothingUsed(), theirs: nothingUsed() };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    rounds.ours.push(await watched(used.ours, () => ours(seconds)));
    rounds.plain.push(await watched(used.plain, () => plain(seconds)));
    rounds.theirs.push(await watched(used.theirs, () => theirs(seconds)));
  }
  console.log(
    `durable transitions, ${sessions} sessions at a time, ${availableParallelism()} processors: ` +
      `median of ${values.rounds} rounds of ${seconds} s (rate, p50, p99)`,
  );
  print('Ringback sessions', middle(rounds.ours));
  print(`row writes alone, ${RAW_CONNECTIONS} clients`, middle(rounds.plain));
  print('DBOS workflows', middle(rounds.theirs));
  const rate = middle(rounds.ours).perSecond;
  console.log(`  ratio to row writes alone ${(rate / middle(rounds.plain).perSecond).toFixed(2)}`);
  console.log(`  ratio to DBOS ${(rate / middle(rounds.theirs).perSecond).toFixed(2)}`);
  console.log(`  aim: ${AIMS.perSecond}/s on 2 processors`);
  printUsed('Ringback', used.ours);
  printUsed('row writes alone', used.plain);
  printUsed('DBOS', used.theirs);
}

/** Milliseconds of processor time, which hardly depend on what else runs on the machine. */
interface Used {
  process: number;
  database: number;
  count: number;
}

function nothingUsed(): Used {
  return { process: 0, database: 0, count: 0 };
}

async function watched(used: Used, round: () => Promise<Round>): Promise<Round> {
  const before = await processorTime(process.pid);
  const result = await round();
  const after = await processorTime(process.pid);
  used.process += after.server - before.server;
  used.database += after.database - before.database;
  used.count += result.count;
  return result;
}

function printUsed(title: string, { process, database, count }: Used): void {
  const each = (time: number) => (time / count).toFixed(2);
  const sum = each(process + database);
  console.log(
    `  processor time of one, ${title}: process ${each(process)} ms, database ${each(database)} ms, sum ${sum} ms`,
  );
}

async function replies(host: Host): Promise<void> {
  const { orchestration, ground } = host;
  const ours = (duration: number) =>
    measure(REPLIERS, duration, async () => {
      const startRequestId = newId();
      const id = await orchestration.sessions.start(ground.database, {
        flow: 'replies',
        parameters: {},
        startRequestId,
      });
      orchestration.sessions.wake(id);
      const reply = await orchestration.sessions.reply(startRequestId, 60_000);
      if (reply?.status !== 200) throw new Error(`the application answered ${JSON.stringify(reply)}`);
    });
  const theirs = (duration: number) => measure(REPLIERS, duration, () => workflows.reply());
  await ours(WARM_UP_SECONDS);
  await theirs(WARM_UP_SECONDS);
  const own: Round[] = [];
  const peer: Round[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    own.push(await ours(seconds / 2));
    peer.push(await theirs(seconds / 2));
  }
  console.log(`start to first reply, ${REPLIERS} at a time (rate, p50, p99)`);
  print('Ringback session', middle(own));
  print('DBOS workflow', middle(peer));
  console.log(`  ratio of p50 to DBOS ${(middle(own).p50 / middle(peer).p50).toFixed(2)}`);
  console.log(`  aim: p50 under ${AIMS.replyMs} ms`);
}

function print(title: string, { perSecond, p50, p99 }: Round): void {
  const rate = perSecond.toFixed(0).padStart(8);
  console.log(`  ${title.padEnd(34)}${rate}/s${p50.toFixed(1).padStart(8)} ms${p99.toFixed(1).padStart(8)} ms`);
}

async function ownDatabase(name: string): Promise<string> {
  const admin = new pg.Client(embedded.connectionString);
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  return databaseNamed(name);
}

function databaseNamed(name: string): string {
  const url = new URL(embedded.connectionString);
  url.pathname = `/${name}`;
  return url.href;
}
