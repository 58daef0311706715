/**
 * `npm test`: all set-up, then every check and every test. Arguments are passed to vitest (a path or `-t name` runs those
 * tests). Exit status 0 only if all pass; the last line is `N passed, N failed`, where each check counts as one test.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RESULTS = join(ROOT, '.cache/test-results.json');

/** Each check: what it says, and the arguments of node. */
const CHECKS = [
  ['types', ['node_modules/typescript/bin/tsc', '-b']],
  ['types of the tests of the engine', ['node_modules/typescript/bin/tsc', '-p', 'packages/scxml/tests']],
  ['format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  ['floors', ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs']],
];
const FLOORS_OF = ['packages/scxml/src', 'packages/server/src'];

/** What makes vitest run the tests with real telephones: they take real time, so a run of their own after all others. */
const TELEPHONES = ['--config', 'tests/telephony/vitest.config.ts'];

let passed = 0;
let failed = 0;
let skipped = 0;

await prepare();
for (const [name, command] of CHECKS) check(name, command);
const wanted = process.argv.slice(2);
const withTelephones = wanted.some((argument) => argument.startsWith('tests/telephony'));
if (!withTelephones) runTests([]);
if (withTelephones || wanted.length === 0) runTests(TELEPHONES);
if (skipped > 0) process.stdout.write(`${skipped} skipped\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function check(name, command) {
  const good = node(name === 'floors' ? [...command, ...FLOORS_OF] : command);
  if (good) passed += 1;
  else failed += 1;
  process.stdout.write(`${good ? 'passed' : 'FAILED'}: ${name}\n`);
}

function runTests(suite) {
  mkdirSync(dirname(RESULTS), { recursive: true });
  rmSync(RESULTS, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
  const good = node(['node_modules/vitest/vitest.mjs', 'run', ...suite, ...reporters, ...wanted]);
  const failedBefore = failed;
  if (existsSync(RESULTS)) {
    const results = JSON.parse(readFileSync(RESULTS, 'utf8'));
    passed += results.numPassedTests;
    failed += results.numFailedTests;
    skipped += results.numPendingTests + results.numTodoTests;
    // A file that could not even be loaded has no tests to count.
    failed += results.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
  }
  // Errors outside of any test (an unhandled rejection, a hook, vitest itself).
  if (!good && failed === failedBefore) failed += 1;
}

function node(args) {
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status === 0;
}
