import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Activity, DatabaseUnavailable, type Logger, SystemClock, silentLogger } from '../../src/kernel/index.js';
import { Journal, type JournalEvent } from '../../src/reporting/index.js';
import { BackgroundJobs, Database, type EmbeddedDatabase, migrate, startEmbedded } from '../../src/store/index.js';

let data: string;
let embedded: EmbeddedDatabase;
let database: Database;
let activity: Activity;
let lines: string[];

/** Warnings and errors: what an operator sees. */
const log: Logger = {
  debug() {},
  info: (_fields, message) => lines.push(message),
  warn: (_fields, message) => lines.push(message),
  error: (_fields, message) => lines.push(message),
};

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'ringback-away-'));
  embedded = await startEmbedded({ dataDirectory: data, log: silentLogger });
});

afterAll(async () => {
  await embedded.stop();
  await rm(data, { recursive: true });
});

beforeEach(async (context) => {
  lines = [];
  activity = new Activity();
  const { connectionString } = embedded;
  database = await Database.connect({ connectionString, maxConnections: 4, log, activity });
  context.onTestFinished(() => database.close());
});

/** Resolves with the next change of availability. */
function change(): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = database.onAvailability((available) => {
      stop();
      resolve(available);
    });
  });
}

/** The server's process and all of its sessions. */
async function processes(): Promise<number[]> {
  const children = await readFile(`/proc/${embedded.pid}/task/${embedded.pid}/children`, 'utf8');
  return [embedded.pid, ...children.trim().split(' ').map(Number)];
}

async function signalAll(signal: NodeJS.Signals): Promise<void> {
  for (const pid of await processes()) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // One that had nothing to do with the test, such as a worker of autovacuum, has ended meanwhile.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/** More statements than connections: some are under way, some wait. */
function underWay(): Promise<PromiseSettledResult<unknown>[]> {
  const statements = Array.from({ length: 6 }, () => database.query('select pg_sleep(120)'));
  const transaction = database.transaction(async (tx) => {
    await tx.query('select pg_sleep(120)');
  });
  return Promise.allSettled([...statements, transaction]);
}

function expectUnavailable(outcomes: PromiseSettledResult<unknown>[]): void {
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailable) });
  }
}

describe('when the database is killed', () => {
  it('everything rejects, one line says so, and it works again without a restart', async () => {
    const outcomes = underWay();
    const away = change();
    process.kill(embedded.pid, 'SIGKILL');
    expectUnavailable(await outcomes);
    expect(await away).toBe(false);
    if (!database.available) await expect(change()).resolves.toBe(true);
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(lines).toEqual([
      'The database is not reachable: requests are refused until it is back',
      'The database is reachable again',
    ]);
  });

  it('who listens hears signals again when it is back', async () => {
    const { connectionString } = embedded;
    const other = await Database.connect({ connectionString, log: silentLogger, activity: new Activity() });
    const heard = new Promise<string>((resolve) => void database.listen('news', resolve));
    const back = [database, other].map(
      (node) => new Promise<void>((resolve) => node.onAvailability((available) => available && resolve())),
    );
    process.kill(embedded.pid, 'SIGKILL');
    await Promise.all(back);
    other.signal('news', 'still there?');
    expect(await heard).toBe('still there?');
    await other.close();
  });

  it('the event feed goes on where it was', async () => {
    await migrate(database, { log: silentLogger });
    const journal = new Journal({ database, clock: new SystemClock(), activity, log: silentLogger });
    await journal.start();
    const entry = { at: new SystemClock().now(), type: 'callback.state' as const, callback: 'c' };
    const seen: unknown[] = [];
    const both = new Promise<void>((resolve) => {
      const onEvent = (event: JournalEvent) => {
        seen.push(event.number);
        if (event.number === 2) resolve();
      };
      void journal.subscribe({ onEvent }).ready.then(async () => {
        await journal.record(database, [{ ...entry, data: { number: 1 } }]);
        const back = change().then(() => (database.available ? undefined : change()));
        process.kill(embedded.pid, 'SIGKILL');
        await back;
        await journal.record(database, [{ ...entry, data: { number: 2 } }]);
      });
    });
    await both;
    expect(seen).toEqual([1, 2]);
    journal.stop();
  });

  it('background jobs run again when it is back', async () => {
    const jobs = new BackgroundJobs({ database, activity, log: silentLogger });
    let ran = () => {};
    jobs.add('probe', '0 0 1 1 *', async () => ran());
    await jobs.start();
    const back = change().then(() => (database.available ? undefined : change()));
    process.kill(embedded.pid, 'SIGKILL');
    await back;
    const running = new Promise<void>((resolve) => {
      ran = resolve;
    });
    await expect
      .poll(() => jobs.trigger('probe').then(() => 'triggered', String), { timeout: 100_000 })
      .toBe('triggered');
    await running;
    await jobs.stop();
  });
});

describe('when the database is halted', () => {
  it('everything rejects while it answers nothing, and it works again when it goes on', async () => {
    const outcomes = underWay();
    const away = change();
    await signalAll('SIGSTOP');
    expect(await away).toBe(false);
    expectUnavailable(await outcomes);
    await expect(database.query('select 1')).rejects.toBeInstanceOf(DatabaseUnavailable);
    const back = change();
    await signalAll('SIGCONT');
    expect(await back).toBe(true);
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(lines).toHaveLength(2);
  });
});
