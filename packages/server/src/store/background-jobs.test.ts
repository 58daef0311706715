import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../kernel/index.js';
import { BackgroundJobs } from './background-jobs.js';
import { type TestDatabase, testDatabase } from './testing.js';

/** The 30th of February: no test meets the time of its job. */
const NEVER = '17 3 30 2 *';

let store: TestDatabase;
let jobs: BackgroundJobs;

beforeEach(async () => {
  store = await testDatabase();
  jobs = new BackgroundJobs({ ...store, log: silentLogger });
});

afterEach(() => jobs.stop());

it('runs a job when it is triggered', async () => {
  const ran = new Promise<void>((resolve) => {
    jobs.add('upkeep', NEVER, async () => resolve());
  });
  await jobs.start();
  await jobs.trigger('upkeep');
  await ran;
});

it('tries a job again that has failed', async () => {
  let attempts = 0;
  const failed = new Promise<void>((resolve) => {
    jobs.add('upkeep', NEVER, async () => {
      attempts += 1;
      resolve();
      throw new Error('not now');
    });
  });
  await jobs.start();
  await jobs.trigger('upkeep');
  await failed;
  await jobs.stop();
  const rows = await store.database.query('select attempts, last_error, max_attempts from graphile_worker.jobs');
  expect(rows).toEqual([{ attempts: 1, last_error: expect.stringContaining('not now'), max_attempts: 8 }]);
  expect(attempts).toBe(1);
});

it('knows the times of its jobs', async () => {
  jobs.add('upkeep', NEVER, async () => {});
  await jobs.start();
  await expect
    .poll(() => store.database.query('select identifier from graphile_worker._private_known_crontabs'))
    .toEqual([{ identifier: 'upkeep' }]);
});

it.each([
  ['Upkeep', '17 3 * * *'],
  ['upkeep', '61 3 * * *'],
  ['upkeep', 'daily'],
])('refuses the job %j at %j', (name, cron) => {
  expect(() => jobs.add(name, cron, async () => {})).toThrow(expect.objectContaining({ code: 'invalid-job' }));
});

it('refuses a name that is taken', () => {
  jobs.add('upkeep', NEVER, async () => {});
  expect(() => jobs.add('upkeep', '18 3 * * *', async () => {})).toThrow('taken');
});
