import { beforeEach, describe, expect, it } from 'vitest';
import { Activity, DatabaseUnavailable, ManualClock, silentLogger } from '../kernel/index.js';
import { DueWork, type DueWorkOptions } from './due-work.js';

const START = Date.UTC(2026, 0, 1);
let activity: Activity;
let clock: ManualClock;
/** Due times that wait, and what was done when: `[due, done]`. */
let line: number[];
let done: [number, number][];
let lookUps: number;

beforeEach(() => {
  activity = new Activity();
  clock = new ManualClock(START, activity);
  line = [];
  done = [];
  lookUps = 0;
});

function dueWork(options: Partial<DueWorkOptions<number>> = {}): DueWork<number> {
  return new DueWork({
    clock,
    activity,
    log: silentLogger,
    name: 'tests',
    nextDue: async () => {
      lookUps += 1;
      return line.length === 0 ? undefined : Math.min(...line);
    },
    claim: async (now, limit) => {
      const claimed = line.filter((due) => due <= now).slice(0, limit);
      line = line.filter((due) => !claimed.includes(due));
      return claimed;
    },
    run: async (rows) => {
      for (const due of rows) done.push([due - START, clock.now() - START]);
    },
    ...options,
  });
}

describe('due work', () => {
  it('is done when it is due', async () => {
    line = [START - 5, START + 1000, START + 2500];
    await dueWork().start();
    expect(done).toEqual([[-5, 0]]);
    await clock.advance(5000);
    expect(done).toEqual([
      [-5, 0],
      [1000, 1000],
      [2500, 2500],
    ]);
  });

  it('is done in batches until none is due', async () => {
    line = Array.from({ length: 25 }, (_, index) => START - index);
    const batches: number[] = [];
    await dueWork({ batch: 10, run: async (rows) => void batches.push(rows.length) }).start();
    expect(batches).toEqual([10, 10, 5]);
  });

  it('runs several batches at a time when asked to', async () => {
    line = Array.from({ length: 8 }, (_, index) => START - index);
    let now = 0;
    let most = 0;
    const run = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    };
    await dueWork({ batch: 2, concurrency: 3, run }).start();
    expect(most).toBe(3);
    expect(line).toEqual([]);
  });

  it('is noticed when it comes while it sleeps, also before what it waits for', async () => {
    line = [START + 10_000];
    const work = dueWork();
    await work.start();
    line.push(START + 300);
    work.wake(START + 300);
    await clock.advance(300);
    expect(done).toEqual([[300, 300]]);
    line.push(START + 300);
    work.wake();
    await activity.idle();
    expect(done).toHaveLength(2);
  });

  it('is not looked for when it is woken for a later time than it waits for', async () => {
    line = [START + 100];
    const work = dueWork();
    await work.start();
    const before = lookUps;
    work.wake(START + 200);
    await activity.idle();
    expect(lookUps).toBe(before);
  });

  it.each([
    ['at once', 0],
    ['later', 700],
  ])('is noticed when it comes while it works, due %s', async (_when, later) => {
    line = [START];
    const added = START + later;
    const work: DueWork<number> = dueWork({
      // The line is read before the row comes, as a statement that began before the row's commit would.
      nextDue: async () => {
        lookUps += 1;
        if (lookUps > 1) return line.length === 0 ? undefined : Math.min(...line);
        line.push(added);
        work.wake(added);
        return undefined;
      },
    });
    await work.start();
    await clock.advance(1000);
    expect(done).toEqual([
      [0, 0],
      [later, later],
    ]);
  });

  it('is found without being announced, within the minute', async () => {
    await dueWork().start();
    line = [START + 10];
    await clock.advance(60_000);
    expect(done).toEqual([[10, 60_000]]);
  });

  it('is tried again after an error, with growing pauses', async () => {
    const attempts: number[] = [];
    line = [START];
    await dueWork({
      claim: async () => {
        attempts.push(clock.now() - START);
        throw new DatabaseUnavailable();
      },
    }).start();
    await clock.advance(2000);
    expect(attempts).toEqual([0, 250, 750, 1750]);
  });

  it('is looked for at once when the database is back', async () => {
    let tell: (available: boolean) => void = () => {};
    let away = true;
    line = [START];
    await dueWork({
      database: {
        onAvailability: (handler) => {
          tell = handler;
          return () => {};
        },
      },
      nextDue: async () => {
        if (away) throw new DatabaseUnavailable();
        return undefined;
      },
      claim: async (now) => {
        if (away) throw new DatabaseUnavailable();
        return line.splice(0).filter((due) => due <= now);
      },
    }).start();
    expect(done).toEqual([]);
    away = false;
    tell(true);
    await activity.idle();
    expect(done).toEqual([[0, 0]]);
  });

  it('is done at once when it becomes due while it is looked for', async () => {
    let passed = 0;
    const going = { now: () => clock.now() + passed, at: clock.at.bind(clock) };
    line = [START + 10];
    const nextDue = async () => {
      passed = 10;
      return line[0];
    };
    await dueWork({ clock: going, nextDue }).start();
    expect(done).toEqual([[10, 0]]);
  });

  it('does not turn in circles when another node holds what is due', async () => {
    let claims = 0;
    line = [START];
    await dueWork({
      claim: async () => {
        claims += 1;
        return [];
      },
    }).start();
    expect(claims).toBe(1);
    await clock.advance(100);
    expect(claims).toBe(2);
  });

  it('waits for the batch under way when it is stopped, and claims no more', async () => {
    line = [START, START - 1];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let finished = 0;
    const work = dueWork({
      batch: 1,
      run: async () => {
        await held;
        finished += 1;
      },
    });
    const started = work.start();
    const stopped = work.stop();
    release();
    await Promise.all([started, stopped]);
    expect([finished, line.length]).toEqual([1, 1]);
    work.wake();
    await clock.advance(120_000);
    expect(finished).toBe(1);
  });
});
