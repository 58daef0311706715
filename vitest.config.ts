import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Those with real telephones are a suite of their own: tests/telephony/vitest.config.ts.
    exclude: ['**/node_modules/**', 'tests/telephony/**'],
    include: ['packages/*/src/**/*.test.ts', 'packages/*/tests/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['packages/server/tests/database-service.ts'],
    testTimeout: 180_000,
    hookTimeout: 400_000,
    // A browser on a busy machine takes more than the second that is usual.
    expect: { poll: { timeout: 30_000 } },
    // Tests wait for the database more than they compute.
    maxWorkers: 2,
  },
});
