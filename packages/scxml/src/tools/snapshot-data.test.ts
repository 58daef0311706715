import { expect, test } from 'vitest';
import { Executor } from '../engine/executor.js';
import { snapshotData } from './snapshot-data.js';

const application = (script: string) => ({
  id: `a-${script.length}`,
  main: 'memory:/a.scxml',
  documents: {
    'memory:/a.scxml': `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript">
      <datamodel><data id="d" expr="null"/></datamodel><script><![CDATA[${script}]]></script>
      <state id="s"/></scxml>`,
  },
});

test.each([
  ['plain values', `d = {a: 1, b: 'x', c: [1, null, {e: true}]};`],
  ['functions, which are left out', `function f() {} d = {a: 1}; var g = 7;`],
  ['dates, expressions and numbers that JSON does not know', `d = [new Date(5), /a+/gi, NaN, -Infinity];`],
  ['maps and sets', `d = {m: new Map([['a', {b: 1}]]), s: new Set([1, 2])};`],
  ['an object that is referred to twice', `var one = {x: 1}; d = {a: one, b: one};`],
  ['sparse and long arrays', `d = []; d[2] = 'z'; var long = []; for (var i = 0; i < 300; i += 1) long.push(i);`],
  ['objects with a dollar and with a prototype', `function P() { this.own = 1; } d = {a: {$: 'x'}, p: new P()};`],
])('a snapshot tells what a traced step shows: %s', async (_what, script) => {
  const executor = new Executor();
  const definition = application(script);
  expect((await executor.define(definition)).filter(({ severity }) => severity === 'error')).toEqual([]);
  const { snapshot, data } = await executor.start({ session: 'x', application: definition.id, now: 0, trace: true });
  expect(snapshotData(snapshot)).toEqual(data);
  executor.close();
});

test('steps alone are traced without the data of a session that goes on', async () => {
  const executor = new Executor();
  const definition = application('d = 1;');
  await executor.define(definition);
  const result = await executor.start({ session: 'x', application: definition.id, now: 0, trace: 'steps' });
  expect(result.microsteps).toBeDefined();
  expect(result.data).toBeUndefined();
  const end = await executor.deliver({
    ...result,
    session: 'x',
    application: definition.id,
    now: 0,
    cancel: true,
    trace: 'steps',
  });
  expect(end).toMatchObject({ status: 'done', data: { d: 1 } });
  executor.close();
});

test('what is no snapshot has no data', () => {
  expect(snapshotData('')).toBeNull();
});
