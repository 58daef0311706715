import { afterAll, describe, expect, it } from 'vitest';
import { SessionPool } from '../../src/index.js';
import { modes } from './modes.js';
import { runToFinal } from './run-suite.js';
import { w3cTests } from './w3c-suite.js';

const tests = await w3cTests();
const automatic = tests.filter(({ isManual }) => !isManual);

describe('the W3C suite', () => {
  it('has 193 automatic and 9 manual tests', () => {
    expect(tests.filter(({ isManual }) => isManual)).toHaveLength(9);
    expect(automatic).toHaveLength(193);
    expect(automatic.filter(({ conformance }) => conformance === 'mandatory')).toHaveLength(160);
  });
});

for (const [mode, settings] of Object.entries(modes)) {
  describe(`W3C, ${mode}`, () => {
    const pool = new SessionPool({ workers: 0 });
    const passed = new Map<string, number>();
    afterAll(() => pool.close());

    it.each(automatic)('test $id (section $section)', async ({ id, section, url }) => {
      const outcome = await runToFinal(pool, url, { ...settings, sessionPrefix: `t${id}-` });
      expect(outcome).toBe('pass');
      passed.set(section, (passed.get(section) ?? 0) + 1);
    });

    afterAll(() => {
      const total = [...passed.values()].reduce((sum, count) => sum + count, 0);
      const sections = [...passed].map(([section, count]) => `${section}:${count}`).join(' ');
      console.log(`W3C, ${mode}: ${total} of ${automatic.length} (${sections})`);
    });
  });
}
