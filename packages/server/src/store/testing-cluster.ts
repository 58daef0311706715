import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
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

/** Where PostgreSQL has its shared memory, too. */
const MEMORY_FOLDER = '/dev/shm';
/** What the databases of all tests that run at a time take at most, with a margin; bytes. */
const MEMORY_NEEDED = 3 * 1024 ** 3;
/** How many databases are made before anybody asks for them: a copy takes longer than many a test. */
const AHEAD = 3;
/** SQLSTATE of what cannot be done to a database with which somebody is connected, and how often it is tried. */
const OBJECT_IN_USE = '55006';
const MOST_TRIES = 10;
/** A busy machine may stand still for long. */
const TEMPLATE_SILENCE_MS = 60_000;

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
  /** Databases made ahead, by the template that they are copies of. */
  readonly #ahead = new Map<string, Promise<string>[]>();
  #databases = 0;
  /** Ends with the last request: PostgreSQL makes and drops one database at a time. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(directory: string, postmaster: Postmaster, watchdog: Watchdog, admin: pg.Client) {
    this.#directory = directory;
    this.#postmaster = postmaster;
    this.#watchdog = watchdog;
    this.#admin = admin;
  }

  static async start(): Promise<TestCluster> {
    const runAs = await chooseRunAs('');
    const directory = await makeScratchDirectory(runAs, await temporaryFolder());
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
    const ahead = this.#ahead.get(template) ?? [];
    this.#ahead.set(template, ahead);
    ahead.push(this.#copy(template));
    while (ahead.length <= AHEAD) ahead.push(this.#copy(template));
    return ahead.shift() ?? this.#copy(template);
  }

  #copy(template: string): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    return this.#administer(`create database ${name} template ${template} strategy file_copy`).then(() =>
      connectionString(this.#directory, name),
    );
  }

  #administer(statement: string): Promise<unknown> {
    const done = this.#last.then(() => this.#run(statement));
    // Whoever asked hears of the failure; it is not that of the next request.
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** PostgreSQL gives those who are still connected with a database five seconds to go; on a busy machine they need more. */
  async #run(statement: string, tries = 1): Promise<void> {
    try {
      await this.#admin.query(statement);
    } catch (error) {
      const isInUse = error instanceof pg.DatabaseError && error.code === OBJECT_IN_USE;
      if (!isInUse || tries === MOST_TRIES) throw error;
      await this.#run(statement, tries + 1);
    }
  }

  async dropDatabase(connectionString: string): Promise<void> {
    const name = new URL(connectionString).pathname.slice(1);
    await this.#administer(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  }

  async stop(): Promise<void> {
    await Promise.allSettled([...this.#ahead.values()].flat());
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
    await this.#administer(`create database ${name}`);
    const database = await Database.connect({
      connectionString: connectionString(this.#directory, name),
      log: silentLogger,
      activity: new Activity(),
      silenceMs: TEMPLATE_SILENCE_MS,
    });
    try {
      await migrate(database, { log: silentLogger });
    } finally {
      await database.close();
    }
    return name;
  }
}

/** In memory where there is room: copying a database is copying a thousand files, for almost every test. */
async function temporaryFolder(): Promise<string> {
  if (!existsSync(MEMORY_FOLDER)) return tmpdir();
  const { bavail, bsize } = await statfs(MEMORY_FOLDER);
  return bavail * bsize >= MEMORY_NEEDED && freemem() >= 2 * MEMORY_NEEDED ? MEMORY_FOLDER : tmpdir();
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
