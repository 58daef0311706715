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
  const NOTHING = {
    ...{ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 },
    ...{ testResults: [], exitStatus: 0 },
  };

  interface Results {
    tests?: object;
    telephones?: object;
  }

  async function test({ tests, telephones }: Results, ...wanted: string[]) {
    await checkout.write('tests.json', JSON.stringify({ ...NOTHING, ...tests }));
    await checkout.write('telephones.json', JSON.stringify({ ...NOTHING, ...telephones }));
    const { status, stdout } = await checkout.run('test.mjs', ...wanted);
    return { status, lines: stdout.trimEnd().split('\n') };
  }

  it('counts every check and every test, those with real telephones too', async () => {
    const { status, lines } = await test({
      tests: { numPassedTests: 40 },
      telephones: { numPassedTests: 6, numPendingTests: 2, numTodoTests: 1 },
    });
    expect({ status, last: lines.slice(-2) }).toEqual({ status: 0, last: ['3 skipped', '50 passed, 0 failed'] });
    expect(await checkout.ran()).toEqual([
      'install',
      'compile',
      'client',
      'bundle',
      'compile',
      'types',
      'lint',
      'floors',
      'tests',
      'telephones',
    ]);
  });

  it.each([
    ['tests/server', 'tests'],
    ['tests/telephony/launchers.test.ts', 'telephones'],
  ])('runs the suite of what is asked for: %s', async (wanted, suite) => {
    expect(await test({}, wanted)).toMatchObject({ status: 0 });
    expect((await checkout.ran()).slice(-2)).toEqual(['floors', suite]);
  });

  it.each<[string, Results, string]>([
    ['a test', { tests: { numPassedTests: 40, numFailedTests: 2, exitStatus: 1 } }, '44 passed, 2 failed'],
    ['a test with telephones', { telephones: { numFailedTests: 1, exitStatus: 1 } }, '4 passed, 1 failed'],
    [
      'a file that cannot be loaded',
      { tests: { numPassedTests: 40, testResults: [{ status: 'failed', assertionResults: [] }], exitStatus: 1 } },
      '44 passed, 1 failed',
    ],
    ['an error outside of the tests', { tests: { numPassedTests: 40, exitStatus: 1 } }, '44 passed, 1 failed'],
  ])('fails with %s', async (_what, results, closing) => {
    const { status, lines } = await test(results);
    expect({ status, closing: lines.at(-1) }).toEqual({ status: 1, closing });
  });
});
