import { afterAll, describe, expect, it } from 'vitest';
import { SessionPool } from '../../src/index.js';
import { modes } from './modes.js';
import { runScion, scionTests } from './scion-suite.js';

const tests = await scionTests();

describe('the SCION suite', () => {
  it('has 127 tests', () => expect(tests).toHaveLength(127));
});

for (const [mode, settings] of Object.entries(modes)) {
  describe(`SCION, ${mode}`, () => {
    const pool = new SessionPool({ workers: 0 });
    const passed = new Map<string, number>();
    afterAll(() => pool.close());

    it.each(tests)('$name', async (test) => {
      const steps = await runScion(pool, test, { ...settings, sessionPrefix: `${test.name}-` });
      expect(steps.map(({ actual }) => actual)).toEqual(steps.map(({ expected }) => expected));
      passed.set(test.group, (passed.get(test.group) ?? 0) + 1);
    });

    afterAll(() => {
      const total = [...passed.values()].reduce((sum, count) => sum + count, 0);
      const groups = [...passed].map(([group, count]) => `${group}:${count}`).join(' ');
      console.log(`SCION, ${mode}: ${total} of ${tests.length} (${groups})`);
    });
  });
}
