/**
 * Calls set up per second through Ringback and Asterisk, beside the same calls placed by a bare ARI loop on the same
 * Asterisk, in turns: a customer behind a SIP trunk (SIPp) answers at once and is hung up. Needs root on Debian, as the
 * telephone tests do.
 *
 *     npm run bench -- calls [--calls 2000] [--at-once 40] [--rounds 2]
 *
 * Processor time is that of everybody: Asterisk, the customers, this process and, for Ringback, PostgreSQL. It says the same
 * on a busy machine and on a quiet one. Ringback stores the intent of each call before it dials, and every news of it with
 * its journal entry, in PostgreSQL.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { silentLogger } from 'ringback/dist/kernel/index.js';
import { startEmbedded } from 'ringback/dist/store/index.js';
import { processorTime } from '../context/processor-time.js';
import { startTelephones } from './asterisk.js';
import { bareLoop } from './bare-ari.js';
import { type Figures, perSecond, placeCalls, processorMsPerCall, quantile, together } from './crowd.js';
import { ringbackCalls } from './ringback.js';

/** Calls before the measured ones, on each side. */
const WARM_UP = 100;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '2000' },
    'at-once': { type: 'string', default: '40' },
    rounds: { type: 'string', default: '2' },
  },
});
const calls = Number(values.calls);
const atOnce = Number(values['at-once']);
const rounds = Number(values.rounds);

type Prepared = { root: string; version: string; remove: () => void } | { missing: string };
const scripts = pathToFileURL(join(process.cwd(), 'scripts/asterisk-root.mjs')).href;
// A script without types; what it answers is written in its own documentation.
const { prepareAsterisk } = (await import(scripts)) as { prepareAsterisk: () => Promise<Prepared> };

const prepared = await prepareAsterisk();
if ('missing' in prepared) {
  console.log(`calls: not measured, ${prepared.missing}`);
} else {
  await measure(prepared);
}

async function measure({ root, version, remove }: Extract<Prepared, { root: string }>): Promise<void> {
  const undo: (() => unknown)[] = [remove];
  try {
    const directory = await mkdtemp(join(tmpdir(), 'ringback-bench-calls-'));
    undo.push(() => rm(directory, { recursive: true, force: true }));
    const telephones = await startTelephones(root);
    undo.push(() => telephones.stop());
    const postgres = await startEmbedded({ dataDirectory: directory, log: silentLogger });
    undo.push(() => postgres.stop());
    const database = new URL(postgres.connectionString);
    const admin = new pg.Client({ connectionString: database.href });
    await admin.connect();
    await admin.query('create database ringback_bench');
    await admin.end();
    database.pathname = '/ringback_bench';
    const ringback = await ringbackCalls(telephones.url, database.href, directory);
    undo.push(() => ringback.stop());
    const bare = await bareLoop(telephones.url);
    undo.push(() => bare.close());
    // Asterisk, the customers and the database were all started by this process.
    const used = async () => {
      const { server, database: others } = await processorTime(process.pid);
      return server + others;
    };
    const sides = { bare: bare.place, ringback: ringback.place };
    const figures: Record<keyof typeof sides, Figures[]> = { bare: [], ringback: [] };
    for (const place of Object.values(sides)) await placeCalls(place, WARM_UP, atOnce, used);
    for (let round = 0; round < rounds; round += 1) {
      for (const side of ['bare', 'ringback'] as const) {
        figures[side].push(await placeCalls(sides[side], Math.ceil(calls / rounds), atOnce, used));
      }
    }
    print(version, together(figures.bare), together(figures.ringback));
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function print(version: string, bare: Figures, ringback: Figures): void {
  const row = (name: string, figures: Figures) =>
    `  ${name.padEnd(18)} ${perSecond(figures).toFixed(0).padStart(7)}/s  ${String(figures.failed).padStart(6)} of ${figures.calls} ${quantile(figures, 0.5).toFixed(0).padStart(9)} ${quantile(figures, 0.99).toFixed(0).padStart(9)} ${processorMsPerCall(figures).toFixed(2).padStart(12)}`;
  console.log(`calls: ${atOnce} at once, Asterisk ${version}, ${availableParallelism()} processors`);
  console.log('                        set up         failed    p50 ms    p99 ms   CPU ms/call');
  console.log(row('bare ARI loop', bare));
  console.log(row('Ringback', ringback));
  const [rate, work] = [perSecond(ringback) / perSecond(bare), processorMsPerCall(bare) / processorMsPerCall(ringback)];
  console.log(`  ratio ${rate.toFixed(2)}, of processor time ${work.toFixed(2)} (aims: 0.8, 100/s, none failed)`);
}
