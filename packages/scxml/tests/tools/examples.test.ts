import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
const said: Record<string, string[]> = {
  'traffic-light.mjs': ['red\ngreen\nred\ngreen\nred', 'done off { rounds: 2 }'],
  'custom-action.mjs': ["namespace: 'example.com/shop'", 'grams: 100', "text: '4.50 euros'", "op: 'remember'"],
};

it('every example does what it says', async () => {
  expect((await readdir(folder)).sort()).toEqual(Object.keys(said).sort());
  for (const [file, parts] of Object.entries(said)) {
    const { stdout } = await promisify(execFile)(process.execPath, [folder + file]);
    for (const part of parts) expect(stdout).toContain(part);
  }
});
