import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Checkout } from './checkout.js';

/** Notes when it runs and when it is told to stop; ends by itself after a while, should nobody tell it. */
const SERVER = `
import { appendFileSync } from 'node:fs';
const note = (what) => appendFileSync('journal', what + '\\n');
export async function main() {
  process.once('SIGTERM', () => { note('told to stop'); process.exit(); });
  setTimeout(() => process.exit(), 150_000);
  note('runs');
}`;

let checkout: Checkout;

beforeEach(async () => {
  checkout = await Checkout.create();
  await checkout.run('build.mjs');
  await checkout.ran();
  await checkout.write('packages/server/dist/cli/main.js', SERVER);
});

afterEach(() => checkout.destroy());

it('a server that npm started is told to stop when npm is gone', async () => {
  // Two commands keep the shell, which stands for npm here, from becoming the program itself.
  const npm = spawn('/bin/sh', ['-c', `"${process.execPath}" scripts/start.mjs; true`], {
    cwd: checkout.directory,
    env: { PATH: process.env.PATH, npm_lifecycle_event: 'start' },
    stdio: 'ignore',
  });
  const journal = () => readFile(join(checkout.directory, 'journal'), 'utf8');
  await expect.poll(journal, { timeout: 60_000 }).toBe('runs\n');
  npm.kill('SIGKILL');
  await expect.poll(journal, { timeout: 60_000 }).toBe('runs\ntold to stop\n');
});
