import { beforeEach, describe, expect, it } from 'vitest';
import { Activity, DatabaseUnavailable, type Logger, silentLogger } from '../kernel/index.js';
import { Database } from './database.js';
import { isUniqueViolation } from './failure.js';
import { statement } from './sql.js';
import { type TestDatabase, testDatabase } from './testing.js';

let store: TestDatabase;

beforeEach(async () => {
  store = await testDatabase();
  await store.database.query('create table counter (id integer primary key, n integer not null)');
  await store.database.query('insert into counter values (1, 0), (2, 0)');
});

function anotherNode(log: Logger = silentLogger): Promise<Database> {
  return Database.connect({ connectionString: store.connectionString, activity: new Activity(), log });
}

describe('values', () => {
  it('come back as numbers, milliseconds and JSON', async () => {
    const rows = await store.database.query(
      `select 9007199254740991::int8 as big, 1.5::numeric as numeric, '2026-02-03T04:05:06.789Z'::timestamptz as at,
         array[1, 2]::int8[] as bigs, array['2026-02-03T04:05:06Z', null]::timestamptz[] as ats,
         '2026-02-03'::date as day, '{"a": [1]}'::jsonb as json, array['a', 'b,c'] as texts, count(*) as count,
         'infinity'::timestamptz as never`,
    );
    expect(rows).toEqual([
      {
        big: 9007199254740991,
        numeric: 1.5,
        at: Date.UTC(2026, 1, 3, 4, 5, 6, 789),
        bigs: [1, 2],
        ats: [Date.UTC(2026, 1, 3, 4, 5, 6), null],
        day: '2026-02-03',
        json: { a: [1] },
        texts: ['a', 'b,c'],
        count: 1,
        never: Number.POSITIVE_INFINITY,
      },
    ]);
  });

  it('are bound as what they are', async () => {
    const bound = statement('bound', 'select $1::int8 as n, $2::jsonb as json, $3::text[] as list, $4::bytea as bytes');
    expect(await store.database.query(bound, [2n ** 53n, { a: 'b' }, ['x', 'y'], Buffer.from('raw')])).toEqual([
      { n: 2 ** 53, json: { a: 'b' }, list: ['x', 'y'], bytes: Buffer.from('raw') },
    ]);
  });

  it('of several statements in one text are those of the last', async () => {
    expect(await store.database.query('select 1 as one; select 2 as two')).toEqual([{ two: 2 }]);
  });
});

describe('a statement', () => {
  it('tells its error with the code of PostgreSQL', async () => {
    const failing = store.database.query('insert into counter values (1, 0)');
    await expect(failing).rejects.toMatchObject({ code: '23505', constraint: 'counter_pkey' });
    await expect(failing).rejects.toSatisfy((error) => isUniqueViolation(error, 'counter_pkey'));
    await expect(failing).rejects.not.toSatisfy((error) => isUniqueViolation(error, 'another'));
  });

  it('counts as activity', async () => {
    const { database, activity } = store;
    let done = false;
    void database.query('select pg_sleep(0.05)').then(() => {
      done = true;
    });
    await activity.idle();
    expect(done).toBe(true);
  });

  it('waits for its turn when all connections are in use', async () => {
    const { database } = await testDatabase({ maxConnections: 2 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => database.query('select $1::int4 as n', [n])),
    );
    expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });
});

describe('a transaction', () => {
  const INCREMENT = statement('increment', 'update counter set n = n + 1 where id = $1');
  const count = async (id = 1) => (await store.database.query('select n from counter where id = $1', [id]))[0]?.n;

  it('commits, then does what follows, in order', async () => {
    const order: string[] = [];
    const result = await store.database.transaction(async (tx) => {
      tx.afterCommit(() => order.push('first'));
      tx.afterCommit(() => order.push('second'));
      await tx.query(INCREMENT, [1]);
      order.push('work');
      return 'result';
    });
    expect([result, order, await count()]).toEqual(['result', ['work', 'first', 'second'], 1]);
  });

  it('rolls back when its work throws, and nothing follows', async () => {
    let followed = false;
    const failing = store.database.transaction(async (tx) => {
      tx.afterCommit(() => {
        followed = true;
      });
      await tx.query(INCREMENT, [1]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect([followed, await count()]).toEqual([false, 0]);
  });

  it('is committed even when what follows fails', async () => {
    await store.database.transaction(async (tx) => {
      tx.afterCommit(() => {
        throw new Error('too late');
      });
      await tx.query(INCREMENT, [1]);
    });
    expect(await count()).toBe(1);
  });

  it('does not pass for committed when a statement failed unnoticed', async () => {
    const failing = store.database.transaction(async (tx) => {
      await tx.query(INCREMENT, [1]);
      await expect(tx.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
    });
    await expect(failing).rejects.toMatchObject({ code: 'transaction-failed' });
    expect(await count()).toBe(0);
  });

  it('is repeated when it lost a deadlock', async () => {
    let attempts = 0;
    let holding = 0;
    let bothHoldOne = () => {};
    const barrier = new Promise<void>((resolve) => {
      bothHoldOne = resolve;
    });
    let oneIsDone = () => {};
    const winner = new Promise<void>((resolve) => {
      oneIsDone = resolve;
    });
    const cross = async (first: number, second: number) => {
      let isRepetition = false;
      await store.database.transaction(async (tx) => {
        attempts += 1;
        // It could lock its row again before the other one, which was woken by its defeat, gets it: another deadlock.
        if (isRepetition) await winner;
        isRepetition = true;
        await tx.query(INCREMENT, [first]);
        holding += 1;
        if (holding === 2) bothHoldOne();
        await barrier;
        await tx.query(INCREMENT, [second]);
      });
      oneIsDone();
    };
    await Promise.all([cross(1, 2), cross(2, 1)]);
    expect([await count(1), await count(2), attempts]).toEqual([2, 2, 3]);
  });

  it('is repeated when it lost a race, and counts once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        store.database.transaction(async (tx) => {
          await tx.query('set transaction isolation level repeatable read');
          await tx.query(INCREMENT, [1]);
        }),
      ),
    );
    expect(await count()).toBe(outcomes.filter(({ status }) => status === 'fulfilled').length);
  });

  it('takes no statement after its end', async () => {
    let leaked: (() => Promise<unknown>) | undefined;
    await store.database.transaction(async (tx) => {
      leaked = () => tx.query('select 1');
    });
    await expect(async () => leaked?.()).rejects.toMatchObject({ code: 'transaction-over' });
  });

  it('runs statements that are given at once one after the other', async () => {
    await store.database.transaction(async (tx) => {
      await Promise.all([1, 2, 3].map(() => tx.query(INCREMENT, [1])));
    });
    expect(await count()).toBe(3);
  });
});

describe('signals', () => {
  it('reach other nodes, equal ones once, and not the one that sends them', async () => {
    const other = await anotherNode();
    const heard: string[] = [];
    const complete = new Promise<void>((resolve) => {
      void other.listen('news', (payload) => {
        heard.push(payload);
        if (payload === 'last') resolve();
      });
    });
    const echo: string[] = [];
    await store.database.listen('news', (payload) => echo.push(payload));
    await other.listen('unrelated', (payload) => heard.push(payload));
    for (let n = 0; n < 100; n += 1) store.database.signal('news', 'same');
    store.database.signal('news', 'last');
    await complete;
    await other.close();
    expect(heard).toEqual(['same', 'last']);
    expect(echo).toEqual([]);
  });

  it('that wait are sent before the connections are closed', async () => {
    const other = await anotherNode();
    const heard = new Promise<string>((resolve) => void store.database.listen('news', resolve).then(() => send()));
    const send = async () => {
      other.signal('news', 'bye');
      await other.close();
    };
    expect(await heard).toBe('bye');
  });

  it('are not heard any more by who has stopped listening', async () => {
    const other = await anotherNode();
    const heard: string[] = [];
    const stop = await store.database.listen('news', () => heard.push('stopped one'));
    const arrived = new Promise<void>((resolve) => void store.database.listen('news', () => resolve()));
    stop();
    other.signal('news');
    await arrived;
    await other.close();
    expect(heard).toEqual([]);
  });
});

describe('connecting', () => {
  it.each([
    ['nobody listens', (address: string) => address.replace('%2F', '%2Fnowhere%2F'), 'database-unavailable'],
    ['there is no such database', (address: string) => `${address}_missing`, 'database-refused'],
  ])('fails with a clear error when %s', async (_what, change, code) => {
    const connectionString = change(store.connectionString);
    const connecting = Database.connect({ connectionString, log: silentLogger, activity: new Activity() });
    await expect(connecting).rejects.toMatchObject({ code });
  });
});

describe('closing', () => {
  it('waits for what is under way and takes nothing more', async () => {
    const node = await anotherNode();
    const underWay = node.query('select pg_sleep(0.05), 1 as one');
    await Promise.all([node.close(), expect(underWay).resolves.toMatchObject([{ one: 1 }])]);
    await expect(node.query('select 1')).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(node.available).toBe(false);
  });
});
