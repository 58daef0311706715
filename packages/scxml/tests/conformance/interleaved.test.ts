import { afterAll, describe, expect, it } from 'vitest';
import { SimulatedHost } from '../../src/host/simulated-host.js';
import { type HttpMessage, SessionPool } from '../../src/index.js';
import { seededRandom } from '../../src/interpreter/seeded-random.js';
import { modes } from './modes.js';
import { runScion, scionTests } from './scion-suite.js';
import { fetchFile, w3cTests } from './w3c-suite.js';

const patienceMs = 60_000;
const w3c = (await w3cTests()).filter(({ isManual }) => !isManual);
const scion = await scionTests();

/** One worker thread, and in it all sessions at once: whichever has an event waiting may be next. */
describe('all tests in one worker, in random order', () => {
  // Nothing in these suites hangs; a thread that gets no turn for a moment must not look as if it did.
  const pool = new SessionPool({ workers: 1, limits: { openApplications: 0, watchdogMs: 60_000 } });
  afterAll(() => pool.close());

  it.each(Object.entries(modes))('W3C, %s', async (mode, settings) => {
    const random = seededRandom(mode);
    const host: SimulatedHost = new SimulatedHost({
      pool,
      fetch: fetchFile,
      ...settings,
      sessionPrefix: `${mode}-`,
      pick: (waiting) => waiting[Math.floor(random() * waiting.length)],
      http: {
        location: (session) => `http://scxml.test/${encodeURIComponent(session)}`,
        post: (message: HttpMessage) => Promise.resolve(host.receive(message) ? 200 : 404),
      },
    });
    const started = [];
    for (const test of w3c) started.push({ id: test.id, session: await host.start(test.url) });
    await host.advance(patienceMs);
    const failed = started.filter(({ session }) => session?.finalState !== 'pass').map(({ id }) => id);
    expect(failed).toEqual([]);
  });

  it.each(Object.entries(modes))('SCION, %s', async (mode, settings) => {
    const runs = scion.map(async (test) => {
      const steps = await runScion(pool, test, { ...settings, sessionPrefix: `${mode}/${test.name}-` });
      const isRight = steps.every(({ actual, expected }) => actual.join() === expected.join());
      return isRight ? [] : [test.name];
    });
    expect((await Promise.all(runs)).flat()).toEqual([]);
  });
});
