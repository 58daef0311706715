import { instant, type Logger } from '../kernel/index.js';
import { type Database, isLockTimeout, statement, type Transaction } from '../store/index.js';

/** This month and the two that follow. */
const MONTHS_AHEAD = 2;
/** "RBEP": the advisory lock under which one node at a time changes the partitions. */
const LOCK = 0x52_42_45_50;
/**
 * A change of partitions waits for whoever reads the table (a dump, say), and everybody who writes waits behind it. So
 * it gives up soon: new events go to the default partition meanwhile, and the next upkeep tries again.
 */
const LOCK_TIMEOUT = '500ms';
const PARTITION_NAME = /^event_(\d{4})_(\d{2})$/;

const PARTITIONS = statement(
  'journal-partitions',
  `select child.relname as name
   from pg_inherits join pg_class child on child.oid = inhrelid
   where inhparent = 'event'::regclass`,
);
const STRAYS_IN = statement(
  'journal-strays',
  'select exists (select from event_default where at >= $1 and at < $2) as found',
);
const DELETE_OLD_STRAYS = statement('journal-delete-strays', 'delete from event_default where at < $1');

interface Month {
  name: string;
  /** ISO instants: the first moment of the month, and of the next one. */
  from: string;
  to: string;
}

/** Makes the partitions of the month of `now` (milliseconds since 1970) and the next ones, unless they are there. */
export async function createPartitions(database: Database, now: number, log: Logger): Promise<void> {
  for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead += 1) {
    const month = monthOf(now, ahead);
    if ((await partitionNames(database)).includes(month.name)) continue;
    const changed = await changePartitions(database, log, async (tx) => {
      if ((await partitionNames(tx)).includes(month.name)) return;
      await createPartition(tx, month);
    });
    if (!changed) return;
  }
}

/**
 * Drops the partitions that end before `cutoff` (milliseconds since 1970), and deletes what lies outside of partitions.
 */
export async function dropOldEvents(database: Database, cutoff: number, log: Logger): Promise<void> {
  for (const name of await partitionNames(database)) {
    const [, year, month] = PARTITION_NAME.exec(name) ?? [];
    if (!year || !month || Date.UTC(Number(year), Number(month), 1) > cutoff) continue;
    const dropped = await changePartitions(database, log, async (tx) => {
      await tx.query(`drop table if exists ${name}`);
    });
    if (dropped) log.info({ partition: name }, 'Events older than the retention were dropped');
  }
  await database.transaction((tx) => tx.query(DELETE_OLD_STRAYS, [instant(cutoff)]), {
    statementTimeoutMs: Number.POSITIVE_INFINITY,
  });
}

async function partitionNames(sql: Database | Transaction): Promise<string[]> {
  return (await sql.query<{ name: string }>(PARTITIONS)).map(({ name }) => name);
}

/** @returns false when somebody was reading or writing the table for too long */
async function changePartitions(
  database: Database,
  log: Logger,
  change: (tx: Transaction) => Promise<void>,
): Promise<boolean> {
  try {
    await database.transaction(
      async (tx) => {
        await tx.query(`select pg_advisory_xact_lock(${LOCK})`);
        await tx.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
        await change(tx);
      },
      { statementTimeoutMs: Number.POSITIVE_INFINITY },
    );
    return true;
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    log.info({}, 'The partitions of the event journal are in use; they are seen to next time');
    return false;
  }
}

/**
 * Makes the table first and attaches it then: that lets others write meanwhile, which `partition of` does not. Events
 * that were written before their partition existed move into it from the default one.
 */
async function createPartition(tx: Transaction, { name, from, to }: Month): Promise<void> {
  await tx.query(`create table ${name} (like event including defaults including constraints)`);
  const [strays] = await tx.query<{ found: boolean }>(STRAYS_IN, [from, to]);
  if (strays?.found) {
    await tx.query(
      `with stray as (delete from event_default where at >= '${from}' and at < '${to}' returning *)
       insert into ${name} select * from stray`,
    );
  }
  await tx.query(`alter table event attach partition ${name} for values from ('${from}') to ('${to}')`);
}

function monthOf(now: number, ahead: number): Month {
  // The date's parts in UTC: `YYYY-MM-...`.
  const [year = '', month = ''] = instant(now).split('-');
  const from = Date.UTC(Number(year), Number(month) - 1 + ahead, 1);
  const to = Date.UTC(Number(year), Number(month) + ahead, 1);
  const name = `event_${instant(from).slice(0, 7).replace('-', '_')}`;
  return { name, from: instant(from), to: instant(to) };
}
