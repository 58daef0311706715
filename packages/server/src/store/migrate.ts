import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Clock, instant, type Logger, RingbackError, SystemClock } from '../kernel/index.js';
import type { Database } from './database.js';
import { statement, type Transaction } from './sql.js';

/** `packages/server/migrations`, seen from `src/store` as from `dist/store`. */
const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));
const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;
/** "RBMG": any number that nobody else takes an advisory lock with. */
const LOCK = 0x52_42_4d_47;

const CREATE_TABLE = `
create table if not exists migration (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null
)`;
const APPLIED = statement('migration-applied', 'select number, name, checksum from migration order by number');
const NOTE_APPLIED = statement(
  'migration-note',
  'insert into migration (number, name, checksum, applied_at) values ($1, $2, $3, $4)',
);

export interface Migration {
  number: number;
  name: string;
  sql: string;
  /** SHA-256 of the text with Unix line ends. */
  checksum: string;
}

export interface MigrateOptions {
  log: Logger;
  /** Default: the directory `migrations` of this package. */
  directory?: string;
  /** For the note of when it was applied; default real time. */
  clock?: Clock;
}

/**
 * Brings the database's tables to the state that this program needs: applies, in the order of their numbers and in one
 * transaction, the migrations that it does not have. Several nodes may call it at the same time: one works, the others
 * wait.
 * @returns the migrations that were applied now
 * @throws RingbackError `database-newer` when a later version of the program has worked on it, `migration-changed` when
 *   a file is not what was applied under its number, `migration-failed` naming file, line and cause; nothing is changed
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<Migration[]> {
  const migrations = await readMigrations(options.directory ?? MIGRATIONS);
  const at = instant((options.clock ?? new SystemClock()).now());
  const missing = await database.transaction(
    async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(${LOCK})`);
      await tx.query(CREATE_TABLE);
      const missing = missingMigrations(migrations, await tx.query<AppliedMigration>(APPLIED));
      for (const migration of missing) {
        await apply(tx, migration);
        await tx.query(NOTE_APPLIED, [migration.number, migration.name, migration.checksum, at]);
      }
      return missing;
    },
    { statementTimeoutMs: Number.POSITIVE_INFINITY },
  );
  if (missing.length > 0) {
    options.log.info({ migrations: missing.map(fileName) }, 'The database was brought up to date');
  }
  return missing;
}

/** Reads the numbered SQL files of a directory, in order. */
export async function readMigrations(directory: string = MIGRATIONS): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for (const file of (await readdir(directory)).sort()) {
    if (!file.endsWith('.sql')) continue;
    const [, number, name] = FILE_NAME.exec(file) ?? [];
    if (number === undefined || name === undefined) {
      throw new RingbackError('migration-misnamed', `Migration ${file} is not named NNNN_name.sql.`);
    }
    const sql = (await readFile(`${directory}/${file}`, 'utf8')).replaceAll('\r\n', '\n');
    const migration = { number: Number(number), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    const before = migrations.at(-1);
    if (before?.number === migration.number) {
      throw new RingbackError('migration-misnamed', `${fileName(before)} and ${file} have the same number.`);
    }
    migrations.push(migration);
  }
  return migrations;
}

type AppliedMigration = Pick<Migration, 'number' | 'name' | 'checksum'>;

function missingMigrations(migrations: Migration[], applied: AppliedMigration[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const earlier of applied) {
    const migration = known.get(earlier.number);
    if (!migration) {
      throw new RingbackError(
        'database-newer',
        `The database was changed by a later version of Ringback (migration ${fileName(earlier)}), ` +
          'which this version does not know. Start that version or a later one.',
      );
    }
    if (migration.checksum !== earlier.checksum) {
      throw new RingbackError(
        'migration-changed',
        `Migration ${fileName(migration)} is not what was applied to this database as ${fileName(earlier)}. ` +
          'Applied migrations must stay as they are; a change is a new migration.',
      );
    }
    known.delete(earlier.number);
  }
  return [...known.values()];
}

async function apply(tx: Transaction, migration: Migration): Promise<void> {
  try {
    await tx.query(migration.sql);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const line = error.position && migration.sql.slice(0, Number(error.position)).split('\n').length;
    throw new RingbackError(
      'migration-failed',
      `Migration ${fileName(migration)} failed${line ? ` in line ${line}` : ''}: ${error.message}`,
      [],
      { cause: error },
    );
  }
}

function fileName({ number, name }: Pick<Migration, 'number' | 'name'>): string {
  return `${String(number).padStart(4, '0')}_${name}.sql`;
}
