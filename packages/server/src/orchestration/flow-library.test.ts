import { describe, expect, test } from 'vitest';
import { OrchestrationBed, tells, w3cFlow } from './testing.js';

const bed = await OrchestrationBed.create();

const first = w3cFlow(`<state id="s">${tells('n', "'first'")}</state>`);
const second = w3cFlow(`<state id="s">${tells('n', "'second'")}</state>`);

describe('versions of a flow', () => {
  test('leave the sessions alone that run already', async () => {
    expect(await bed.flow('versions', first)).toBe(1);
    const older = await bed.start('versions');
    expect(await bed.flow('versions', second)).toBe(2);
    const newer = await bed.start('versions');
    await bed.post(older, 'n');
    await bed.post(newer, 'n');
    expect(bed.heard()).toEqual(['first', 'second']);
    await bed.crash();
    await bed.post(older, 'n');
    await bed.post(newer, 'n');
    expect(bed.heard()).toEqual(['first', 'second']);
  });

  test('come from changes of the text only', async () => {
    expect(await bed.flow('same', first)).toBe(1);
    expect(await bed.flow('same', first)).toBe(1);
    expect(await bed.flow('same', second)).toBe(2);
    expect(await bed.flow('same', first)).toBe(3);
  });

  test('are numbered without gaps by several at once', async () => {
    const versions = await Promise.all(
      [1, 2, 3, 4].map((each) => bed.flow('crowd', first.replace("'first'", `'${each}'`))),
    );
    expect(versions.sort()).toEqual([1, 2, 3, 4]);
  });
});

test('sessions of a flow that is isolated have a sandbox each', async () => {
  await bed.flow('apart', first);
  bed.settings.isolatedFlows = () => ['apart'];
  expect(await bed.current.flows.definition('apart', 1)).toMatchObject({ isolation: 'session' });
  expect(await bed.current.flows.definition('same', 1)).toMatchObject({ isolation: 'application' });
  const sessions = [await bed.start('apart'), await bed.start('apart')];
  for (const session of sessions) await bed.post(session, 'n');
  expect(bed.heard()).toEqual(['first', 'first']);
  bed.settings.isolatedFlows = () => [];
});

describe('a document with errors', () => {
  test.each([
    ['no XML', '<scxml', 1],
    ['an unknown target', w3cFlow('\n<state id="s">\n<transition target="nowhere"/></state>'), 3],
    ['another root', '<html/>', 1],
  ])('is refused with line and column: %s', async (_what, text, line) => {
    const stored = await bed.current.flows.put('wrong', 'memory:/wrong.scxml', { 'memory:/wrong.scxml': text });
    expect(stored).not.toHaveProperty('version');
    expect(stored.diagnostics.find(({ severity }) => severity === 'error')).toMatchObject({
      url: 'memory:/wrong.scxml',
      line,
      column: expect.any(Number),
      message: expect.any(String),
    });
    expect(await bed.current.flows.latest('wrong')).toBeUndefined();
  });
});

describe('a flow that is taken away', () => {
  test('goes on where it runs, and starts nowhere any more', async () => {
    await bed.flow('gone', first);
    const session = await bed.start('gone');
    expect(await bed.current.flows.remove('gone')).toBe(true);
    await bed.crash();
    await bed.post(session, 'n');
    expect(bed.heard()).toEqual(['first']);
    await expect(bed.start('gone')).rejects.toMatchObject({ code: 'unknown-flow' });
    expect((await bed.current.flows.list()).map(({ flow }) => flow)).not.toContain('gone');
    expect(await bed.current.flows.remove('gone')).toBe(false);
    expect(await bed.flow('gone', first)).toBe(3);
  });
});
