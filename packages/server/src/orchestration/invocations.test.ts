import { describe, expect, test } from 'vitest';
import { OrchestrationBed, tells, w3cFlow } from './testing.js';

const bed = await OrchestrationBed.create();

const CHILD = w3cFlow(`<datamodel><data id="n" expr="0"/></datamodel>
  <state id="s"><onentry><send event="ready" target="#_parent"><param name="n" expr="n"/></send></onentry>
    <onexit><probe:tell what="'child exits'"/></onexit>
    <transition event="finish" target="f"/><transition event="break" target="b"/></state>
  <state id="b"><transition target="b"/></state>
  <final id="f"><donedata><param name="n" expr="n * 2"/></donedata></final>`);

const PARENT = w3cFlow(`<state id="s"><invoke type="scxml" id="c" src="child.scxml"><param name="n" expr="21"/></invoke>
    ${tells('done.invoke.c', "['done', _event.data.n, _event.invokeid]")}
    ${tells('error', '[_event.name, _event.invokeid]')}
    ${tells('ready', "['ready', _event.data.n, _event.invokeid]")}
    <transition event="finish break"><send eventexpr="_event.name" target="#_c"/></transition>
    <transition event="leave" target="t"/><transition event="end" target="f"/></state>
  <state id="t">${tells('*', '_event.name')}</state><final id="f"/>`);

async function family(): Promise<{ parent: string; child: string }> {
  await bed.flow('child', CHILD);
  const parent = await bed.run(PARENT);
  const [row] = await bed.store.database.query<{ id: string }>('select id from session where parent = $1', [parent]);
  return { parent, child: row?.id ?? '' };
}

describe('a session that invokes a flow', () => {
  test('starts it with parameters, hears it, and hears that it is done', async () => {
    const { parent, child } = await family();
    expect(bed.heard()).toEqual([['ready', 21, 'c']]);
    await bed.post(parent, 'finish');
    expect(bed.heard()).toEqual(['child exits', ['done', 42, 'c']]);
    expect(await bed.row(child)).toMatchObject({ state: 'done' });
  });

  test('ends it by its exit handlers when it leaves the state, and hears no more of it', async () => {
    const { parent, child } = await family();
    bed.heard();
    await bed.post(parent, 'leave');
    expect(bed.heard()).toEqual(['child exits']);
    expect(await bed.row(child)).toMatchObject({ state: 'terminated' });
  });

  test('ends it when it ends itself', async () => {
    const { parent, child } = await family();
    bed.heard();
    await bed.post(parent, 'end');
    expect(bed.heard()).toEqual(['child exits']);
    expect(await bed.row(child)).toMatchObject({ state: 'terminated' });
  });

  test('ends it when it is terminated', async () => {
    const { parent, child } = await family();
    bed.heard();
    const { database, sessions } = bed.current;
    await database.transaction((tx) => sessions.terminate(tx, parent, 'enough'));
    sessions.wake(parent);
    await bed.activity.idle();
    expect(await bed.row(child)).toMatchObject({ state: 'terminated' });
    bed.heard();
  });

  test('ends it when it fails', async () => {
    await bed.flow('child', CHILD);
    const parent = await bed.run(
      w3cFlow(`<state id="s"><invoke type="scxml" id="c" src="child.scxml"/>
        <transition event="break"><raise event="loop"/></transition>
        <transition event="loop"><raise event="loop"/></transition></state>`),
    );
    const [child] = await bed.store.database.query<{ id: string }>('select id from session where parent = $1', [
      parent,
    ]);
    await bed.post(parent, 'break');
    expect(await bed.row(parent)).toMatchObject({ state: 'failed' });
    expect(await bed.row(child?.id ?? '')).toMatchObject({ state: 'terminated' });
    bed.heard();
  });

  test('hears that it has failed, or could not be started', async () => {
    const { parent } = await family();
    bed.heard();
    await bed.post(parent, 'break');
    expect(bed.heard()).toContainEqual(['error.communication', 'c']);
    await bed.run(PARENT.replace('child.scxml', 'nobody.scxml'));
    expect(bed.heard()).toEqual([['error.communication', 'c']]);
  });
});
