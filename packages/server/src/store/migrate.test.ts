import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Activity, ManualClock, silentLogger } from '../kernel/index.js';
import { Database } from './database.js';
import { migrate, readMigrations } from './migrate.js';
import { type TestDatabase, testDatabase } from './testing.js';

let store: TestDatabase;
let directory: string;

beforeEach(async () => {
  store = await testDatabase();
  await store.database.query('drop schema public cascade; create schema public');
  directory = await mkdtemp(join(tmpdir(), 'ringback-migrations-'));
  await write('0001_first.sql', 'create table first (n integer);\ninsert into first values (1);\n');
  await write('0002_second.sql', 'alter table first add column m integer;\n');
});

afterEach(() => rm(directory, { recursive: true }));

const write = (file: string, sql: string) => writeFile(join(directory, file), sql);
const run = (database = store.database) => migrate(database, { log: silentLogger, directory });

describe('migrating', () => {
  it('applies what is missing, in order, once', async () => {
    expect((await run()).map(({ name }) => name)).toEqual(['first', 'second']);
    expect(await run()).toEqual([]);
    await write('0003_third.sql', 'update first set m = 2');
    expect((await run()).map(({ number }) => number)).toEqual([3]);
    expect(await store.database.query('select n, m from first')).toEqual([{ n: 1, m: 2 }]);
  });

  it('notes when it was done', async () => {
    const at = Date.UTC(2026, 2, 3);
    const clock = new ManualClock(at, new Activity());
    await migrate(store.database, { log: silentLogger, directory, clock });
    expect(await store.database.query('select number, applied_at from migration order by number')).toEqual([
      { number: 1, applied_at: at },
      { number: 2, applied_at: at },
    ]);
  });

  it('is done by one of several nodes that start at the same time', async () => {
    const nodes = await Promise.all(
      [1, 2, 3].map(() => Database.connect({ ...store, activity: new Activity(), log: silentLogger })),
    );
    const applied = await Promise.all(nodes.map((node) => run(node)));
    expect(applied.map(({ length }) => length).sort()).toEqual([0, 0, 2]);
    for (const node of nodes) await node.close();
  });

  it('changes nothing when a migration fails, and says where', async () => {
    await write('0003_third.sql', 'create table third ();\n\ncreate table wrong (n nonsense);\n');
    await expect(run()).rejects.toMatchObject({
      code: 'migration-failed',
      message: 'Migration 0003_third.sql failed in line 3: type "nonsense" does not exist',
    });
    expect(await store.database.query("select to_regclass('first') as first")).toEqual([{ first: null }]);
  });

  it('refuses a database that a later version has worked on', async () => {
    await write('0003_third.sql', 'select 1');
    await run();
    await rm(join(directory, '0003_third.sql'));
    await expect(run()).rejects.toMatchObject({
      code: 'database-newer',
      message: expect.stringContaining('0003_third.sql'),
    });
  });

  it('refuses a migration that was changed after it was applied', async () => {
    await run();
    await write('0002_second.sql', 'alter table first add column other integer;\n');
    await expect(run()).rejects.toMatchObject({ code: 'migration-changed' });
  });

  it('does not mind the line ends of another system', async () => {
    await run();
    await write('0002_second.sql', 'alter table first add column m integer;\r\n');
    expect(await run()).toEqual([]);
  });

  it.each(['3_third.sql', '0003-third.sql', '0002_again.sql'])('refuses the file name %s', async (name) => {
    await write(name, 'select 1');
    await expect(run()).rejects.toMatchObject({ code: 'migration-misnamed' });
  });
});

it('the migrations of the product have numbers of their own', async () => {
  const numbers = (await readMigrations()).map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)]);
});
