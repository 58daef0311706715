import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { isPostgresOf, startIdentity } from './process-identity.js';

it('tells a process from a later one, and knows when there is none', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const identity = await startIdentity(pid);
  expect(identity).toBe(await startIdentity(pid));
  expect(identity).not.toBe(await startIdentity(process.pid));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  expect(await startIdentity(pid)).toBeUndefined();
});

it('does not take another program for a PostgreSQL server, even in its directory', async () => {
  const child = spawn('sleep', ['60'], { cwd: tmpdir() });
  expect(await isPostgresOf(child.pid ?? 0, tmpdir())).toBe(false);
  child.kill('SIGKILL');
});
