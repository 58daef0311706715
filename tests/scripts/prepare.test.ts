import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkout } from './checkout.js';

let checkout: Checkout;

beforeEach(async () => {
  checkout = await Checkout.create();
});

afterEach(() => checkout.destroy());

describe('preparing a checkout', () => {
  it('installs and builds in a fresh one, and does nothing the second time', async () => {
    expect(await checkout.run('build.mjs')).toMatchObject({ status: 0 });
    expect(await checkout.ran()).toEqual(['install', 'compile', 'client', 'bundle']);
    expect(await checkout.run('build.mjs')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await checkout.ran()).toEqual([]);
  });

  it.each([
    ['a source of the server changes', 'packages/server/src/one.ts', ['compile']],
    ['a source of the engine changes', 'packages/scxml/src/one.ts', ['compile']],
    ['a source comes', 'packages/server/src/two.ts', ['compile']],
    ['a source of the client changes', 'packages/client/src/one.ts', ['client']],
    ['a source of the console changes', 'packages/console/src/one.ts', ['bundle']],
    ['something else changes', 'README.md', []],
  ])('does what is needed when %s', async (_what, file, steps) => {
    await checkout.run('build.mjs');
    await checkout.ran();
    await checkout.write(file, 'changed');
    await checkout.run('build.mjs');
    expect(await checkout.ran()).toEqual(steps);
  });

  it('installs when the lock file asks for something else, and builds with that', async () => {
    await checkout.run('build.mjs');
    await checkout.ran();
    await checkout.write(
      'package-lock.json',
      JSON.stringify({ packages: { '': {}, 'node_modules/tool': { version: '1.0.1' } } }),
    );
    await checkout.run('build.mjs');
    expect(await checkout.ran()).toEqual(['install', 'compile', 'client', 'bundle']);
  });

  it('leaves nothing of a source that is gone', async () => {
    await checkout.write('packages/server/src/two.ts', '2');
    await checkout.run('build.mjs');
    expect(existsSync(join(checkout.directory, 'packages/server/dist/two.ts'))).toBe(true);
    await checkout.remove('packages/server/src/two.ts');
    await checkout.run('build.mjs');
    expect(existsSync(join(checkout.directory, 'packages/server/dist/two.ts'))).toBe(false);
    expect(existsSync(join(checkout.directory, 'packages/server/dist/one.ts'))).toBe(true);
  });

  it('builds again what was removed', async () => {
    await checkout.run('build.mjs');
    await checkout.ran();
    await checkout.remove('packages/console/dist');
    await checkout.run('build.mjs');
    expect(await checkout.ran()).toEqual(['bundle']);
  });

  it('ends with an error when a step fails, and tries again the next time', async () => {
    await checkout.write('packages/server/src/wrong.ts', '');
    const { status, stdout, stderr } = await checkout.run('build.mjs');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('wrong.ts is wrong');
    await checkout.remove('packages/server/src/wrong.ts');
    await checkout.ran();
    expect(await checkout.run('build.mjs')).toMatchObject({ status: 0 });
    expect(await checkout.ran()).toEqual(['compile', 'client', 'bundle']);
  });

  it('is done once when several start at the same time', async () => {
    const starts = await Promise.all([1, 2, 3, 4].map(() => checkout.run('build.mjs')));
    expect(starts.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(await checkout.ran()).toEqual(['install', 'compile', 'client', 'bundle']);
  });
});

describe('npm start', () => {
  it('runs the server with its arguments, and nothing else reaches standard output', async () => {
    expect(await checkout.run('start.mjs', '--port', '0')).toMatchObject({ stdout: 'ran start --port 0\n', status: 0 });
  });
});

describe('npm test', () => {
  async function test(results: object): Promise<{ status: number | null; lastLine: string | undefined }> {
    await checkout.write(
      'results.json',
      JSON.stringify({ numPassedTests: 0, numFailedTests: 0, testResults: [], ...results }),
    );
    const { status, stdout } = await checkout.run('test.mjs');
    return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
  }

  it('counts every check and every test', async () => {
    expect(await test({ numPassedTests: 40, exitStatus: 0 })).toEqual({ status: 0, lastLine: '44 passed, 0 failed' });
    expect(await checkout.ran()).toEqual([
      'install',
      'compile',
      'client',
      'bundle',
      'compile',
      'types',
      'lint',
      'floors',
      'vitest',
    ]);
  });

  it('fails with a test', async () => {
    expect(await test({ numPassedTests: 40, numFailedTests: 2, exitStatus: 1 })).toEqual({
      status: 1,
      lastLine: '44 passed, 2 failed',
    });
  });

  it('fails with a file that cannot be loaded', async () => {
    const testResults = [{ status: 'failed', assertionResults: [] }];
    expect(await test({ numPassedTests: 40, testResults, exitStatus: 1 })).toEqual({
      status: 1,
      lastLine: '44 passed, 1 failed',
    });
  });

  it('fails with an error outside of the tests', async () => {
    expect(await test({ numPassedTests: 40, exitStatus: 1 })).toEqual({ status: 1, lastLine: '44 passed, 1 failed' });
  });
});
