import { afterAll, inject } from 'vitest';
import { Activity, type Logger, silentLogger } from '../kernel/index.js';
import { Database, type DatabaseOptions } from './database.js';
import { TestCluster } from './testing-cluster.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the service (tests/database-service.ts) that starts one cluster for all test files of a run. */
    testDatabases?: string;
  }
}

export interface TestDatabase {
  database: Database;
  /** For a second `Database` (another node) or another process on the same data. */
  connectionString: string;
  activity: Activity;
}

export interface TestDatabaseOptions {
  activity?: Activity;
  log?: Logger;
  maxConnections?: number;
}

const TEST_SILENCE_MS = 60_000;

const open: { database: Database; drop: () => Promise<void> }[] = [];
let ownCluster: Promise<TestCluster> | undefined;

afterAll(async () => {
  for (const { database, drop } of open.splice(0)) {
    await database.close();
    await drop();
  }
  await (await ownCluster)?.stop();
});

/**
 * A fresh, migrated PostgreSQL database for a test; it is closed and dropped when the test file is done. The server
 * behind it is shared by all test files of a run and starts with the first call.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const activity = options.activity ?? new Activity();
  const { connectionString, drop } = await createDatabase();
  const database = await testConnection({ ...options, activity, connectionString });
  open.push({ database, drop });
  return { database, connectionString, activity };
}

/** Connections to a test database, which may be silent for as long as a busy machine stands still. */
export function testConnection(options: Omit<DatabaseOptions, 'log'> & { log?: Logger }): Promise<Database> {
  return Database.connect({ log: silentLogger, silenceMs: TEST_SILENCE_MS, ...options });
}

async function createDatabase(): Promise<{ connectionString: string; drop: () => Promise<void> }> {
  const service = inject('testDatabases');
  if (service) {
    const connectionString = await ask(service, 'POST', '');
    return { connectionString, drop: async () => void (await ask(service, 'DELETE', connectionString)) };
  }
  // Run without the workspace's vitest configuration: this file then has a server of its own.
  ownCluster ??= TestCluster.start();
  const cluster = await ownCluster;
  const connectionString = await cluster.createDatabase();
  return { connectionString, drop: () => cluster.dropDatabase(connectionString) };
}

async function ask(service: string, method: string, body: string): Promise<string> {
  const answer = await fetch(service, { method, ...(body && { body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`No test database: ${text}`);
  return text;
}
