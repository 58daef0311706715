import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIdentity } from './process-identity.js';
import { ServerLock } from './server-lock.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ringback-lock-'));
});

afterEach(() => rm(directory, { recursive: true }));

async function holder(lock: { pid: number; started: string | undefined }): Promise<void> {
  await writeFile(join(directory, 'server-1.lock'), JSON.stringify(lock));
}

describe('the lock of a data directory', () => {
  it('is had by one at a time', async () => {
    const lock = await ServerLock.take(directory);
    await expect(ServerLock.take(directory)).rejects.toMatchObject({ code: 'data-directory-in-use' });
    await lock.release();
    await (await ServerLock.take(directory)).release();
  });

  it('says so where no directory can be', async () => {
    const file = join(directory, 'a-file');
    await writeFile(file, '');
    await expect(ServerLock.take(file)).rejects.toMatchObject({ code: 'data-directory-unusable' });
  });

  it('names the process that has it', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    await holder({ pid, started: await startIdentity(pid) });
    await expect(ServerLock.take(directory)).rejects.toThrow(`process ${pid}`);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await (await ServerLock.take(directory)).release();
  });

  it('does not count for another process with the same id, of later or on another machine', async () => {
    await holder({ pid: process.pid, started: 'earlier' });
    await (await ServerLock.take(directory)).release();
  });

  it('is had by exactly one of many that find the same dead holder', async () => {
    for (let round = 0; round < 20; round += 1) {
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => ServerLock.take(directory)));
      const locks = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      expect(locks).toHaveLength(1);
      expect(await readdir(directory)).toHaveLength(1);
      await locks[0]?.release();
    }
  });
});
