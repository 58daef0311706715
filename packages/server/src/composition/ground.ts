import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bindRefusal } from '../api/index.js';
import { Configuration, type ParsedConfiguration, parseConfiguration } from '../config/index.js';
import { Activity, type Clock, type Logger, ManualClock, RingbackError, SystemClock } from '../kernel/index.js';
import { AuditLog, Journal } from '../reporting/index.js';
import { Database, migrate, startEmbedded } from '../store/index.js';
import { type OwnAddress, ownAddress } from './own-address.js';
import type { ServerSettings } from './settings.js';

const CONNECTIONS = 32;

/** What has to be undone, in reverse order, when the server stops or does not come up. */
export type Undo = (() => Promise<unknown> | unknown)[];

/** What everything below is given. */
export interface Ground {
  database: Database;
  clock: Clock;
  activity: Activity;
  log: Logger;
  config: Configuration;
  journal: Journal;
  audit: AuditLog;
  own: OwnAddress;
}

/** Brings the database to the program's version. */
export async function migrateOnly(settings: Pick<ServerSettings, 'data' | 'databaseUrl'>, log: Logger): Promise<void> {
  const undo: Undo = [];
  try {
    await openDatabase(settings, log, new Activity(), undo);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

export async function readConfiguration(file: string): Promise<ParsedConfiguration> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new RingbackError('unreadable-configuration', `The configuration file ${resolve(file)} cannot be read.`, [], {
      cause: error,
    });
  }
  return parseConfiguration(text, file);
}

async function openDatabase(
  { data, databaseUrl }: Pick<ServerSettings, 'data' | 'databaseUrl'>,
  log: Logger,
  activity: Activity,
  undo: Undo,
): Promise<Database> {
  let connectionString = databaseUrl;
  if (connectionString === undefined) {
    const embedded = await startEmbedded({ dataDirectory: data, log });
    undo.push(() => embedded.stop());
    connectionString = embedded.connectionString;
  }
  const database = await Database.connect({ connectionString, log, activity, maxConnections: CONNECTIONS });
  undo.push(() => database.close());
  await migrate(database, { log });
  return database;
}

export async function openGround(
  settings: ServerSettings,
  parsed: ParsedConfiguration,
  log: Logger,
  undo: Undo,
): Promise<Ground> {
  const activity = new Activity();
  const database = await openDatabase(settings, log, activity, undo);
  const clock = settings.testClock ? await testClock(database, activity, settings.beginsAt) : new SystemClock();
  const parts = { database, clock, activity, log };
  const audit = new AuditLog({ clock });
  const config = await Configuration.open({ ...parts, audit: (tx, changes) => audit.record(tx, changes) });
  undo.push(() => config.close());
  await config.apply(parsed, { onlyMissing: settings.onlyMissing });
  const { host, adminPassword } = settings;
  const refusal = bindRefusal({ host, config, ...(adminPassword !== undefined && { adminPassword }) });
  if (refusal !== undefined) throw new RingbackError('bind-refused', refusal);
  const journal = new Journal(parts);
  await journal.start();
  undo.push(() => journal.stop());
  return { ...parts, config, journal, audit, own: ownAddress(settings) };
}

/** Stands at the present or where it is told to, or where an earlier process left it if that is later: stored times never lie in the future. */
async function testClock(database: Database, activity: Activity, beginsAt = Date.now()): Promise<ManualClock> {
  const [last] = await database.query<{ at: number | null }>('select max(at) as at from event');
  return new ManualClock(Math.max(beginsAt, last?.at ?? 0), activity);
}
