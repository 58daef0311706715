import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

const bed = await OrchestrationBed.create();

/** Everything that the application hears of its interactions. */
const HEARS = tells(
  'interaction voice error msgbased chat dialog',
  `[_event.name, _event.data.error || _event.data.resultof || (_event.data.party ? _event.data.party.device : null)]`,
);

/** Commands by which a test lets an application act on the interaction that it knows, or on one that is named. */
const COMMANDS: Record<string, string> = {
  redirect: '<ixn:redirect interactionid="_data.i" from="_event.data.from" to="_event.data.to"/>',
  'detach-redirect': '<ixn:redirect interactionid="_data.i" to="_event.data.to" detach="true"/>',
  reject: `<ixn:redirect interactionid="_data.i" to="''" type="_genesys.queue.rType.RouteTypeReject"/>`,
  detach: '<ixn:detach interactionid="_event.data.i || _data.i"/>',
  attach: '<ixn:attach interactionid="_event.data.i || _data.i"/>',
  associate: '<ixn:associate interactionid="_data.i" sessionid="_event.data.to"/>',
  accept: '<ixn:accept interactionid="_data.i" resource="_event.data.resource"/>',
  refuse: '<ixn:reject interactionid="_data.i" resource="_event.data.resource"/>',
  terminate: '<ixn:terminate interactionid="_data.i" resource="_event.data.resource"/>',
  delete: '<ixn:delete interactionid="_data.i"/>',
  hold: '<ixn:hold interactionid="_data.i" resource="_event.data.resource"/>',
  retrieve: '<ixn:retrieve interactionid="_data.i" resource="_event.data.resource"/>',
  dtmf: '<ixn:senddtmf interactionid="_data.i" resource="_event.data.resource" digits="_event.data.digits"/>',
  transfer:
    '<ixn:singlesteptransfer interactionid="_data.i" resource="_event.data.resource" to="_event.data.to" udata="{t: 1}"/>',
  conference: '<ixn:singlestepconference interactionid="_data.i" resource="_event.data.resource" to="_event.data.to"/>',
  mute: '<ixn:mutetransfer interactionid="_data.i" resource="_event.data.resource" to="_event.data.to"/>',
  consult:
    '<ixn:consult interactionid="_data.i" resource="_event.data.resource" to="_event.data.to" udata="{why: 1}"/>',
  alternate: '<ixn:alternate interactionid="_data.i" resource="_event.data.resource"/>',
  complete: '<ixn:complete interactionid="_data.i" resource="_event.data.resource" type="_event.data.type"/>',
  merge: '<ixn:merge interactionid="_data.i" tointeractionid="_event.data.to"/>',
  set: '<script>_genesys.ixn.setuData(_event.data)</script>',
  model: '<probe:tell what="_genesys.ixn.interactions[_event.data.i || _data.i] || null"/>',
  parties: `<probe:tell what="parties(_event.data.i || _data.i)"/>`,
};

const SCRIPT = `<script>function parties(id) {
  var ixn = _genesys.ixn.interactions[id], all = ixn ? ixn.parties : {};
  return Object.keys(all).sort().map(function (key) { return key + ':' + all[key].devicetype + ':' + all[key].state; });
}</script>`;

function application(entry = ''): string {
  const commands = Object.entries(COMMANDS).map(
    ([name, action]) => `<transition event="do.${name}">${action}</transition>`,
  );
  return orsFlow(`<datamodel><data id="i" expr="''"/></datamodel>${SCRIPT}<state id="s"><onentry>${entry}</onentry>
    <transition event="interaction.added" cond="_data.i === ''">
      <assign location="_data.i" expr="_event.data.interactionid"/><probe:tell what="[_event.name, _event.data.resultof]"/></transition>
    <transition event="end" target="f"/>
    ${commands.join('')}${HEARS}</state><final id="f"/>`);
}

const act = (session: string, command: string, data: JsonObject = {}) => bed.post(session, `do.${command}`, data);

/** What was heard, without `null`s. */
function heard(): JsonValue[] {
  return bed.heard().map((told) => (Array.isArray(told) && told[1] === null ? (told[0] ?? null) : told));
}

function up(): string[] {
  const calls = bed.simulator.calls().filter(({ endedAt }) => endedAt === undefined);
  return calls.map(({ number }) => number).sort();
}

async function hangUp(number: string): Promise<void> {
  const [leg] = bed.simulator.calls({ number }).filter(({ endedAt }) => endedAt === undefined);
  await bed.simulator.hangup(String(leg?.id));
  await bed.activity.idle();
}

/** A customer calls the routing point 8000, whose application is returned. */
async function inbound(from = '5551'): Promise<string> {
  const before = await running();
  await bed.simulator.placeInbound({ from, to: '8000', userData: { k: 'v' } });
  await bed.activity.idle();
  const [session] = (await running()).filter((id) => !before.includes(id));
  bed.heard();
  return String(session);
}

async function running(): Promise<string[]> {
  const rows = await bed.store.database.query<{ id: string }>("select id from session where state = 'running'");
  return rows.map(({ id }) => id);
}

/** An inbound call that agent `anna` has taken. */
async function talking(): Promise<string> {
  const session = await inbound();
  await act(session, 'redirect', { to: '2anna' });
  await bed.advance(3);
  expect(up()).toEqual(['2anna', '5551']);
  bed.heard();
  return session;
}

beforeEach(async () => {
  for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
  await bed.advance(10);
  for (const name of ['anna', 'bert', 'carl']) bed.configuration.putAgent(name);
  await bed.simulator.changeSettings({
    default: { outcome: 'answer', ringSeconds: 1, talkSeconds: null },
    numbers: { 5559: { outcome: 'busy' } },
    agents: { anna: { auto: true, answerSeconds: 1 }, bert: { auto: true, answerSeconds: 1 }, carl: { auto: false } },
  });
  for (const dn of ['8000', '8001', '8002']) bed.routingPoints.add(dn);
  await bed.flow('main', application());
  await bed.flow('other', application());
  bed.applications.set('8000', 'main');
  bed.applications.set('8001', 'other');
  bed.heard();
});

describe('the object model', () => {
  test('A1: is empty when a session starts, and to read what is not there is an error', async () => {
    const session = await bed.run(
      orsFlow(`<state id="s"><onentry><script>var x = _genesys.ixn.interactions[0].g_uid;</script></onentry>
        ${tells('error.script', '_event.name')}</state>`),
    );
    expect(bed.heard()).toEqual(['error.script.TypeError']);
    expect(await bed.row(session)).toMatchObject({ state: 'running' });
  });

  test('A2: shows the call when it has been added', async () => {
    const session = await inbound('5551');
    await act(session, 'model');
    const [model] = bed.heard();
    expect(model).toMatchObject({
      category: 'voice',
      parentid: '',
      contactedaddr: '8000',
      udata: { k: 'v' },
      voice: { ani: '5551', dnis: '8000', type: 'inbound', media: 'TMediaVoice' },
      parties: { 8000: { devicetype: 'routepoint', state: 'queued' }, 5551: { devicetype: 'customer' } },
    });
  });

  test('A3: is reached by both forms of a namespace, by id and by place', async () => {
    const text = application(`<ixn:createcall from="'8000'" to="'5551'"/>`)
      .replace('xmlns:ixn="www.', 'xmlns:ixn="http://www.')
      .replace(
        '_genesys.ixn.interactions[_event.data.i || _data.i] || null',
        '[_genesys.ixn.interactions[0].g_uid === _data.i, _genesys.ixn.interactions[_data.i].g_uid === _data.i, Object.keys(_genesys.ixn.interactions).length]',
      );
    const session = await bed.run(text);
    await bed.until((told) => String(told).startsWith('interaction.added'));
    bed.heard();
    await act(session, 'model');
    expect(bed.heard()).toEqual([[true, true, 1]]);
  });

  test('A30: knows the media types', async () => {
    await bed.run(
      orsFlow(`<state id="s"><onentry><probe:tell what="[_genesys.ixn.getMediaIntValue('TMediaChat'),
        _genesys.ixn.getMediaIntValue('nope'), _genesys.ixn.mediaType.TMediaVoice]"/></onentry></state>`),
    );
    expect(bed.heard()).toEqual([[5, -1, 'TMediaVoice']]);
  });
});

describe('user data', () => {
  test('A8 to A10: changes with its event, by leaves, and entirely', async () => {
    const session = await bed.run(
      application(`<ixn:createcall from="'8000'" to="'5551'"/>`).replace(
        '<transition event="end"',
        `<transition event="try"><script>_genesys.ixn.setuData({a: 1, b: true, c: 1.5, list: [1]})</script>
          <probe:tell what="[typeof _genesys.ixn.interactions[_data.i].udata.a]"/></transition>
         <transition event="nested"><script>_genesys.ixn.setuData({details: {name: 'X', age: 45}})</script></transition>
         <transition event="less"><script>_genesys.ixn.deleteuData({details: {age: 0}}, _data.i)</script></transition>
         <transition event="none"><script>_genesys.ixn.deleteuData({}, _data.i)</script></transition>
         <transition event="strange"><script>_genesys.ixn.setuData({a: 1}, 'nothing')</script></transition>
         <transition event="interaction.udata.changed"><probe:tell what="_genesys.ixn.interactions[_data.i].udata"/></transition>
         <transition event="end"`,
      ),
    );
    await bed.until((told) => String(told).startsWith('interaction.added'));
    bed.heard();
    await bed.post(session, 'try');
    expect(bed.heard()).toEqual([['undefined'], { a: 1, b: 'true', c: '1.5', list: '[1]' }]);
    await bed.post(session, 'nested');
    await bed.post(session, 'less');
    expect(bed.heard().map((told) => (told as JsonObject).details)).toEqual([{ name: 'X', age: 45 }, { name: 'X' }]);
    await bed.post(session, 'none');
    expect(bed.heard()).toEqual([{}]);
    await bed.post(session, 'strange');
    expect(bed.heard()).toEqual([['error.interaction.setudata', 'unknown']]);
  });

  test('A11: that somebody else attaches is heard of', async () => {
    const session = await inbound();
    await act(session, 'model');
    const [model] = bed.heard();
    const id = String((model as JsonObject).g_uid);
    expect(await bed.current.attachData(id, { desk: 'x' })).toBe(true);
    await bed.activity.idle();
    expect(heard()).toEqual(['interaction.udata.changed']);
    await act(session, 'model');
    expect(bed.heard()).toMatchObject([{ udata: { k: 'v', desk: 'x' } }]);
    expect(await bed.current.attachData('nothing', { a: 1 })).toBe(false);
  });

  test('does not grow without end', async () => {
    const session = await inbound();
    await act(session, 'set', { big: 'x'.repeat(300_000) });
    expect(heard()).toEqual([['error.interaction.setudata', 'toolarge']]);
  });
});

describe('createcall', () => {
  const CPD = `hints="{extensions: {call_answer_type_recognition: 'accurate_am_detection'}}"`;

  test('A12: is done with the interaction, which has the data passed', async () => {
    const session = await bed.run(application(`<ixn:createcall from="'8000'" to="'5551'" udata="{a: 1}"/>`));
    await bed.until((told) => String(told).startsWith('interaction.added'));
    expect(heard()).toEqual(['voice.createcall.done', ['interaction.added', 'creation']]);
    await act(session, 'model');
    expect(bed.heard()).toMatchObject([{ udata: { a: 1 }, voice: { type: 'outbound' } }]);
  });

  test.each<[what: string, to: string, attributes: string, party: JsonObject, expected: JsonValue]>([
    ['A13: busy', '5559', 'type="predictive"', {}, ['error.voice.createcall', 'unknown', 'busy']],
    [
      'A16: no answer',
      '5557',
      'timeout="3"',
      { outcome: 'no-answer', ringSeconds: 60 },
      ['error.voice.createcall', 'timeout', 'noanswer'],
    ],
    [
      'a number that does not exist',
      '5557',
      '',
      { outcome: 'sit-invalid' },
      ['error.voice.createcall', 'invaliddestination', 'sitinvalidnum'],
    ],
    [
      'a kind that does not exist',
      '5557',
      'type="urgent"',
      {},
      ['error.voice.createcall', 'unknown', expect.stringContaining('urgent')],
    ],
  ])('fails: %s', async (_what, to, attributes, party, expected) => {
    await bed.simulator.changeSettings({ numbers: { 5557: party, 5559: { outcome: 'busy' } } });
    const text = application(`<ixn:createcall from="'8000'" to="'${to}'" ${attributes}/>`).replace(
      '<transition event="end"',
      `<transition event="error.voice.createcall"><probe:tell what="[_event.name, _event.data.error, _event.data.description]"/></transition><transition event="end"`,
    );
    await bed.run(text);
    await bed.until(() => bed.told.length > 0);
    expect(bed.heard()).toEqual([expected]);
    await bed.advance(2);
    expect(up()).toEqual([]);
  });

  test('A14: of a machine fails once, and the application may still talk to it, or end it', async () => {
    await bed.simulator.changeSettings({ numbers: { 5558: { outcome: 'answering-machine', talkSeconds: null } } });
    const session = await bed.run(application(`<ixn:createcall type="predictive" from="'8000'" to="'5558'" ${CPD}/>`));
    await bed.until((told) => String(told).startsWith('interaction.partystatechanged'));
    expect(heard()).toEqual([
      ['error.voice.createcall', 'unknown'],
      ['interaction.added', 'creation'],
      ['interaction.partystatechanged', '5558'],
    ]);
    await act(session, 'model');
    expect(bed.heard()).toMatchObject([{ xdata: { AnswerClass: 'AM' }, udata: { CPDResult: 'machine' } }]);
    await act(session, 'terminate');
    await bed.advance(1);
    expect(heard()).toEqual(['interaction.terminate.done', ['interaction.deleted', 'deletion']]);
  });

  test('of a person says so in the data, and waits on the routing point that dialed', async () => {
    const session = await bed.run(application(`<ixn:createcall type="predictive" from="'8002'" to="'5551'" ${CPD}/>`));
    await bed.until((told) => String(told).startsWith('interaction.onrouterequest'));
    expect(heard()).toEqual([
      'voice.createcall.done',
      ['interaction.added', 'creation'],
      ['interaction.partystatechanged', '8002'],
      ['interaction.onrouterequest', '8002'],
    ]);
    await act(session, 'model');
    expect(bed.heard()).toMatchObject([{ udata: { CPDResult: 'human' } }]);
  });

  test('A15: from a DN that does not exist fails', async () => {
    await bed.run(application(`<ixn:createcall from="'7777'" to="'5551'"/>`));
    expect(heard()).toEqual([['error.voice.createcall', 'invalidsource']]);
  });
});

describe('redirect', () => {
  test('A17: to an agent rings the phone, in this order', async () => {
    const session = await inbound();
    await act(session, 'redirect', { to: '2anna', from: '8000' });
    await bed.advance(3);
    expect(heard()).toEqual([
      'interaction.redirect.done',
      ['interaction.partydeleted', '8000'],
      ['interaction.partyadded', '2anna'],
      ['interaction.partystatechanged', '2anna'],
    ]);
    await act(session, 'parties');
    expect(bed.heard()).toEqual([['2anna:agent:connected', '5551:customer:connected']]);
  });

  test.each<[what: string, command: JsonObject, expected: string]>([
    ['A18: a DN that does not exist', { to: '9999' }, 'invaliddestination'],
    ['nothing', { to: '' }, 'invaliddestination'],
    ['an object without a DN', { to: { agent: 'x' } }, 'invaliddestination'],
    ['a source that has nothing to do with it', { to: '2anna', from: '7777' }, 'invalidsource'],
  ])('fails for %s', async (_what, command, expected) => {
    const session = await inbound();
    await act(session, 'redirect', command);
    expect(heard()).toEqual([['error.interaction.redirect', expected]]);
  });

  test('A19: after the caller has hung up fails', async () => {
    const session = await inbound();
    await hangUp('5551');
    expect(heard()).toEqual(['interaction.abandoned', ['interaction.deleted', 'deletion']]);
    await act(session, 'redirect', { to: '2anna' });
    expect(heard()).toEqual([['error.interaction.redirect', 'invalidstate.null']]);
  });

  test('A20: and detach at another routing point gives the call to its application', async () => {
    const first = await inbound();
    const before = await running();
    await act(first, 'detach-redirect', { to: '8001' });
    // Two sessions hear of it, each in its own time.
    const told = heard();
    const isOfFirst = (one: JsonValue) => /redirect|deleted/.test(String(one));
    expect(told.filter(isOfFirst)).toEqual(['interaction.redirect.done', ['interaction.deleted', 'detach']]);
    expect(told.filter((one) => !isOfFirst(one))).toEqual([
      ['interaction.added', 'transfer'],
      ['interaction.partystatechanged', '8001'],
      ['interaction.onrouterequest', '8001'],
    ]);
    await act(first, 'model');
    expect(bed.heard()).toEqual([null]);
    const [second = ''] = (await running()).filter((id) => !before.includes(id));
    await act(second, 'parties');
    expect(bed.heard()).toEqual([['5551:customer:connected', '8001:routepoint:queued']]);
    await hangUp('5551');
    expect(heard()).toEqual(['interaction.abandoned', ['interaction.deleted', 'deletion']]);
  });

  test('to a number outside shows who it leads to', async () => {
    const session = await inbound();
    await act(session, 'redirect', { to: '5559876543' });
    await bed.advance(2);
    bed.heard();
    await act(session, 'parties');
    expect(bed.heard()).toEqual([['5551:customer:connected', '5559876543:external:connected']]);
  });

  test('without detach to another routing point keeps the session', async () => {
    const session = await inbound();
    await act(session, 'redirect', { to: '8002' });
    expect(heard()).toEqual([
      'interaction.redirect.done',
      ['interaction.partystatechanged', '8002'],
      ['interaction.onrouterequest', '8002'],
    ]);
    await act(session, 'detach-redirect', { to: '8002' });
    expect(heard()).toEqual([['error.interaction.redirect', 'invaliddestination']]);
  });

  test('of a detached call to an agent is possible, and leaves no caller alone', async () => {
    const session = await inbound();
    await act(session, 'detach');
    expect(heard()).toEqual(['interaction.detach.done', ['interaction.deleted', 'detach']]);
    await act(session, 'redirect', { to: '2carl' });
    expect(heard()).toEqual(['interaction.redirect.done']);
    expect(up()).toEqual(['2carl', '5551']);
    await bed.advance(30);
    expect(up()).toEqual([]);
    expect(heard()).toEqual([]);
  });

  test('of type reject refuses the call', async () => {
    const session = await inbound();
    await act(session, 'reject');
    await bed.advance(1);
    expect(heard()).toEqual(['interaction.redirect.done', ['interaction.deleted', 'deletion']]);
    expect(up()).toEqual([]);
  });
});

describe('ownership', () => {
  test('A21: a call is detached once, and attached again', async () => {
    const session = await inbound();
    await act(session, 'detach');
    await act(session, 'detach');
    expect(heard()).toEqual([
      'interaction.detach.done',
      ['interaction.deleted', 'detach'],
      ['error.interaction.detach', 'invalidstate'],
    ]);
    await act(session, 'attach');
    expect(heard()).toEqual(['interaction.attach.done', ['interaction.added', 'attach']]);
    await act(session, 'model');
    expect(bed.heard()).toMatchObject([{ udata: { k: 'v', ORS_SESSION_ID: session, 'OP-Session-ID': session } }]);
    await act(session, 'attach');
    expect(heard()).toEqual([['error.interaction.attach', 'invalidstate']]);
  });

  test('A22: nobody takes the call of a session that lives', async () => {
    const owner = await inbound();
    await act(owner, 'model');
    const [model] = bed.heard();
    const i = String((model as JsonObject).g_uid);
    const stranger = await bed.start('other');
    await act(stranger, 'attach', { i });
    await act(stranger, 'detach', { i });
    await act(stranger, 'attach', { i: 'nothing' });
    expect(heard()).toEqual([
      ['error.interaction.attach', 'notallowed'],
      ['error.interaction.detach', 'unknown'],
      ['error.interaction.attach', 'unknown'],
    ]);
    await bed.post(owner, 'end');
    await act(stranger, 'attach', { i });
    expect(heard()).toEqual(['interaction.attach.done', ['interaction.added', 'attach']]);
    await hangUp('5551');
    expect(heard()).toEqual(['interaction.abandoned', ['interaction.deleted', 'deletion']]);
  });

  test('A33: associate hands the call over', async () => {
    const first = await inbound();
    const second = await bed.start('other');
    await act(first, 'associate', { to: second });
    const told = heard();
    expect(told).toHaveLength(3);
    expect(told).toContainEqual(['interaction.added', 'associate']);
    const others = told.filter((one) => !String(one).startsWith('interaction.added'));
    expect(others).toEqual(['interaction.associate.done', ['interaction.deleted', 'associate']]);
    await act(first, 'model');
    expect(bed.heard()).toEqual([null]);
    await act(second, 'associate', { to: 'nobody' });
    expect(heard()).toEqual([['error.interaction.associate', 'nosuchsession']]);
  });
});

describe('the end', () => {
  test.each([
    ['A28: terminate', 'terminate'],
    ['delete', 'delete'],
  ])('%s drops all parties, and then the interaction is gone', async (_what, command) => {
    const session = await talking();
    await act(session, command);
    await bed.advance(1);
    expect(heard()).toEqual([`interaction.${command}.done`, ['interaction.deleted', 'deletion']]);
    expect(up()).toEqual([]);
    await act(session, command);
    expect(heard()).toEqual([[`error.interaction.${command}`, 'invalidstate.null']]);
  });

  test('terminate is carried out although the process dies before it can', async () => {
    const session = await talking();
    bed.current.calls.hangup = async () => {
      throw new Error('killed');
    };
    await act(session, 'terminate');
    expect(up()).toEqual(['2anna', '5551']);
    await bed.crash();
    await bed.advance(1);
    expect(up()).toEqual([]);
    expect(heard()).toEqual(['interaction.terminate.done', ['interaction.deleted', 'deletion']]);
  });

  test('of one party leaves the others', async () => {
    const session = await talking();
    await act(session, 'terminate', { resource: '2anna' });
    await bed.advance(1);
    expect(heard()).toEqual(['interaction.terminate.done', ['interaction.partydeleted', '2anna']].reverse());
    expect(up()).toEqual(['5551']);
    await act(session, 'terminate', { resource: '2anna' });
    expect(heard()).toEqual([['error.interaction.terminate', 'invalidsource']]);
    await act(session, 'redirect', { to: '2bert' });
    await bed.advance(3);
    expect(up()).toEqual(['2bert', '5551']);
  });
});

describe('a phone', () => {
  test('is answered on behalf of its agent, or refuses', async () => {
    const session = await inbound();
    await act(session, 'redirect', { to: '2carl' });
    await act(session, 'accept', { resource: '2carl' });
    await bed.advance(1);
    expect(heard().slice(3)).toEqual(['interaction.accept.done', ['interaction.partystatechanged', '2carl']]);
    await act(session, 'accept', { resource: '2carl' });
    expect(heard()).toEqual(['interaction.accept.done']);
    await act(session, 'accept', { resource: '2nobody' });
    expect(heard()).toEqual([['error.interaction.accept', 'unknown']]);
    await act(session, 'refuse', { resource: '2carl' });
    expect(heard()).toEqual([['error.interaction.reject', 'invalidstate']]);
  });

  test('that refuses leaves the caller waiting', async () => {
    const session = await inbound();
    await act(session, 'redirect', { to: '2carl' });
    bed.heard();
    await act(session, 'refuse', { resource: '2carl' });
    await bed.advance(1);
    expect(heard()).toEqual([
      'interaction.reject.done',
      ['interaction.partydeleted', '2carl'],
      ['interaction.partystatechanged', '8000'],
      ['interaction.onrouterequest', '8000'],
    ]);
    await act(session, 'parties');
    expect(bed.heard()).toEqual([['5551:customer:connected', '8000:routepoint:queued']]);
  });
});

describe('hold', () => {
  test('lets the caller wait, and retrieve ends that; also after a crash', async () => {
    const session = await talking();
    await act(session, 'hold', { resource: '2anna' });
    expect(heard()).toEqual(['voice.hold.done', ['interaction.partystatechanged', '2anna']]);
    await act(session, 'parties');
    expect(bed.heard()).toEqual([['2anna:agent:held', '5551:customer:connected']]);
    await act(session, 'hold', { resource: '2anna' });
    expect(heard()).toEqual([['error.voice.hold', 'invalidstate.hold']]);
    await bed.crash();
    await act(session, 'retrieve', { resource: '2anna' });
    expect(heard()).toEqual(['voice.retrieve.done', ['interaction.partystatechanged', '2anna']]);
    await act(session, 'retrieve');
    await act(session, 'hold', { resource: '2nobody' });
    expect(heard()).toEqual([
      ['error.voice.retrieve', 'invalidstate'],
      ['error.voice.hold', 'invalidsource'],
    ]);
  });

  test('and digits are for those who are connected', async () => {
    const session = await talking();
    await act(session, 'dtmf', { resource: '2anna', digits: '12#' });
    await act(session, 'dtmf', { resource: '2anna', digits: 'tone' });
    expect(heard()).toEqual(['voice.senddtmf.done', ['error.voice.senddtmf', 'invalidparameter']]);
  });
});

describe('a transfer', () => {
  test('in one step puts the caller through when the new party has answered', async () => {
    const session = await talking();
    await act(session, 'transfer', { to: '2bert' });
    expect(up()).toEqual(['2anna', '2bert', '5551']);
    await bed.advance(3);
    expect(heard()).toEqual([
      'interaction.udata.changed',
      ['interaction.partyadded', '2bert'],
      'voice.singlesteptransfer.done',
      ['interaction.partydeleted', '2anna'],
      ['interaction.partystatechanged', '2bert'],
    ]);
    expect(up()).toEqual(['2bert', '5551']);
    await act(session, 'parties');
    expect(bed.heard()).toEqual([['2bert:agent:connected', '5551:customer:connected']]);
    await hangUp('2bert');
    await bed.advance(1);
    expect(up()).toEqual([]);
  });

  test('to somebody who is not reached changes nothing', async () => {
    const session = await talking();
    await act(session, 'transfer', { to: '2carl' });
    await bed.advance(30);
    expect(heard()).toEqual([
      'interaction.udata.changed',
      ['interaction.partyadded', '2carl'],
      ['error.voice.singlesteptransfer', 'invaliddestination'],
      ['interaction.partydeleted', '2carl'],
    ]);
    expect(up()).toEqual(['2anna', '5551']);
    await act(session, 'transfer', { to: '9999' });
    await act(session, 'transfer', { to: '2bert', resource: '5551' });
    expect(heard()).toEqual([
      ['error.voice.singlesteptransfer', 'invaliddestination'],
      ['error.voice.singlesteptransfer', 'invalidsource'],
    ]);
  });

  test('without a word lets the agent go at once', async () => {
    const session = await talking();
    await act(session, 'mute', { to: '2bert' });
    await bed.advance(0.5);
    expect(up()).toEqual(['2bert', '5551']);
    await bed.advance(3);
    expect(heard()).toEqual([
      ['interaction.partydeleted', '2anna'],
      ['interaction.partyadded', '2bert'],
      'voice.mutetransfer.done',
      ['interaction.partystatechanged', '2bert'],
    ]);
    expect(up()).toEqual(['2bert', '5551']);
  });

  test.each([
    ['transfer', 'voice.singlesteptransfer.done', ['interaction.udata.changed']],
    ['mute', 'voice.mutetransfer.done', []],
  ])('to a routing point (%s) leaves the caller waiting there', async (command, done, before) => {
    const session = await talking();
    await act(session, command, { to: '8001' });
    await bed.advance(1);
    expect(heard()).toEqual([
      ...before,
      done,
      ['interaction.partydeleted', '2anna'],
      ['interaction.partystatechanged', '8001'],
      ['interaction.onrouterequest', '8001'],
    ]);
    expect(up()).toEqual(['5551']);
    await act(session, 'parties');
    expect(bed.heard()).toEqual([['5551:customer:connected', '8001:routepoint:queued']]);
    await act(session, 'redirect', { to: '2bert', from: '8001' });
    await bed.advance(3);
    expect(heard()).toContain('interaction.redirect.done');
    expect(up()).toEqual(['2bert', '5551']);
  });

  test('that cannot be changes nothing, not even the data', async () => {
    const session = await talking();
    await act(session, 'conference', { to: '8001' });
    await act(session, 'transfer', { to: '9999' });
    await act(session, 'model');
    const [conference, transfer, model] = bed.heard();
    expect([conference, transfer]).toEqual([
      ['error.voice.singlestepconference', 'invaliddestination'],
      ['error.voice.singlesteptransfer', 'invaliddestination'],
    ]);
    expect(model).toMatchObject({ udata: { k: 'v' } });
    expect(model).not.toMatchObject({ udata: { t: 1 } });
    expect(up()).toEqual(['2anna', '5551']);
  });

  test('under way when the process dies is completed by the next one', async () => {
    const session = await talking();
    await act(session, 'transfer', { to: '2bert' });
    await bed.crash(5);
    await bed.advance(1);
    expect(up()).toEqual(['2bert', '5551']);
    expect(heard()).toContain('voice.singlesteptransfer.done');
  });

  test('is over with the caller', async () => {
    const session = await talking();
    await act(session, 'transfer', { to: '2carl' });
    bed.heard();
    await hangUp('5551');
    await bed.advance(1);
    expect(up()).toEqual([]);
    expect(heard()).toEqual([
      ['error.voice.singlesteptransfer', 'invalidstate.null'],
      ['interaction.deleted', 'deletion'],
    ]);
  });
});

describe('a session that is ended from outside', () => {
  async function end(session: string): Promise<void> {
    const { database, sessions } = bed.current;
    await sessions.terminate(database, session, 'by the test');
    sessions.wake(session);
    await bed.activity.idle();
  }

  test('leaves a conversation alone, even when the process dies after it', async () => {
    const session = await talking();
    await end(session);
    await bed.advance(1);
    expect(await running()).not.toContain(session);
    expect(up()).toEqual(['2anna', '5551']);
    await bed.crash(1);
    expect(up()).toEqual(['2anna', '5551']);
    await hangUp('2anna');
    await bed.advance(1);
    expect(up()).toEqual([]);
  });

  test('hangs up a caller who only waits', async () => {
    const session = await inbound();
    await end(session);
    await bed.advance(1);
    expect(up()).toEqual([]);
  });
});

describe('a conference', () => {
  test('in one step has three parties, of whom each may leave', async () => {
    const session = await talking();
    await act(session, 'conference', { to: '2bert' });
    await bed.advance(3);
    expect(heard()).toEqual([
      ['interaction.partyadded', '2bert'],
      'voice.singlestepconference.done',
      ['interaction.partystatechanged', '2bert'],
    ]);
    await act(session, 'parties');
    expect(bed.heard()).toEqual([['2anna:agent:connected', '2bert:agent:connected', '5551:customer:connected']]);
    await hangUp('2anna');
    await bed.advance(1);
    expect(heard()).toEqual([['interaction.partydeleted', '2anna']]);
    expect(up()).toEqual(['2bert', '5551']);
    await hangUp('5551');
    await bed.advance(1);
    expect(up()).toEqual([]);
  });
});

describe('a consult call', () => {
  async function consulting(): Promise<{ session: string; consult: string }> {
    const session = await talking();
    await act(session, 'consult', { to: '2bert' });
    await bed.advance(3);
    expect(heard()).toEqual([
      'voice.consult.done',
      ['interaction.added', 'creation'],
      ['interaction.partystatechanged', '2anna'],
      ['interaction.partystatechanged', '2bert'],
    ]);
    const [row] = await bed.store.database.query<{ id: string }>(
      "select id from interaction where kind = 'consult' and ended_at is null",
    );
    return { session, consult: row?.id ?? '' };
  }

  test('is an interaction of its own, while the caller waits', async () => {
    const { session, consult } = await consulting();
    await act(session, 'model', { i: consult });
    expect(bed.heard()).toMatchObject([
      { parentid: expect.any(String), voice: { type: 'consult' }, udata: { why: 1, k: 'v' } },
    ]);
    await act(session, 'parties', { i: consult });
    await act(session, 'parties');
    expect(bed.heard()).toEqual([
      ['2anna:agent:connected', '2bert:agent:connected'],
      ['2anna:agent:held', '5551:customer:connected'],
    ]);
  });

  test.each<['transfer' | 'conference', JsonValue[], string[]]>([
    [
      'transfer',
      [
        ['interaction.partydeleted', '2anna'],
        ['interaction.partyadded', '2bert'],
      ],
      ['2bert', '5551'],
    ],
    ['conference', [['interaction.partyadded', '2bert']], ['2anna', '2bert', '5551']],
  ])('A24: is completed as %s', async (type, more, left) => {
    const { session, consult } = await consulting();
    await act(session, 'complete', { type });
    expect(heard()).toEqual(['voice.complete.done', 'interaction.onmerge', ['interaction.deleted', 'merge'], ...more]);
    await bed.advance(1);
    expect(up()).toEqual(left);
    await act(session, 'model', { i: consult });
    await act(session, 'model');
    expect(bed.heard()).toEqual([null, expect.objectContaining({ udata: { why: 1, k: 'v' } })]);
    await hangUp('5551');
    await bed.advance(1);
    expect(up()).toEqual([]);
    expect(heard()).toEqual([['interaction.deleted', 'deletion']]);
  });

  test('whose transfer the process did not survive is transferred by the next one', async () => {
    const { session } = await consulting();
    bed.current.calls.join = async () => {
      throw new Error('killed');
    };
    bed.current.calls.hangup = async () => {
      throw new Error('killed');
    };
    await act(session, 'complete', { type: 'transfer' });
    await bed.crash();
    await bed.advance(1);
    expect(up()).toEqual(['2bert', '5551']);
  });

  test('is left for the caller, and taken up again', async () => {
    const { session, consult } = await consulting();
    await act(session, 'alternate');
    expect(heard()[0]).toBe('voice.alternate.done');
    await act(session, 'parties', { i: consult });
    await act(session, 'parties');
    expect(bed.heard()).toEqual([
      ['2anna:agent:held', '2bert:agent:connected'],
      ['2anna:agent:connected', '5551:customer:connected'],
    ]);
    await act(session, 'alternate');
    await act(session, 'complete', { type: 'transfer' });
    await bed.advance(1);
    expect(up()).toEqual(['2bert', '5551']);
  });

  test('that ends gives the agent back to the caller', async () => {
    const { session } = await consulting();
    await hangUp('2bert');
    await bed.advance(1);
    expect(heard()).toEqual([['interaction.deleted', 'deletion']]);
    await act(session, 'retrieve');
    expect(heard()[0]).toBe('voice.retrieve.done');
    expect(up()).toEqual(['2anna', '5551']);
    await act(session, 'complete', { type: 'transfer' });
    expect(heard()).toEqual([['error.voice.complete', 'invalidparameter']]);
  });

  test('of somebody who does not answer changes nothing', async () => {
    const session = await talking();
    await act(session, 'consult', { to: '2carl' });
    await act(session, 'complete', { type: 'transfer' });
    expect(heard()).toEqual([['error.voice.complete', 'invalidstate.ringing']]);
    await bed.advance(30);
    expect(heard()).toEqual([['error.voice.consult', 'invaliddestination']]);
    await act(session, 'parties');
    expect(bed.heard()).toEqual([['2anna:agent:connected', '5551:customer:connected']]);
  });

  test('goes on when the caller hangs up', async () => {
    const { session, consult } = await consulting();
    await hangUp('5551');
    await bed.advance(1);
    expect(up()).toEqual(['2anna', '2bert']);
    await act(session, 'parties', { i: consult });
    expect(bed.heard()).toContainEqual(['2anna:agent:connected', '2bert:agent:connected']);
    await hangUp('2anna');
    await bed.advance(1);
    expect(up()).toEqual([]);
  });

  test('to a routing point has a session of its own, which finds somebody', async () => {
    const session = await talking();
    const before = await running();
    await act(session, 'consult', { to: '8001' });
    const [second = ''] = (await running()).filter((id) => !before.includes(id));
    const begun = heard();
    // The two sessions hear at the same time.
    expect(begun).toContain('voice.consult.done');
    expect(begun.filter((one) => one !== 'voice.consult.done')).toEqual([
      ['interaction.added', 'creation'],
      ['interaction.partystatechanged', '8001'],
      ['interaction.onrouterequest', '8001'],
    ]);
    await act(second, 'redirect', { to: '2bert' });
    await bed.advance(3);
    bed.heard();
    await act(session, 'complete', { type: 'transfer' });
    await bed.advance(1);
    const told = heard();
    expect(told.filter((one) => one === 'interaction.onmerge')).toHaveLength(2);
    expect(told).toContainEqual(['interaction.deleted', 'merge']);
    expect(up()).toEqual(['2bert', '5551']);
  });
});

describe('messages', () => {
  test.each([
    ['createmessage', '<ixn:createmessage/>', 'error.msgbased.createmessage'],
    ['sendmessage', `<ixn:sendmessage interactionid="'x'"/>`, 'error.msgbased.sendmessage'],
    ['getcontent', `<ixn:getcontent interactionid="'x'"/>`, 'error.chat.getcontent'],
  ])('%s is not possible here', async (_what, action, event) => {
    await bed.run(application(action));
    expect(heard()).toEqual([[event, 'Request Invalid']]);
  });
});
