import { chmod, chown, cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Activity, type Logger, SystemClock, silentLogger } from '../../src/kernel/index.js';
import { findBinaries } from '../../src/store/embedded/binaries.js';
import { type EmbeddedDatabase, startEmbedded } from '../../src/store/embedded/embedded.js';
import { Postmaster } from '../../src/store/embedded/postmaster.js';
import { isPostgresOf, startIdentity } from '../../src/store/embedded/process-identity.js';
import { chooseRunAs } from '../../src/store/embedded/run-as.js';
import { makeNotedScratchDirectory } from '../../src/store/embedded/scratch-directory.js';
import { Database } from '../../src/store/index.js';

const clock = new SystemClock();
const asRoot = process.getuid?.() === 0;
let home: string;
let data: string;
const running: EmbeddedDatabase[] = [];

async function start(options: { log?: Logger; dataDirectory?: string; binaryCache?: string } = {}) {
  const database = await startEmbedded({ dataDirectory: data, log: silentLogger, ...options });
  running.push(database);
  return database;
}

async function query(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const database = await Database.connect({ connectionString, log: silentLogger, activity: new Activity() });
  try {
    return await database.query(text);
  } finally {
    await database.close();
  }
}

/** Resolves with the first message that contains `text`. */
function logWaitingFor(text: string): { log: Logger; seen: Promise<void> } {
  let resolve = () => {};
  const seen = new Promise<void>((done) => {
    resolve = done;
  });
  const note = (_fields: object, message: string) => {
    if (message.includes(text)) resolve();
  };
  return { log: { debug: note, info: note, warn: note, error: note }, seen };
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ringback-embedded-'));
  data = join(home, 'data');
});

afterEach(async () => {
  for (const database of running.splice(0)) await database.stop();
});

afterAll(() => rm(home, { recursive: true }));

describe('the embedded database', () => {
  it('is created with the first start and keeps what was stored', async () => {
    const first = await start();
    await query(first.connectionString, 'create table kept (n integer); insert into kept values (7)');
    await first.stop();
    running.length = 0;
    const second = await start();
    expect(await query(second.connectionString, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('keeps its password to its user, and accepts no other', async () => {
    const { connectionString } = await start();
    expect((await stat(join(data, 'postgres-password'))).mode & 0o777).toBe(0o600);
    const wrong = new URL(connectionString);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: 'database-refused' });
  });

  it('writes to the disk what it commits', async () => {
    const { connectionString } = await start();
    const rows = await query(
      connectionString,
      "select current_setting('fsync') || current_setting('synchronous_commit') || current_setting('full_page_writes') as on",
    );
    expect(rows).toEqual([{ on: 'ononon' }]);
  });

  it.runIf(asRoot)('does not run as root', async () => {
    const { pid } = await start();
    expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
  });

  it('refuses a second server on its data directory, naming the first', async () => {
    await start();
    await expect(startEmbedded({ dataDirectory: data, log: silentLogger })).rejects.toMatchObject({
      code: 'data-directory-in-use',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it('stops the server that a killed Ringback left behind, and starts its own', async () => {
    const first = await start();
    await first.stop();
    running.length = 0;
    const runAs = await chooseRunAs(join(data, 'postgres'));
    const socketDirectory = await makeNotedScratchDirectory(join(data, 'postgres-socket'), runAs);
    const leftBehind = await Postmaster.start({
      binaries: await findBinaries({ runAs }),
      runAs,
      directory: join(data, 'postgres'),
      socketDirectory,
      settings: {},
      log: silentLogger,
      clock,
    });
    const { pid } = await start();
    await leftBehind.exited;
    expect(pid).not.toBe(leftBehind.pid);
    await expect(stat(socketDirectory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not irritated by a process that has got the id of a former database', async () => {
    const first = await start();
    await query(first.connectionString, 'create table if not exists kept (n integer)');
    const pidFile = join(data, 'postgres/postmaster.pid');
    const content = await readFile(pidFile, 'utf8');
    await first.stop();
    running.length = 0;
    // This process is alive, and is no PostgreSQL.
    await writeFile(pidFile, content.replace(/^\d+/, String(process.pid)));
    const { uid, gid } = await stat(join(data, 'postgres'));
    await chown(pidFile, uid, gid);
    const second = await start();
    expect(await query(second.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is started again when it dies, with everything that was committed', async () => {
    const { log, seen } = logWaitingFor('ended unexpectedly');
    const embedded = await start({ log });
    const database = await Database.connect({
      connectionString: embedded.connectionString,
      log: silentLogger,
      activity: new Activity(),
    });
    await database.query('create table if not exists survivor (n integer)');
    await database.query('insert into survivor values (1)');
    const back = new Promise<void>((resolve) => {
      database.onAvailability((available) => available && resolve());
    });
    const former = embedded.pid;
    process.kill(former, 'SIGKILL');
    await seen;
    await back;
    expect(await database.query('select n from survivor')).toEqual([{ n: 1 }]);
    expect(embedded.pid).not.toBe(former);
    await database.close();
  });

  it('says what to do with data of another major version', async () => {
    const version = join(data, 'postgres/PG_VERSION');
    const current = await readFile(version, 'utf8');
    await writeFile(version, '14\n');
    await expect(start()).rejects.toMatchObject({
      code: 'data-of-another-version',
      message: expect.stringMatching(/PostgreSQL 14.*pg_dump/),
    });
    await writeFile(version, current);
    await start();
  });

  it('begins anew when its first start was cut short', async () => {
    const dataDirectory = join(home, 'cut-short');
    await mkdir(join(dataDirectory, 'postgres.new/base'), { recursive: true });
    const { connectionString } = await start({ dataDirectory });
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('leaves no process and no lock behind when it stops', async () => {
    const embedded = await start();
    const { pid } = embedded;
    await embedded.stop();
    running.length = 0;
    expect(await startIdentity(pid)).toBeUndefined();
    expect(await isPostgresOf(pid, join(data, 'postgres'))).toBe(false);
  });

  it.runIf(asRoot)('works in a directory that its user cannot reach, such as one below /root', async () => {
    const closed = join(home, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o700);
    const dataDirectory = join(closed, 'data');
    const first = await start({ dataDirectory });
    await query(first.connectionString, 'create table kept (n integer)');
    await first.stop();
    running.length = 0;
    const second = await start({ dataDirectory });
    expect(await query(second.connectionString, 'select count(*) as n from kept')).toEqual([{ n: 0 }]);
  });

  it.runIf(asRoot)('takes over data that root has restored', async () => {
    const dataDirectory = join(home, 'restored');
    const first = await start({ dataDirectory });
    await first.stop();
    running.length = 0;
    await cp(dataDirectory, `${dataDirectory}-copy`, { recursive: true });
    await chmod(`${dataDirectory}-copy/postgres`, 0o700);
    expect((await stat(`${dataDirectory}-copy/postgres`)).uid).toBe(0);
    await start({ dataDirectory: `${dataDirectory}-copy` });
  });
});

describe('the programs of PostgreSQL', () => {
  async function nativeDirectory(): Promise<string> {
    const { postgres } = await findBinaries({ runAs: await chooseRunAs('') });
    return dirname(dirname(postgres));
  }

  it('get the library links that were not made when they were installed', async () => {
    const native = join(home, 'package/native');
    await cp(await nativeDirectory(), native, { recursive: true, verbatimSymlinks: true });
    const links: { target: string }[] = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
    for (const { target } of links) await rm(join(home, 'package', target));
    await chmod(home, 0o755);
    const { postgres, majorVersion } = await findBinaries({ runAs: await chooseRunAs(''), native });
    expect(postgres).toBe(join(native, 'bin/postgres'));
    expect(majorVersion).toBe('18');
    await rm(join(home, 'package'), { recursive: true });
  });

  it.runIf(asRoot)('are copied once to where their user can reach them', async () => {
    const closed = join(home, 'closed-package');
    const native = join(closed, 'native');
    await cp(await nativeDirectory(), native, { recursive: true, verbatimSymlinks: true });
    await chmod(closed, 0o700);
    await chmod(home, 0o755);
    const options = { runAs: await chooseRunAs(''), native, cache: join(home, 'cache') };
    const { postgres, initdb } = await findBinaries(options);
    expect(postgres.startsWith(join(home, 'cache/ringback-postgres-'))).toBe(true);
    const copied = (await stat(initdb)).mtimeMs;
    expect(await findBinaries(options)).toMatchObject({ postgres });
    expect((await stat(initdb)).mtimeMs).toBe(copied);
  });

  it('point to DATABASE_URL where they do not run', async () => {
    const native = join(home, 'foreign/native');
    await mkdir(join(native, 'bin'), { recursive: true });
    // What happens on Alpine: the file is there, the loader that it names is not.
    await writeFile(join(native, 'bin/postgres'), '#!/lib/ld-of-another-system\n', { mode: 0o755 });
    await expect(findBinaries({ runAs: undefined, native })).rejects.toMatchObject({
      code: 'no-embedded-database',
      message: expect.stringMatching(/musl.*DATABASE_URL/),
    });
    await rename(native, `${native}-done`);
  });
});
