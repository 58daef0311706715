import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

const bed = await OrchestrationBed.create();

const EVENTS = `${tells('voice error.voice', '[_event.name, _event.data.error || null, _event.data.description || null]')}
  ${tells('error.interaction interaction.redirect interaction.terminate', '[_event.name, _event.data.error || null]')}
  ${tells('interaction', '[_event.name]')}
  ${tells('queue error.queue', '[_event.name, _event.data.error || null]')}`;

/** Calls `5551` as soon as it starts; further events act on the interaction. */
function caller(attributes: string, more = ''): string {
  return orsFlow(`<datamodel><data id="i" expr="''"/></datamodel><state id="s">
    <onentry><ixn:createcall from="'7000'" to="'5551'" ${attributes}/></onentry>
    <transition event="voice.createcall.done"><assign location="_data.i" expr="_event.data.interactionid"/>
      <probe:tell what="[_event.name, null, null]"/></transition>
    <transition event="redirect"><ixn:redirect interactionid="_data.i" to="_event.data.to"/></transition>
    <transition event="terminate"><ixn:terminate interactionid="_data.i"/></transition>
    <transition event="model"><probe:tell what="Object.keys(_genesys.ixn.interactions).length + ':' + (_genesys.ixn.firstixnid === null)"/></transition>
    <transition event="end" target="f"/>
    <transition event="fail loop"><raise event="loop"/></transition>
    ${more}${EVENTS}</state><final id="f"/>`);
}

async function world(settings: JsonObject): Promise<void> {
  await bed.simulator.changeSettings(settings);
}

function names(): JsonValue[] {
  return bed.heard().map((told) => (Array.isArray(told) ? (told[0] ?? null) : told));
}

function up(): number {
  return bed.simulator.calls().filter(({ endedAt }) => endedAt === undefined).length;
}

const first = (name: string) => (told: JsonValue) => Array.isArray(told) && told[0] === name;

beforeEach(async () => {
  for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
  await bed.advance(10);
  bed.heard();
  await world({ numbers: { 5551: { outcome: 'answer', ringSeconds: 1, talkSeconds: null } } });
});

describe('createcall', () => {
  test.each([
    ['busy', { outcome: 'busy' }, '', ['unknown', 'busy']],
    ['nobody answers', { outcome: 'no-answer' }, 'timeout="5"', ['timeout', 'noanswer']],
    ['no such number', { outcome: 'sit-invalid' }, '', ['invaliddestination', 'sitinvalidnum']],
    [
      'a machine',
      { outcome: 'answering-machine' },
      `hints="{extensions: {call_answer_type_recognition: 'accurate_am_detection'}}"`,
      ['unknown', 'answeringmachine'],
    ],
  ])('fails with one event: %s', async (_what, party, attributes, expected) => {
    await world({ numbers: { 5551: party } });
    await bed.run(caller(attributes));
    await bed.until(first('error.voice.createcall'));
    await bed.advance(10);
    expect(bed.heard().filter((told) => /voice/.test(String(told)))).toEqual([['error.voice.createcall', ...expected]]);
  });

  test('is done when the customer answers, and the model knows the call before the events', async () => {
    const session = await bed.run(caller('udata="{a: 1}"'));
    await bed.until(first('interaction.added'));
    expect(names()).toEqual(['voice.createcall.done', 'interaction.added']);
    await bed.post(session, 'model');
    expect(bed.heard()).toEqual(['1:false']);
    await bed.post(session, 'terminate');
    await bed.advance(1);
    expect(names()).toEqual(['interaction.terminate.done', 'interaction.deleted']);
    await bed.post(session, 'model');
    expect(bed.heard()).toEqual(['0:true']);
    await bed.post(session, 'terminate');
    expect(bed.heard()).toEqual([['error.interaction.terminate', 'invalidstate.null']]);
  });

  test('calls the agent first when an agent is its origin, then the customer', async () => {
    bed.configuration.putAgent('first');
    await world({ agents: { first: { auto: true, answerSeconds: 2 } } });
    await bed.run(caller('').replace('from="\'7000\'"', `from="{dn: '2first', agent: 'first'}"`));
    expect(
      bed.simulator
        .calls()
        .filter(({ endedAt }) => endedAt === undefined)
        .map(({ number }) => number),
    ).toEqual(['2first']);
    await bed.until(first('voice.createcall.done'));
    await bed.advance(1);
    expect(up()).toBe(2);
    await world({ agents: { first: null } });
  });

  test('forgets the call of an agent whose customer is busy', async () => {
    bed.configuration.putAgent('first');
    await world({ agents: { first: { auto: true, answerSeconds: 2 } }, numbers: { 5551: { outcome: 'busy' } } });
    const session = await bed.run(caller('').replace('from="\'7000\'"', `from="{dn: '2first', agent: 'first'}"`));
    await bed.until(first('error.voice.createcall'));
    await bed.advance(1);
    expect(up()).toBe(0);
    bed.heard();
    await bed.post(session, 'model');
    expect(bed.heard()).toEqual(['0:true']);
    await world({ agents: { first: null } });
  });

  test('never calls the customer of an agent who does not answer', async () => {
    bed.configuration.putAgent('silent');
    const before = bed.simulator.calls({ number: '5551' }).length;
    await bed.run(caller('').replace('from="\'7000\'"', `from="{dn: '2silent', agent: 'silent'}"`));
    await bed.until(first('error.voice.createcall'));
    expect(bed.heard()).toContainEqual(['error.voice.createcall', 'invalidsource', 'no-answer']);
    expect(bed.simulator.calls({ number: '5551' })).toHaveLength(before);
  });

  test('is carried out after a crash, and no customer is dialed twice', async () => {
    const before = bed.simulator.calls({ number: '5551' }).length;
    await bed.run(caller(''));
    await bed.crash(30);
    await bed.until(first('voice.createcall.done'));
    expect(bed.simulator.calls({ number: '5551' })).toHaveLength(before + 1);
  });
});

describe('redirect', () => {
  async function waiting(): Promise<string> {
    const session = await bed.run(caller(''));
    await bed.until(first('interaction.added'));
    bed.heard();
    return session;
  }

  test('rings the agent, connects, and ends with either of the two', async () => {
    bed.configuration.putAgent('anna');
    await world({ agents: { anna: { auto: true, answerSeconds: 2 } } });
    const session = await waiting();
    await bed.post(session, 'redirect', { to: { dn: '2anna', agent: 'anna' } });
    await bed.advance(5);
    expect(names()).toEqual(['interaction.redirect.done', 'interaction.partyadded', 'interaction.partystatechanged']);
    expect(up()).toBe(2);
    const [leg] = bed.simulator.calls({ number: '5551' }).filter(({ endedAt }) => endedAt === undefined);
    await bed.current.calls.hangup(String(leg?.id));
    await bed.advance(1);
    expect(names()).toEqual(['interaction.deleted']);
    await bed.post(session, 'model');
    expect(bed.heard()).toEqual(['0:true']);
    expect(up()).toBe(0);
    await bed.post(session, 'redirect', { to: '2anna' });
    expect(bed.heard()).toEqual([['error.interaction.redirect', 'invalidstate.null']]);
  });

  test('to an agent who does not answer leaves the customer waiting', async () => {
    bed.configuration.putAgent('away');
    const session = await waiting();
    await bed.post(session, 'redirect', { to: { dn: '2away', agent: 'away' } });
    await bed.until(first('interaction.partydeleted'));
    expect(up()).toBe(1);
    await bed.post(session, 'redirect', { to: { dn: '2away', agent: 'away' } });
    await bed.post(session, 'redirect', { to: { dn: '2away', agent: 'away' } });
    expect(bed.heard()).toContainEqual(['error.interaction.redirect', 'invalidstate.routed']);
    await bed.post(session, 'terminate');
  });

  test('stops ringing when the customer hangs up meanwhile', async () => {
    bed.configuration.putAgent('late');
    const session = await waiting();
    await bed.post(session, 'redirect', { to: { dn: '2late', agent: 'late' } });
    bed.heard();
    const [leg] = bed.simulator.calls({ number: '5551' }).filter(({ endedAt }) => endedAt === undefined);
    await bed.current.calls.hangup(String(leg?.id));
    await bed.advance(1);
    expect(names()).toEqual(['interaction.deleted']);
    expect(up()).toBe(0);
    await bed.post(session, 'model');
    expect(bed.heard()).toEqual(['0:true']);
  });

  test('and the end of the customer at the same time leave nobody ringing', async () => {
    bed.configuration.putAgent('racer');
    for (let each = 0; each < 5; each += 1) {
      const session = await waiting();
      const [leg] = bed.simulator.calls({ number: '5551' }).filter(({ endedAt }) => endedAt === undefined);
      await Promise.all([
        bed.post(session, 'redirect', { to: { dn: '2racer', agent: 'racer' } }),
        bed.current.calls.hangup(String(leg?.id)),
      ]);
      await bed.advance(1);
      expect(up()).toBe(0);
      expect(names()).toContain('interaction.deleted');
      await bed.post(session, 'model');
      expect(bed.heard()).toEqual(['0:true']);
    }
  });

  test('never touches the call of another session', async () => {
    await waiting();
    const [row] = await bed.store.database.query<{ id: string }>(
      'select id from interaction where ended_at is null order by created_at desc limit 1',
    );
    const stranger = await bed.run(
      orsFlow(`<state id="s"><onentry><ixn:redirect interactionid="'${row?.id}'" to="'1'"/>
        <ixn:terminate interactionid="'${row?.id}'"/><dialog:stop requestid="'x'"/>
        <dialog:playsound interactionid="'${row?.id}'" type="'music'"/></onentry>
        ${tells('error', '[_event.name, _event.data.error]')}</state>`),
    );
    expect(bed.heard()).toEqual([
      ['error.interaction.redirect', 'unknown'],
      ['error.interaction.terminate', 'unknown'],
      ['error.dialog.stop', 'unknown'],
      ['error.dialog.playsound', 'invalidstate'],
    ]);
    expect(up()).toBe(1);
    expect((await bed.row(stranger)).state).toBe('running');
  });
});

describe('the end of a session', () => {
  test.each([
    ['by termination', 'terminated'],
    ['by a failure', 'failed'],
  ])('%s hangs up its calls', async (_what, state) => {
    const session = await bed.run(caller(''));
    await bed.until(first('interaction.added'));
    if (state === 'failed') await bed.post(session, 'fail');
    else {
      const { database, sessions } = bed.current;
      await database.transaction((tx) => sessions.terminate(tx, session, 'enough'));
      sessions.wake(session);
      await bed.activity.idle();
    }
    expect(await bed.row(session)).toMatchObject({ state });
    await bed.advance(1);
    expect(up()).toBe(0);
  });

  test('hangs up its calls although the process dies before it can', async () => {
    const session = await bed.run(caller(''));
    await bed.until(first('interaction.added'));
    bed.current.calls.hangup = async () => {
      throw new Error('killed');
    };
    await bed.post(session, 'fail');
    expect(up()).toBe(1);
    await bed.crash();
    expect(up()).toBe(0);
  });

  test('by itself leaves its call to the agent', async () => {
    const session = await bed.run(caller(''));
    await bed.until(first('interaction.added'));
    await bed.post(session, 'end');
    await bed.advance(1);
    expect(up()).toBe(1);
  });
});

describe('user data', () => {
  test('is merged and taken away, and the model has changed when the event comes', async () => {
    const session = await bed.run(
      caller(
        `udata="{keep: 1, details: {name: 'X', age: 45}}"`,
        `<transition event="set"><script>_genesys.ixn.setuData(_event.data)</script>
          <probe:tell what="_genesys.ixn.interactions[_data.i].udata"/></transition>
        <transition event="delete"><script>_genesys.ixn.deleteuData(_event.data)</script></transition>
        <transition event="interaction.udata.changed"><probe:tell what="_genesys.ixn.interactions[_event.data.interactionid].udata"/></transition>`,
      ),
    );
    await bed.until(first('interaction.added'));
    bed.heard();
    const original = { keep: 1, details: { name: 'X', age: 45 } };
    await bed.post(session, 'set', { added: 2, details: { age: 46 } });
    const merged = { keep: 1, added: 2, details: { name: 'X', age: 46 } };
    expect(bed.heard()).toEqual([original, merged]);
    await bed.post(session, 'delete', { details: { age: 0 } });
    expect(bed.heard()).toEqual([{ keep: 1, added: 2, details: { name: 'X' } }]);
    await bed.post(session, 'delete', {});
    expect(bed.heard()).toEqual([{}]);
  });
});

describe('an inbound call', () => {
  const INBOUND = orsFlow(`<state id="s">
    <transition event="interaction.added"><probe:tell what="[_event.name, _genesys.ixn.interactions[_event.data.interactionid].voice.ani, _genesys.ixn.getuData('k')]"/></transition>
    ${tells('interaction', '[_event.name]')}</state>`);

  test('starts the application of its DN, which hears of the call in order', async () => {
    await bed.flow('inbound', INBOUND);
    bed.applications.set('8000', 'inbound');
    await bed.simulator.placeInbound({ from: '5552', to: '8000', userData: { k: 'v' } });
    await bed.activity.idle();
    expect(bed.heard()).toEqual([
      ['interaction.added', '5552', 'v'],
      ['interaction.partystatechanged'],
      ['interaction.onrouterequest'],
    ]);
    await bed.advance(60);
    expect(names()).toEqual(['interaction.abandoned', 'interaction.deleted']);
  });

  test('that was not answered when the process died is answered by the next one', async () => {
    await bed.flow('inbound', INBOUND);
    bed.applications.set('8000', 'inbound');
    const { calls } = bed.current;
    calls.answer = async () => {
      throw new Error('killed');
    };
    const leg = await bed.simulator.placeInbound({ from: '5554', to: '8000' });
    await bed.activity.idle();
    expect(await calls.get(leg)).toMatchObject({ state: 'ringing' });
    await bed.crash();
    expect(await bed.current.calls.get(leg)).toMatchObject({ state: 'answered' });
  });

  test('to a DN without an application, or with one that does not exist, is refused', async () => {
    bed.applications.set('8001', 'nothing');
    for (const to of ['8001', '8002']) {
      const leg = await bed.simulator.placeInbound({ from: '5553', to });
      await bed.activity.idle();
      expect(await bed.current.calls.get(leg)).toMatchObject({ state: 'ended', cause: 'rejected' });
    }
  });
});
