import { expect, test } from 'vitest';
import { silentLogger } from '../kernel/index.js';
import { Actions } from './actions.js';
import { ModuleRegistry } from './module-registry.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

const bed = await OrchestrationBed.create();

const WORKS = orsFlow(`<state id="s">
    <transition event="go"><probe:work name="'a'"/></transition>
    <transition event="frail"><probe:fragile name="'b'"/></transition>
    <transition event="broken"><probe:broken/></transition>
    <transition event="end" target="f"><probe:work name="'last'"/></transition>
    ${tells('probe error.probe', '[_event.name, _event.data.error || _event.data.result]')}
  </state><final id="f"/>`);

test('an action is answered once it has been carried out', async () => {
  bed.work = async (name) => ({ result: name });
  const session = await bed.run(WORKS);
  await bed.post(session, 'go');
  expect(bed.heard()).toEqual([['probe.work.done', 'a']]);
  expect(bed.worked.splice(0)).toEqual(['a']);
});

test('an action of the last macrostep is still carried out', async () => {
  const session = await bed.run(WORKS);
  await bed.post(session, 'end');
  expect(bed.worked.splice(0)).toEqual(['last']);
  expect(bed.heard()).toEqual([]);
  expect(await bed.store.database.query('select 1 from session_action where session = $1', [session])).toEqual([]);
});

test('after a crash an action that was under way is carried out again, or answered with its error event', async () => {
  bed.work = async () => {
    throw new Error('killed');
  };
  const session = await bed.run(WORKS);
  await bed.post(session, 'go');
  expect(bed.worked.splice(0)).toEqual(['a']);
  bed.work = async (name) => ({ result: `${name} again` });
  await bed.crash();
  expect(bed.worked.splice(0)).toEqual(['a']);
  expect(bed.heard()).toEqual([['probe.work.done', 'a again']]);

  bed.work = async () => {
    throw new Error('killed');
  };
  await bed.post(session, 'frail');
  bed.worked.splice(0);
  await bed.crash();
  expect(bed.worked).toEqual([]);
  expect(bed.heard()).toEqual([['error.probe.fragile', 'interrupted']]);
});

test('what cannot be taken up after a crash is answered, and the host starts all the same', async () => {
  bed.work = async () => {
    throw new Error('killed');
  };
  const session = await bed.run(WORKS);
  await bed.post(session, 'broken');
  await bed.crash();
  expect(bed.heard()).toEqual([['error.probe.broken', 'unreadable']]);
});

test('a fault of ours is tried again until it is gone', async () => {
  let failures = 3;
  bed.work = async (name) => {
    if (failures-- > 0) throw new Error('broken');
    return { result: name };
  };
  const session = await bed.run(WORKS);
  await bed.post(session, 'go');
  expect(bed.heard()).toEqual([]);
  await bed.advance(3);
  expect(bed.heard()).toEqual([['probe.work.done', 'a']]);
});

test('a session whose macrostep can never be stored ends with its reason instead of being tried forever', async () => {
  const session = await bed.run(WORKS);
  await bed.store.database.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
     create trigger refusal before insert on session_action for each row when (new.module like '%probe')
     execute function refuse()`,
  );
  await bed.post(session, 'go');
  await bed.advance(10);
  await bed.store.database.query('drop trigger refusal on session_action');
  expect(await bed.row(session)).toMatchObject({ state: 'failed' });
  expect(bed.current.ended.at(-1)).toMatchObject({ id: session, state: 'failed' });
});

test('a node takes up what nodes that have gone carried out, once, and leaves alone what others carry out', async () => {
  const { database } = bed.store;
  const worked: string[] = [];
  const registry = new ModuleRegistry();
  const execute = async ({ requestId }: { requestId: string }) => {
    worked.push(requestId);
    return 'put-off' as const;
  };
  registry.add({ namespaces: ['m'], prefix: 'm', actions: { work: { attributes: {}, execute } } });
  const node = (number: number) => {
    return new Actions({
      ...{ database, modules: registry, clock: bed.clock, activity: bed.activity, log: silentLogger },
      ...{ post: async () => true, wake: () => undefined, node: () => number, counters: { took: () => undefined } },
    });
  };
  const session = await bed.run(WORKS);
  for (const [id, at] of [
    ['gone', 3],
    ['live', 2],
    ['old', null],
  ] as const) {
    await database.query(
      `insert into session_action (id, session, module, action, phase, request, created_at, node)
       values ($1, $2, 'm', 'work', 'execute', $3, now(), $4)`,
      [id, session, JSON.stringify({ session: { id: session, flow: 'x' }, requestId: id, name: 'work' }), at],
    );
  }
  const recovered = async (number: number, live: number[]) => {
    await node(number).recover(live);
    await bed.activity.idle();
    return worked.splice(0).sort();
  };
  expect(await recovered(1, [2])).toEqual(['gone', 'old']);
  expect(await recovered(4, [1, 2, 4])).toEqual([]);
  expect(await recovered(4, [1, 4])).toEqual(['live']);
  await database.query(`delete from session_action where module = 'm'`);
});
