import { expect, test } from 'vitest';
import { OrchestrationBed, w3cFlow } from './testing.js';

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
