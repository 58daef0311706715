/**
 * Calling lists of the size that campaigns have, on a PostgreSQL of their own:
 *
 * - import of a file beside PostgreSQL's own COPY of the same file in the same run;
 * - picking the next batch from a long list, with all its chains, zones and windows, in transactions of its own;
 * - the same with the do-not-call check on a long do-not-call list, and without it, in alternation.
 *
 *   npm run bench -- lists [--import 1000000] [--records 10000000] [--dnc 10000000] [--batches 500] [--batch 50]
 *                          [--rounds 1] [--data DIRECTORY]
 *
 * `--records 0` leaves out the picking; a small run: `--import 50000 --records 200000 --dnc 200000`.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Configuration } from 'ringback/dist/config/index.js';
import { Activity, SystemClock, silentLogger } from 'ringback/dist/kernel/index.js';
import { CallingLists, DEFAULT_PRIORITIES, Importer } from 'ringback/dist/outbound/list/index.js';
import { Journal } from 'ringback/dist/reporting/index.js';
import { Database, migrate, startEmbedded } from 'ringback/dist/store/index.js';
import { fillDoNotCall, fillList } from './fill.js';

const { values } = parseArgs({
  options: {
    import: { type: 'string', default: '1000000' },
    records: { type: 'string', default: '10000000' },
    dnc: { type: 'string', default: '10000000' },
    batches: { type: 'string', default: '500' },
    batch: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
});
const size = {
  import: Number(values.import),
  records: Number(values.records),
  dnc: Number(values.dnc),
  batches: Number(values.batches),
  batch: Number(values.batch),
  rounds: Number(values.rounds),
};
/** Not measured: connections and plans are warmed up. */
const WARM_UP = 40;
const AIMS = { timesCopy: 4, p99: 10, check: 10 };
/** Noon in Denver on a Wednesday: most of America may be called, most of Asia may not. */
const NOW = Date.UTC(2026, 0, 7, 19);
const OWNER = { appId: 150, groupId: 201, campaignId: 501 };
const NO_LIMIT = { statementTimeoutMs: Number.POSITIVE_INFINITY };

const directory = values.data ?? (await mkdtemp(join(tmpdir(), 'ringback-bench-lists-')));
await chmod(directory, 0o755);
const embedded = await startEmbedded({ dataDirectory: directory, log: silentLogger });
const activity = new Activity();
const clock = new SystemClock();
const database = await Database.connect({
  connectionString: embedded.connectionString,
  log: silentLogger,
  activity,
});
try {
  await migrate(database, { log: silentLogger });
  const configuration = await Configuration.open({ database, clock, activity, log: silentLogger });
  const journal = new Journal({ database, clock, activity, log: silentLogger });
  const lists = new CallingLists({ database, configuration, journal, clock, activity, log: silentLogger });
  await configuration.put('options', 'OCServer', { 'default-country': 'US', customer_id: 'crm' });
  if (size.import > 0) await importing(configuration, lists);
  if (size.records > 0) await picking(configuration, lists);
} finally {
  await database.close();
  await embedded.stop();
  if (values.data === undefined) await rm(directory, { recursive: true, force: true });
}

async function importing(configuration: Configuration, lists: CallingLists): Promise<void> {
  const file = join(directory, 'list.csv');
  await writeFile(file, size.import);
  const columns = `record_id bigint, chain_id bigint, chain_n integer, contact_info text, contact_info_type smallint,
    tz_name text, daily_from integer, daily_till integer, crm text, city text`;
  const ours: number[] = [];
  const keyed: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < size.rounds; round += 1) {
    bare.push(await copy(file, `create table copied (${columns})`));
    keyed.push(
      await copy(file, `create table copied (${columns}, primary key (chain_id, chain_n), unique (record_id))`),
    );
    const list = `import ${round}`;
    await configuration.put('calling-lists', list, {});
    const started = performance.now();
    const report = await new Importer({ database, lists, clock }).import({
      ...{ list, format: 'csv', source: createReadStream(file) },
    });
    ours.push(performance.now() - started);
    if (report.inserted !== size.import)
      throw new Error(`imported ${report.inserted}: ${JSON.stringify(report.errors[0])}`);
  }
  const [import_, withKeys, alone] = [median(ours), median(keyed), median(bare)];
  console.log(`\nImport of ${count(size.import)} records (10 columns, of which 2 are user-defined)`);
  console.log(`  import                                   ${rate(import_)}`);
  console.log(
    `  COPY, table with the keys of the records ${rate(withKeys)}   import takes ${times(import_, withKeys)}`,
  );
  console.log(`  COPY, table without any index            ${rate(alone)}   import takes ${times(import_, alone)}`);
  console.log(`  aim: within ${AIMS.timesCopy} times COPY: ${verdict(import_ <= AIMS.timesCopy * withKeys)}`);
}

/** Milliseconds that PostgreSQL takes to read the file into a new table. */
async function copy(file: string, create: string): Promise<number> {
  await database.query(create);
  const started = performance.now();
  await database.transaction((tx) => tx.query(`copy copied from '${file}' (format csv, header)`), NO_LIMIT);
  const took = performance.now() - started;
  await database.query('drop table copied');
  return took;
}

async function picking(configuration: Configuration, lists: CallingLists): Promise<void> {
  await configuration.put('calling-lists', 'long', {});
  const started = performance.now();
  await database.transaction(async (tx) => {
    await fillList(tx, 'long', size.records, NOW);
    await fillDoNotCall(tx, size.dnc, NOW);
  }, NO_LIMIT);
  await vacuum('calling_record', 'gsw_donotcall_list');
  console.log(
    `\nFilled a list of ${count(size.records)} and a do-not-call list of ${count(size.dnc)} in ${seconds(performance.now() - started)}`,
  );
  const took = { on: [] as number[], off: [] as number[] };
  for (let round = 0; round < size.batches * 2 + WARM_UP; round += 1) {
    const check = round % 2 === 0 ? 'on' : 'off';
    await configuration.put('calling-lists', 'long', { options: { check_dnc_list: String(check === 'on') } });
    const before = performance.now();
    const chains = await database.transaction((tx) =>
      lists.retrieve(tx, { list: 'long', owner: OWNER, limit: size.batch, now: NOW, priorities: DEFAULT_PRIORITIES }),
    );
    if (round >= WARM_UP) took[check].push(performance.now() - before);
    if (chains.length < size.batch) throw new Error(`only ${chains.length} chains came back`);
  }
  const [on, off] = [took.on.sort(byNumber), took.off.sort(byNumber)];
  console.log(`Picking ${size.batch} chains, ${count(size.batches)} times each`);
  console.log(
    `  with the do-not-call check     p50 ${ms(at(on, 0.5))}   p99 ${ms(at(on, 0.99))}   mean ${ms(mean(on))}`,
  );
  console.log(
    `  without it                     p50 ${ms(at(off, 0.5))}   p99 ${ms(at(off, 0.99))}   mean ${ms(mean(off))}`,
  );
  const added = (100 * (at(on, 0.5) - at(off, 0.5))) / at(off, 0.5);
  console.log(
    `  the check adds                 ${added.toFixed(1)} % to the median, ${((100 * (mean(on) - mean(off))) / mean(off)).toFixed(1)} % to the mean`,
  );
  console.log(
    `  aims: p99 at most ${AIMS.p99} ms: ${verdict(at(on, 0.99) <= AIMS.p99)}; less than ${AIMS.check} %: ${verdict(added < AIMS.check)}`,
  );
}

/** What autovacuum does some minutes after a load. */
async function vacuum(...tables: string[]): Promise<void> {
  // Not through the product's connections, which limit the time of statements.
  const client = new pg.Client(embedded.connectionString);
  await client.connect();
  for (const table of tables) await client.query(`vacuum analyze ${table}`);
  await client.end();
}

async function writeFile(file: string, lines: number): Promise<void> {
  const out = createWriteStream(file);
  out.write('record_id,chain_id,chain_n,contact_info,contact_info_type,tz_name,daily_from,daily_till,crm,city\n');
  const zones = ['PST', 'MST', 'CST', 'EST', 'AtlST'];
  const cities = ['Springfield', 'Fairview', 'Riverside', 'Franklin', 'Greenville'];
  for (let line = 1; line <= lines; line += 1) {
    const inChain = line % 10 === 0;
    const row = `${line},${inChain ? line - 1 : line},${inChain ? 2 : 1},${2_010_000_000 + line},${1 + (line % 4)},${zones[line % 5]},28800,72000,C-${line},${cities[line % 5]}\n`;
    if (!out.write(row)) await new Promise<void>((resolve) => out.once('drain', resolve));
  }
  await new Promise<void>((resolve) => out.end(resolve));
  await chmod(file, 0o644);
}

function byNumber(one: number, other: number): number {
  return one - other;
}

/** The value below which `part` of sorted values lie. */
function at(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function median(numbers: readonly number[]): number {
  return at([...numbers].sort(byNumber), 0.5);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function rate(took: number): string {
  return `${seconds(took).padStart(8)}  ${count(Math.round((size.import * 1000) / took)).padStart(10)}/s`;
}

function seconds(took: number): string {
  return `${(took / 1000).toFixed(1)} s`;
}

function ms(took: number): string {
  return `${took.toFixed(1)} ms`;
}

function times(one: number, other: number): string {
  return `${(one / other).toFixed(1)} times as long`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function verdict(reached: boolean): string {
  return reached ? 'reached' : 'MISSED';
}
