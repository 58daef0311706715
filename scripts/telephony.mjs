/**
 * `npm run test:telephony`: all set-up, then the tests with real telephones: Asterisk, SIPp and baresip on loopback.
 * Arguments are passed to vitest. Where the machine lacks what they need, one line says why and they count as skipped.
 * `RINGBACK_TELEPHONY_ROUNDS=20` repeats the tests of crashes and cuts that often.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

await prepare();
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'tests/telephony/vitest.config.ts', ...process.argv.slice(2)],
  { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' },
);
process.exitCode = status ?? 1;
