import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CallbackTestBed } from './testing.js';

const START = '2026-03-02T08:00:00.000Z';
const CONCURRENT = 64;
const CAPACITY = 10;
const REPETITIONS = 50;
/** For thousands of requests on a busy machine. */
const PATIENCE = { timeout: 900_000 };
const base = '/1/service/callback/Line';

let bed: CallbackTestBed;

beforeAll(async () => {
  bed = await CallbackTestBed.create(START);
});

beforeEach(async () => {
  await bed.clear();
  configure({ _max_request_by_time_bucket: String(CAPACITY) });
});

afterAll(() => bed.close());

function configure(options: Record<string, string>): void {
  bed.configuration.set('services', 'Line', { _type: 'ors', _service: 'callback', ...options });
}

const at = (minutes: number) => new Date(Date.parse(START) + minutes * 60_000).toISOString();
const book = (minutes: number, number = '5115') =>
  bed.start('Line', { _customer_number: number, _desired_time: at(minutes) });
const move = (id: string, minutes: number) =>
  bed.request('PUT', `${base}/${id}`, { payload: { _new_desired_time: at(minutes) } });
const all = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('a bucket with ten places', () => {
  test(
    '64 concurrent bookings: exactly 10 are accepted, the others are offered something, 50 times',
    PATIENCE,
    async () => {
      for (let repetition = 1; repetition <= REPETITIONS; repetition += 1) {
        // Each time another bucket, so that the counter's row is new each time.
        const answers = await all(CONCURRENT, (index) => book(60 + repetition * 5, String(index)));
        const accepted = answers.filter(({ status }) => status === 200);
        const refused = answers.filter(({ status }) => status === 400);
        expect([repetition, accepted.length, refused.length]).toEqual([repetition, CAPACITY, CONCURRENT - CAPACITY]);
        for (const { body } of refused) expect(Object.keys(body.availability).length).toBeGreaterThan(0);
      }
      expect(await bed.counted()).toMatchObject({ used: REPETITIONS * CAPACITY, wrong: 0 });
    },
  );

  test('64 concurrent reschedules into it: exactly 10 are granted, 50 times', PATIENCE, async () => {
    configure({ _max_request_by_time_bucket: '1000' });
    const ids = (await all(CONCURRENT, (index) => book(30, String(index)))).map(({ body }) => body._id);
    configure({ _max_request_by_time_bucket: String(CAPACITY) });
    for (let repetition = 1; repetition <= REPETITIONS; repetition += 1) {
      const target = 60 + repetition * 5;
      const answers = await all(CONCURRENT, (index) => move(ids[index], target));
      expect([repetition, answers.filter(({ status }) => status === 200).length]).toEqual([repetition, CAPACITY]);
      const moved = await bed.database.query('select id from callback where desired_at = $1', [at(target)]);
      expect(moved).toHaveLength(CAPACITY);
    }
    expect(await bed.counted()).toMatchObject({ used: CONCURRENT, held: CONCURRENT, wrong: 0 });
  });

  test('a booking that cannot be stored does not take the others of its statement along', async () => {
    const start = (index: number) =>
      bed.callbacks.start({
        service: 'Line',
        // No column can hold NUL; the HTTP layer refuses it, the domain has to live with it.
        parameters: { _customer_number: '1', _desired_time: at(60 + index * 5), note: index === 7 ? '\0' : 'x' },
      });
    const outcomes = await Promise.allSettled(Array.from({ length: CONCURRENT }, (_, index) => start(index)));
    expect(outcomes.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
    expect(outcomes[7]?.status).toBe('rejected');
    expect(await bed.counted()).toEqual({ used: CONCURRENT - 1, held: CONCURRENT - 1, wrong: 0 });
  });

  test('those and only those that were accepted are journaled', async () => {
    const answers = await all(CONCURRENT, (index) => book(60, String(index)));
    const accepted = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    expect(accepted.length).toBe(CAPACITY);
    const journaled = await bed.database.query<{ callback: string }>(
      "select callback from event where type = 'callback.accepted' order by id desc limit $1",
      [CAPACITY],
    );
    const ids = accepted.map((index) => answers[index]?.body._id);
    expect(journaled.map(({ callback }) => callback).sort()).toEqual([...ids].sort());
  });

  test('callbacks that change places with each other never wait in a circle', async () => {
    const [early, late] = await Promise.all([all(5, () => book(60)), all(5, () => book(120))]);
    for (let round = 0; round < 20; round += 1) {
      const there = round % 2 === 0;
      const answers = await Promise.all([
        ...early.map(({ body }) => move(body._id, there ? 120 : 60)),
        ...late.map(({ body }) => move(body._id, there ? 60 : 120)),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    }
    expect(await bed.counted()).toMatchObject({ used: 10, wrong: 0 });
  });
});

describe('limits under concurrency', () => {
  test('one customer gets one place in the queue', async () => {
    configure({ _enable_in_queue_checking: 'strict', _max_request_by_time_bucket: '1000' });
    const answers = await all(CONCURRENT, (index) => book(60 + index * 5));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('immediate callbacks do not exceed any limit', async () => {
    configure({ _max_queued_callbacks_per_service: '7', _throttle_request_parameters_limit: '1000' });
    const start = (index: number) => bed.start('Line', { _customer_number: String(index) });
    expect((await all(CONCURRENT, start)).filter(({ status }) => status === 200)).toHaveLength(7);
    await bed.database.query('truncate callback, callback_lookup, callback_throttle');
    configure({ _throttle_callbacks_per_service_1: '5' });
    expect((await all(CONCURRENT, start)).filter(({ status }) => status === 200)).toHaveLength(5);
    await bed.database.query('truncate callback, callback_lookup, callback_throttle');
    configure({ _throttle_request_parameters_limit: '3' });
    const same = await all(CONCURRENT, () => bed.start('Line', { _customer_number: '5115' }));
    expect(same.filter(({ status }) => status === 200)).toHaveLength(3);
  });

  test('cancelling and submitting at the same moment has one outcome', async () => {
    await bed.callbacks.startUp();
    configure({ _max_request_by_time_bucket: '1000' });
    const ids = (await all(CONCURRENT, (index) => book(10, String(index)))).map(({ body }) => body._id);
    const moved = bed.clock.advance(8 * 60_000);
    const cancels = await all(CONCURRENT, (index) => bed.request('DELETE', `${base}/${ids[index]}`));
    await moved;
    expect(cancels.filter(({ status }) => status === 200)).toHaveLength(CONCURRENT);
    const rows = await bed.database.query('select distinct state, reason from callback');
    expect(rows).toEqual([{ state: 'COMPLETED', reason: 'CANCELLED' }]);
    expect(bed.sessions.running).toEqual([]);
    expect(await bed.counted()).toMatchObject({ used: 0, wrong: 0 });
    await bed.callbacks.shutDown();
  });
});

describe('the counters', () => {
  type Step = { kind: 'book' | 'move' | 'cancel' | 'complete'; pick: number; slot: number };
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('book', 'move', 'cancel', 'complete'),
    pick: fc.nat(30),
    slot: fc.integer({ min: 12, max: 16 }),
  });

  test('say what the records say, whatever happens at once', PATIENCE, async () => {
    configure({ _max_request_by_time_bucket: '3' });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 6 }), async (rounds) => {
        await bed.database.query('truncate callback, callback_slot, callback_lookup');
        const ids: string[] = [];
        for (const round of rounds) {
          await Promise.all(
            round.map(async ({ kind, pick, slot }) => {
              const id = ids[pick % Math.max(1, ids.length)] ?? 'none';
              if (kind === 'book') {
                const { status, body } = await book(slot * 5);
                if (status === 200) ids.push(body._id);
              } else if (kind === 'move') await move(id, slot * 5);
              else if (kind === 'cancel') await bed.request('DELETE', `${base}/${id}`);
              else await bed.request('POST', '/1/admin/callback/cancel', { payload: { ids: [id] } });
            }),
          );
          const { used, held, wrong } = await bed.counted();
          expect([used, wrong]).toEqual([held, 0]);
          const over = await bed.database.query('select from callback_slot where used > 3');
          expect(over).toEqual([]);
        }
      }),
      { numRuns: 25 },
    );
  });
});
