import { defineConfig } from 'vitest/config';

/**
 * Tests with real telephones. They run in real time, so one file after the other, and apart from the other tests:
 * `npm run test:telephony`.
 */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['tests/telephony/**/*.test.ts'],
    globalSetup: ['tests/telephony/prepare-asterisk.ts', 'packages/server/tests/database-service.ts'],
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
