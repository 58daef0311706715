import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Clock, type Logger, RingbackError, SystemClock, type Timer } from '../../kernel/index.js';
import { type Binaries, findBinaries } from './binaries.js';
import { createCluster, OWNER } from './create-cluster.js';
import { stopLeftBehind } from './left-behind.js';
import { Postmaster, type PostmasterOptions } from './postmaster.js';
import { chooseRunAs, type RunAs } from './run-as.js';
import { makeNotedScratchDirectory, removeNotedScratchDirectory } from './scratch-directory.js';
import { ServerLock } from './server-lock.js';

const run = promisify(execFile);

/**
 * For a small machine that runs Ringback beside it. `fsync`, `synchronous_commit` and `full_page_writes` stay on: what
 * Ringback acknowledges outlives a power cut.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_buffers: '128MB',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '1GB',
  random_page_cost: '1.1',
  autovacuum_naptime: '20s',
  // The statements are short and prepared: compiling them costs more than it saves.
  jit: 'off',
  // The data fits the page cache; a pool of reading processes would only compete for the processors.
  io_method: 'sync',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Errors of statements reach Ringback anyway, and their texts may hold customers' numbers.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 5000;
/** PostgreSQL says this while sessions of a server that was killed have not noticed yet. */
const SESSIONS_LEFT = /pre-existing shared memory block/;
/** And this when a former server came up after all: it had been started, but had not said so, when it was looked for. */
const SERVER_LEFT = /lock file "postmaster\.pid" already exists/;
const LEFT_ATTEMPTS = 40;
const LEFT_WAIT_MS = 250;

export interface EmbeddedOptions {
  /** Holds the cluster (`postgres/`), its password, where its socket is, and the server's lock; made if need be. */
  dataDirectory: string;
  log: Logger;
  /** Supervises processes: real time (the default), also where the product runs on a clock that stands still. */
  clock?: Clock;
  /** Where the programs are copied to when PostgreSQL's user cannot reach them; default `/var/cache` or temporary. */
  binaryCache?: string;
}

export interface EmbeddedDatabase {
  /** For `Database.connect`; holds the password. */
  connectionString: string;
  /** Of the server process; another one after it was restarted. */
  readonly pid: number;
  /** Ends the server (within 9 s) and gives the data directory free. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL server of our own on a data directory, creating the database with the first start and recovering
 * it after a crash. It listens on a Unix socket alone and asks for a generated password. When it dies it is restarted.
 * @throws RingbackError `data-directory-in-use` (another Ringback server is there), `no-embedded-database` (this
 *   platform has none), `data-of-another-version`, `no-unprivileged-user`, `database-not-created`,
 *   `database-not-started`: each says what to do
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { log, clock = new SystemClock() } = options;
  const dataDirectory = resolve(options.dataDirectory);
  const directory = join(dataDirectory, 'postgres');
  const lock = await ServerLock.take(dataDirectory);
  const socketNote = join(dataDirectory, 'postgres-socket');
  try {
    const runAs = await chooseRunAs(directory);
    const binaries = await findBinaries({ runAs, ...(options.binaryCache && { cache: options.binaryCache }) });
    const exists = existsSync(join(directory, 'PG_VERSION'));
    const password = await readPassword(join(dataDirectory, 'postgres-password'), exists);
    if (exists) {
      await checkVersion(directory, binaries);
      if (runAs) await handOver(directory, runAs);
      await stopLeftBehind(directory, { log, clock });
    }
    await removeNotedScratchDirectory(socketNote);
    const socketDirectory = await makeNotedScratchDirectory(socketNote, runAs);
    if (!exists) {
      log.info({ directory }, 'Creating the embedded database');
      await createCluster({ binaries, runAs, directory, access: { password, scratchDirectory: socketDirectory } });
    }
    const supervised = new SupervisedPostmaster(
      { binaries, runAs, directory, socketDirectory, settings: SETTINGS, log, clock },
      await startPostmaster({ binaries, runAs, directory, socketDirectory, settings: SETTINGS, log, clock }),
    );
    const connectionString = `postgresql://${OWNER}:${password}@${encodeURIComponent(socketDirectory)}/${OWNER}`;
    try {
      await createDatabase(connectionString);
    } catch (error) {
      await supervised.stop();
      throw error;
    }
    return {
      connectionString,
      get pid() {
        return supervised.pid;
      },
      stop: async () => {
        await supervised.stop();
        await removeNotedScratchDirectory(socketNote);
        await lock.release();
      },
    };
  } catch (error) {
    await removeNotedScratchDirectory(socketNote);
    await lock.release();
    throw error;
  }
}

/**
 * Keeps a server running: when it ends without having been told to, it is started again, with growing pauses when that
 * fails. `stop` ends it, or the attempts.
 */
class SupervisedPostmaster {
  #current: Postmaster;
  #stopping = false;
  #restart: Promise<void> | undefined;
  #pause: { timer: Timer; end: () => void } | undefined;

  constructor(
    private readonly options: PostmasterOptions,
    first: Postmaster,
  ) {
    this.#current = first;
    this.#watch(first);
  }

  get pid(): number {
    return this.#current.pid;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#pause?.timer.cancel();
    this.#pause?.end();
    await this.#restart;
    await this.#current.stop();
  }

  #watch(postmaster: Postmaster): void {
    void postmaster.exited.then((reason) => {
      if (this.#stopping) return;
      this.options.log.error({ reason }, 'The embedded database has ended unexpectedly and is started again');
      this.#restart = this.#startAgain();
    });
  }

  async #startAgain(): Promise<void> {
    for (let pauseMs = FIRST_RESTART_MS; !this.#stopping; pauseMs = Math.min(LONGEST_RESTART_MS, pauseMs * 2)) {
      try {
        this.#current = await startPostmaster(this.options);
        this.#watch(this.#current);
        return;
      } catch (error) {
        this.options.log.error({ err: error }, 'The embedded database could not be started again');
        await this.#wait(pauseMs);
      }
    }
  }

  #wait(milliseconds: number): Promise<void> {
    const { clock } = this.options;
    return new Promise((end) => {
      this.#pause = { timer: clock.at(clock.now() + milliseconds, end), end };
    });
  }
}

/** Starts the server, out of whose way a killed one and its sessions may have to go first. */
async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { directory, clock } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await Postmaster.start(options);
    } catch (error) {
      const said = error instanceof Error ? error.message : '';
      const inTheWay = SESSIONS_LEFT.test(said) || SERVER_LEFT.test(said);
      if (!inTheWay || attempt === LEFT_ATTEMPTS) throw error;
      await stopLeftBehind(directory, options);
      await new Promise<void>((resolve) => clock.at(clock.now() + LEFT_WAIT_MS, resolve));
    }
  }
}

async function readPassword(file: string, databaseExists: boolean): Promise<string> {
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  if (databaseExists) {
    throw new RingbackError(
      'database-password-missing',
      `The file ${file} with the password of the embedded database is missing: restore it from the backup that the data came from.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function checkVersion(directory: string, binaries: Binaries): Promise<void> {
  const version = (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  if (version === binaries.majorVersion) return;
  throw new RingbackError(
    'data-of-another-version',
    `${directory} holds data of PostgreSQL ${version}; this version of Ringback brings PostgreSQL ${binaries.majorVersion}. ` +
      'Move the data with pg_dump and pg_restore (or pg_upgrade), or start the version of Ringback that wrote it.',
  );
}

/** Data that root has restored or copied is given to the user that PostgreSQL runs as. */
async function handOver(directory: string, runAs: RunAs): Promise<void> {
  if ((await stat(directory)).uid === runAs.uid) return;
  await run('chown', ['-R', `${runAs.uid}:${runAs.gid}`, directory]);
}

/** Creates Ringback's database unless it is there. */
async function createDatabase(connectionString: string): Promise<void> {
  const maintenance = new URL(connectionString);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [OWNER]);
    if (rowCount === 0) await client.query(`create database ${OWNER}`);
  } finally {
    await client.end();
  }
}
