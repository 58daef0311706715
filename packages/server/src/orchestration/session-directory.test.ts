import { expect, test } from 'vitest';
import { OrchestrationBed, orsFlow, w3cFlow } from './testing.js';

const bed = await OrchestrationBed.create();

const FLOW = w3cFlow(`<datamodel><data id="n" expr="1"/></datamodel>
  <state id="s"><transition event="go" target="t"><assign location="n" expr="2"/></transition></state>
  <state id="t"><transition event="go" target="f"/></state><final id="f"/>`);

test('shows where a session stands, its data and each of its steps, for an hour after its end', async () => {
  await bed.flow('shown', FLOW);
  const id = await bed.start('shown');
  await bed.post(id, 'go');
  const { directory } = bed.current;
  expect(await directory.get(id)).toMatchObject({
    id,
    flow: 'shown',
    version: 1,
    state: 'running',
    configuration: ['t'],
    data: { n: 2 },
    history: [
      { event: null, exited: [], entered: ['s'] },
      { event: 'go', exited: ['s'], entered: ['t'] },
    ],
  });
  await bed.post(id, 'go');
  expect(await directory.get(id)).toMatchObject({ state: 'done', final: 'f', endedAt: expect.any(String) });
  await bed.current.flows.remove('shown');
  expect(await directory.get(id)).toMatchObject({ state: 'done' });
  await bed.advance(3601);
  expect(await directory.get(id)).toBeUndefined();
  await bed.current.sessions.purge(bed.clock.now());
  expect(await bed.store.database.query('select 1 from session where id = $1', [id])).toEqual([]);
});

const EVENTFUL = orsFlow(`<datamodel><data id="n" expr="0"/></datamodel>
  <state id="s"><onentry><send event="'late'" id="l" delay="'60s'"><param name="a" expr="1"/></send></onentry>
    <transition event="add"><script>_data.n = _data.n + _event.data.by; var seen = new Date(0);</script>
      <log expr="'added'"/></transition>
    <transition event="work"><probe:work name="'w'"/></transition>
    <transition event="end" target="f"/></state><final id="f"/>`);

test('tells what each step consumed and caused, what waits, and what is to come', async () => {
  await bed.flow('eventful', EVENTFUL);
  bed.work = () => new Promise(() => undefined);
  const id = await bed.start('eventful');
  await bed.post(id, 'add', { by: 2 });
  const { database, sessions, directory } = bed.current;
  const underWay = bed.activity.run(async () => {
    await database.transaction((tx) => sessions.post(tx, id, { name: 'add', data: { by: 3 } }));
  });
  await underWay;
  await bed.activity.idle();
  expect(await directory.get(id)).toMatchObject({
    step: 3,
    data: { _data: { n: 5 } },
    queue: [],
    timers: [{ sendId: 'l', event: 'late', target: id, data: { a: 1 }, dueAt: expect.any(String) }],
    history: [
      { step: 1, event: null, caused: [{ kind: 'send', event: 'late', sendid: 'l', delayMs: 60_000 }] },
      { step: 2, event: 'add', data: { by: 2 }, caused: [{ kind: 'log', text: 'added' }] },
      { step: 3, event: 'add', data: { by: 3 } },
    ],
  });
});

test('can be stepped through from its history, running or ended', async () => {
  await bed.flow('eventful', EVENTFUL);
  const id = await bed.start('eventful');
  await bed.post(id, 'add', { by: 2 });
  await bed.post(id, 'add', { by: 3 });
  const { directory } = bed.current;
  expect(await directory.step(id, 2)).toMatchObject({
    step: 2,
    configuration: ['s'],
    data: { _data: { n: 2 } },
    microsteps: [{ event: 'add', transitions: [{ source: 's', event: 'add' }] }],
  });
  expect((await directory.step(id, 3))?.changes).toContainEqual({ path: ['_data', 'n'], before: 2, after: 5 });
  await bed.post(id, 'end');
  expect(await directory.step(id, 1)).toMatchObject({ data: { _data: { n: 0 } } });
  expect(await directory.step(id, 4)).toMatchObject({ configuration: ['f'] });
  expect(await directory.step(id, 5)).toBeUndefined();
  await bed.store.database.query('delete from session_step where session = $1 and step = 1', [id]);
  await bed.store.database.query(`update session set step = step + 1 where id = $1`, [id]);
  await expect(directory.step(id, 2)).rejects.toMatchObject({ code: 'history-incomplete' });
});

test('has the chart of the documents that the session runs', async () => {
  await bed.flow('charted', FLOW);
  const id = await bed.start('charted');
  await bed.flow('charted', w3cFlow('<state id="other"/>', 'other'));
  const chart = await bed.current.directory.chart(id);
  expect(chart?.states.map((state) => state.id)).toEqual(expect.arrayContaining(['s', 't', 'f']));
  expect(await bed.current.directory.chart('nobody')).toBeUndefined();
});

test('lists by age', async () => {
  await bed.flow('aged', FLOW);
  const old = await bed.start('aged');
  await bed.advance(100);
  const young = await bed.start('aged');
  const { directory } = bed.current;
  const ids = async (age: object) =>
    (await directory.list({ application: 'aged', limit: 5, ...age })).map(({ id }) => id);
  expect(await ids({ minAgeSeconds: 100 })).toEqual([old]);
  expect(await ids({ maxAgeSeconds: 99 })).toEqual([young]);
  expect(await ids({ minAgeSeconds: 0, maxAgeSeconds: 100 })).toEqual([young, old]);
});

test('lists sessions, the newest first, page by page', async () => {
  await bed.flow('listed', FLOW);
  const ids: string[] = [];
  for (let each = 0; each < 3; each += 1) {
    ids.unshift(await bed.start('listed'));
    await bed.advance(1);
  }
  const { directory } = bed.current;
  const first = await directory.list({ application: 'listed', limit: 2 });
  const last = first.at(-1);
  const before = { startedAt: Date.parse(last?.startedAt ?? ''), id: last?.id ?? '' };
  const rest = await directory.list({ application: 'listed', limit: 2, before });
  expect([...first, ...rest].map(({ id }) => id)).toEqual(ids);
  expect(await directory.list({ application: 'listed', state: 'done', limit: 5 })).toEqual([]);
});
