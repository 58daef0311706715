import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticList } from '../../src/diagnostics.js';
import {
  applicationFromFile,
  checkFiles,
  describeChart,
  drawSvg,
  type RecordedHistory,
  replay,
  runInteractive,
  SessionPool,
} from '../../src/index.js';
import { defaultLimits } from '../../src/limits.js';
import { readXml } from '../../src/xml/read-xml.js';
import { w3c } from '../one-session.js';

let folder = '';
const good = w3c(
  `<datamodel><data id="n" expr="0"/></datamodel>
  <parallel id="p"><state id="a"><state id="a1"><onentry><send event="later" delay="2s"/></onentry>
    <transition event="go" cond="n &lt; 2 &amp;&amp; _event.data &gt; 0" target="a2"><assign location="n" expr="n + 1"/><log label="n" expr="n"/></transition></state>
    <state id="a2"><transition event="later" target="end"/></state></state>
  <state id="b"><state id="b1"/><history id="h" type="deep"><transition target="b1"/></history></state></parallel><final id="end"/>`,
  'name="sample"',
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scxml-tools-'));
  await writeFile(join(folder, 'good.scxml'), good);
  await writeFile(join(folder, 'bad.scxml'), w3c('<state id="s"><transition target="x"/></state>'));
  await writeFile(
    join(folder, 'with.scxml'),
    w3c('<script src="lib.js"/><state id="s"><onentry><log expr="f()"/></onentry></state>'),
  );
  await writeFile(join(folder, 'lib.js'), 'function f() { return "from the library"; }');
});
afterAll(() => rm(folder, { recursive: true }));

async function* lines(...all: string[]): AsyncGenerator<string> {
  yield* all;
}

describe('check', () => {
  it('prints findings and a summary, and fails if there is an error', async () => {
    const written: string[] = [];
    const files = [join(folder, 'good.scxml'), join(folder, 'bad.scxml'), join(folder, 'none.scxml')];
    expect(await checkFiles(files, (line) => written.push(line))).toBe(1);
    expect(written.filter((line) => /: \d+ errors, \d+ warnings$/.test(line))).toHaveLength(3);
    expect(written.find((line) => line.includes('target-unknown'))).toMatch(/bad\.scxml:1:\d+ error target-unknown: /);
    expect(written.find((line) => line.includes('document-missing'))).toContain('none.scxml');
    expect(await checkFiles([join(folder, 'with.scxml')], () => {})).toBe(0);
  });
});

describe('run', () => {
  it('prints configurations for lines of events and moves the clock on request', async () => {
    const written: string[] = [];
    const code = await runInteractive({
      file: join(folder, 'good.scxml'),
      lines: lines('# a comment', 'go {"x":', 'go 0', 'go 3', '?', '+soon', '+2s', 'ignored'),
      write: (line) => written.push(line),
      trace: true,
    });
    expect(code).toBe(0);
    const text = written.join('\n');
    expect(text).toContain('session1 [p a a1 b b1]');
    expect(text).toContain('The data is no JSON.');
    expect(text).toContain('log n: 1');
    expect(text).toContain('data {"n":1}');
    expect(text).toContain('soon is no time.');
    expect(text).toContain('done end');
  });

  it('loads what a document refers to, and refuses one with errors', async () => {
    const written: string[] = [];
    const write = (line: string): void => {
      written.push(line);
    };
    expect(await runInteractive({ file: join(folder, 'with.scxml'), lines: lines(), write })).toBe(0);
    expect(written.join('\n')).toContain('from the library');
    expect(await runInteractive({ file: join(folder, 'bad.scxml'), lines: lines(), write })).toBe(1);
  });
});

describe('draw', () => {
  it('shows every state, and is well-formed', async () => {
    const { chart } = describeChart(await applicationFromFile(join(folder, 'good.scxml')));
    if (chart === undefined) throw new Error('The chart has no errors.');
    const svg = drawSvg(chart, ['a1']);
    const root = readXml(svg, 'svg', defaultLimits, new DiagnosticList());
    expect(root?.element).toBe('svg');
    for (const { id, kind } of chart.states) if (kind !== 'scxml') expect(svg).toContain(`data-state="${id}"`);
    expect(svg).toContain('#fff3e0');
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('describes the chart as plain data', async () => {
    const { chart } = describeChart(await applicationFromFile(join(folder, 'good.scxml')));
    expect(JSON.parse(JSON.stringify(chart))).toEqual(chart);
    expect(chart?.name).toBe('sample');
    expect(chart?.states.find(({ id }) => id === 'p')).toMatchObject({ kind: 'parallel', children: ['a', 'b'] });
    expect(chart?.transitions.find(({ event }) => event === 'go')).toMatchObject({
      source: 'a1',
      targets: ['a2'],
      cond: 'n < 2 && _event.data > 0',
      content: ['assign', 'log'],
    });
    expect(describeChart(await applicationFromFile(join(folder, 'bad.scxml'))).chart).toBeUndefined();
  });
});

describe('replay', () => {
  it('repeats a recorded session to any step, with its trace', async () => {
    const definition = await applicationFromFile(join(folder, 'good.scxml'));
    const pool = new SessionPool({ workers: 0 });
    await pool.define(definition);
    const history: RecordedHistory = {
      start: { session: 'r', now: 10 },
      deliveries: [
        { event: { name: 'go', data: 0 }, now: 20 },
        { event: { name: 'go', data: 1 }, now: 30 },
        { event: { name: 'later' }, now: 40 },
      ],
    };
    const original = [await pool.start({ ...history.start, application: definition.id, trace: true })];
    for (const delivery of history.deliveries) {
      const { step, snapshot } = original.at(-1) ?? { step: 0, snapshot: '' };
      original.push(
        await pool.deliver({ ...delivery, session: 'r', application: definition.id, step, snapshot, trace: true }),
      );
    }
    await pool.close();
    expect(await replay(definition, history)).toEqual(original);
    const part = await replay(definition, history, 3);
    expect(part).toEqual(original.slice(0, 3));
    expect(part.at(-1)?.microsteps?.[0]).toMatchObject({ event: 'go', exited: ['a1'], entered: ['a2'] });
    expect(part.at(-1)?.data).toEqual({ n: 1 });
  });
});
