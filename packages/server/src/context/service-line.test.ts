import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Activity, DatabaseUnavailable, type JsonObject, silentLogger } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';
import { type Outcome, ServiceLine } from './service-line.js';

const ONE = statement('one', '');
const OTHER = statement('other', '');

interface Run {
  statement: string;
  changes: JsonObject[];
}

/** Stands in for the database: answers when it is told to, and refuses what holds a change named `bad`. */
class FakeSql implements Sql {
  readonly runs: Run[] = [];
  readonly underWay: { changes: JsonObject[]; answer: () => void }[] = [];
  readonly inParallel: number[] = [];

  constructor(
    private readonly answersAtOnce: boolean,
    private readonly failure: Error = new Error('refused'),
  ) {}

  // The rows are what the line expects of its statements.
  query<Row extends object>(asked: { name: string } | string, values: readonly unknown[] = []): Promise<Row[]> {
    const changes: JsonObject[] = JSON.parse(String(values[0]));
    this.runs.push({ statement: typeof asked === 'string' ? asked : asked.name, changes });
    return new Promise((resolve, reject) => {
      const answer = () => {
        this.underWay.splice(this.underWay.indexOf(entry), 1);
        if (changes.some((change) => change.name === 'bad')) return reject(this.failure);
        const rows: Outcome[] = changes.map((_, index) => ({ place: index + 1, number: index }));
        resolve(rows.filter(({ place }) => changes[place - 1]?.name !== 'nothing') as object[] as Row[]);
      };
      const entry = { changes, answer };
      this.underWay.push(entry);
      this.inParallel.push(this.underWay.length);
      if (this.answersAtOnce) setImmediate(answer);
    });
  }
}

function lineOn(database: FakeSql): ServiceLine {
  return new ServiceLine({ database, activity: new Activity(), log: silentLogger });
}

describe('the line of changes', () => {
  it('shares statements between services and keeps the order within each', async () => {
    const change = fc.record({ service: fc.constantFrom('a', 'b', 'c', 'd', 'e'), other: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 60 }), fc.infiniteStream(fc.nat()), async (changes, choices) => {
        const database = new FakeSql(false);
        const line = lineOn(database);
        let settled = 0;
        const stored = changes.map(async ({ service, other }, order) => {
          await line.store(other ? OTHER : ONE, service, { service, order });
          settled += 1;
        });
        while (settled < changes.length) {
          await new Promise((resolve) => setImmediate(resolve));
          const services = database.underWay.flatMap((run) => run.changes.map((one) => one.service));
          expect(new Set(services).size).toBe(services.length);
          expect(database.underWay.length).toBeLessThanOrEqual(3);
          const choice = Number(choices.next().value ?? 0);
          if (database.underWay.length > 0) database.underWay[choice % database.underWay.length]?.answer();
        }
        await Promise.all(stored);
        const run = database.runs.flatMap(({ changes: together }) => together);
        expect(run).toHaveLength(changes.length);
        for (const service of new Set(run.map((one) => one.service))) {
          const orders = run.filter((one) => one.service === service).map((one) => Number(one.order));
          expect(orders).toEqual([...orders].sort((one, another) => one - another));
        }
        for (const { statement: name, changes: together } of database.runs) {
          expect(together.every(({ order }) => changes[Number(order)]?.other === (name === 'other'))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stores together what comes while it is busy', async () => {
    const database = new FakeSql(true);
    const line = lineOn(database);
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => line.store(ONE, `s${index}`, { name: index === 7 ? 'nothing' : 'x' })),
    );
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1);
    expect(outcomes[7]).toBeUndefined();
    expect(database.runs.length).toBeLessThan(10);
    expect(Math.max(...database.inParallel)).toBeLessThanOrEqual(3);
  });

  it('lets one that cannot be stored fail alone', async () => {
    const line = lineOn(new FakeSql(true));
    const results = await Promise.allSettled(
      ['x', 'bad', 'x', 'nothing'].map((name, index) => line.store(ONE, `s${index}`, { name })),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { message: 'refused' } });
  });

  it('repeats nothing when the database is away', async () => {
    const database = new FakeSql(true, new DatabaseUnavailable());
    const line = lineOn(database);
    const results = await Promise.allSettled(['x', 'bad'].map((name, index) => line.store(ONE, `s${index}`, { name })));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(database.runs).toHaveLength(1);
  });

  it('keeps a long change apart', async () => {
    const database = new FakeSql(true);
    const line = lineOn(database);
    const long = 'x'.repeat(300_000);
    await Promise.all(['a', long, long, 'b'].map((text, index) => line.store(ONE, `s${index}`, { text })));
    expect(database.runs.filter(({ changes }) => changes.some(({ text }) => text === long))).toHaveLength(2);
  });
});
