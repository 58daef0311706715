import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { Activity, SystemClock, silentLogger } from '../kernel/index.js';
import { Database } from './database.js';
import { findBinaries } from './embedded/binaries.js';
import { createCluster, OWNER } from './embedded/create-cluster.js';
import { Postmaster } from './embedded/postmaster.js';
import { chooseRunAs, type RunAs } from './embedded/run-as.js';
import { makeScratchDirectory } from './embedded/scratch-directory.js';
import { migrate, readMigrations } from './migrate.js';

/** Fast and forgetful: what tests store need not outlive a power cut. */
const TEST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  shared_buffers: '64MB',
  autovacuum: 'off',
  jit: 'off',
};

/**
 * A PostgreSQL server for one run of the tests, in the temporary folder, with a database of its own for each test that
 * asks. It ends with the process that started it, even when that is killed.
 */
export class TestCluster {
  readonly #directory: string;
  readonly #postmaster: Postmaster;
  readonly #watchdog: Watchdog;
  readonly #admin: pg.Client;
  #templates = new Map<string, Promise<string>>();
  #databases = 0;

  private constructor(directory: string, postmaster: Postmaster, watchdog: Watchdog, admin: pg.Client) {
    this.#directory = directory;
    this.#postmaster = postmaster;
    this.#watchdog = watchdog;
    this.#admin = admin;
  }

  static async start(): Promise<TestCluster> {
    const runAs = await chooseRunAs('');
    const directory = await makeScratchDirectory(runAs);
    const watchdog = new Watchdog(directory, runAs);
    const binaries = await findBinaries({ runAs });
    const data = join(directory, 'data');
    await createCluster({ binaries, runAs, directory: data, access: 'trust', durable: false });
    const postmaster = await Postmaster.start({
      binaries,
      runAs,
      directory: data,
      socketDirectory: directory,
      settings: TEST_SETTINGS,
      log: silentLogger,
      clock: new SystemClock(),
    });
    const admin = new pg.Client({ connectionString: connectionString(directory, 'postgres') });
    await admin.connect();
    return new TestCluster(directory, postmaster, watchdog, admin);
  }

  /** A new database with all migrations, which nobody else uses. */
  async createDatabase(): Promise<string> {
    const template = await this.#template();
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.#admin.query(`create database ${name} template ${template}`);
    return connectionString(this.#directory, name);
  }

  async dropDatabase(connectionString: string): Promise<void> {
    const name = new URL(connectionString).pathname.slice(1);
    await this.#admin.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  }

  async stop(): Promise<void> {
    await this.#admin.end();
    await this.#postmaster.stop();
    this.#watchdog.dismiss();
    await rm(this.#directory, { recursive: true });
  }

  /** The migrated database that the others are copied from: one for each state of the migrations (watch mode). */
  async #template(): Promise<string> {
    const state = (await readMigrations()).map(({ checksum }) => checksum).join();
    const template = this.#templates.get(state) ?? this.#createTemplate(`template_${this.#templates.size}`);
    this.#templates.set(state, template);
    return template;
  }

  async #createTemplate(name: string): Promise<string> {
    await this.#admin.query(`create database ${name}`);
    const database = await Database.connect({
      connectionString: connectionString(this.#directory, name),
      log: silentLogger,
      activity: new Activity(),
    });
    try {
      await migrate(database, { log: silentLogger });
    } finally {
      await database.close();
    }
    return name;
  }
}

function connectionString(socketDirectory: string, database: string): string {
  return `postgresql://${OWNER}@${encodeURIComponent(socketDirectory)}/${database}`;
}

/**
 * Waits on a pipe that only this process holds, which ends when this process does, by whatever cause; then it ends the
 * server and removes its directory.
 */
const WATCH = `
read -r dismissed && exit
test -f "$0/data/postmaster.pid" && kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")"
sleep 2
rm -rf "$0"`;

class Watchdog {
  readonly #child;

  constructor(directory: string, runAs: RunAs | undefined) {
    this.#child = spawn('/bin/sh', ['-c', WATCH, directory], {
      ...runAs,
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child.unref();
  }

  dismiss(): void {
    this.#child.stdin.end('dismissed\n');
  }
}
