import { checkApplication } from '@ringback/scxml';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

/** The rows "Engine" of the acceptance table of the specification of the original's dialect (ors-core-queue.md 8). */
const bed = await OrchestrationBed.create();

/** Tells name and data of every event that nobody else takes. */
const ANY = tells('*', '[_event.name, _event.data]');

/** A flow that does something on entry and tells what it hears of it. */
function doing(content: string, more = ''): string {
  return orsFlow(`<datamodel><data id="x" expr="1"/><data id="o" expr="{}"/><data id="id"/></datamodel>
    <state id="s"><onentry>${content}</onentry>${more}${ANY}</state>`);
}

const place = {
  document: expect.stringMatching(/^memory:/),
  element: expect.any(String),
  linenumber: expect.any(Number),
};
const fault = (name: string, more: object = {}) => [name, expect.objectContaining({ ...place, ...more })];

/** What happens on entry and in the two seconds after it. */
const ON_ENTRY: [row: string, flow: string, heard: unknown[]][] = [
  [
    'E2: the content of the initial transition runs before the entry of its target',
    orsFlow(`<initial><transition target="a"><probe:tell what="'initial'"/></transition></initial><state id="s"/>
      <state id="a"><onentry><probe:tell what="'a'"/></onentry></state>`).replace(' initial="s"', ''),
    ['initial', 'a'],
  ],
  [
    'E3: a raised event has data and comes before events that wait outside',
    doing(
      `<send event="'later'"/><raise event="x"><param name="p" expr="1+1"/></raise>`,
      tells('x', '_event.data.p === 2'),
    ),
    [true, ['later', {}]],
  ],
  ['E5: an undefined variable as event', doing('<send event="e"/>'), [fault('error.illegalvalue.ReferenceError')]],
  ['E6: no event', doing('<send/>'), [fault('error.send.noeventspecified')]],
  [
    'E7: a cancelled event never arrives',
    doing(`<send event="'e'" delay="'500ms'" idlocation="_data.id"/><cancel sendid="_data.id"/>`),
    [['cancel.successful', { sendid: expect.any(String) }]],
  ],
  [
    'E8: an event that has arrived cannot be cancelled',
    doing(
      `<send event="'e'" idlocation="_data.id"/>`,
      `<transition event="e"><cancel sendid="_data.id"/></transition>`,
    ),
    [['error.notallowed', { sendid: expect.any(String) }]],
  ],
  [
    'E8: an event is not cancelled by two names',
    doing(`<send event="'e'" id="fixed" delay="'500ms'"/><cancel id="fixed" sendid="'fixed'"/>`),
    [
      ['error.notallowed', expect.objectContaining({ sendid: 'fixed' })],
      ['e', {}],
    ],
  ],
  [
    'E9: to itself by its id, in the notation of older documents',
    doing(`<send event="'e'" target="_sessionid" targettype="'scxml'"><param name="p" expr="x"/></send>`),
    [['e', { p: 1 }]],
  ],
  [
    'E10: to a session that does not exist',
    doing(`<send event="'e'" target="'NOBODY'"/>`),
    [fault('error.send.nosuchsession', { target: 'NOBODY', element: 'send', linenumber: 4 })],
  ],
  [
    'E11: _internal is as raise',
    doing(`<send event="'outside'"/><send event="'inside'" target="'_internal'"/>`),
    [
      ['inside', {}],
      ['outside', {}],
    ],
  ],
  [
    'E15: a member by its name',
    doing(`<assign location="_data.o['k']" expr="5"/>`, tells('go', '1')).replace(
      '</onentry>',
      '<probe:tell what="_data.o"/></onentry>',
    ),
    [{ k: 5 }],
  ],
  [
    'E16: objects of the platform are read-only',
    doing('<assign location="_genesys.session.tenant" expr="1"/>'),
    [fault('error.illegalassign')],
  ],
  [
    'E17: a script with a syntax error fails when it runs',
    doing(`<raise event="before"/><script>var a = ;</script>`),
    [['before', {}], fault('error.script.SyntaxError')],
  ],
  [
    'E18: a condition that throws counts as false',
    doing('<raise event="go"/>', `<transition event="go" cond="null.x" target="s"/>${tells('go', "'not taken'")}`),
    ['not taken', fault('error.illegalcond.TypeError')],
  ],
  [
    'E19: an outer state takes the errors that inner ones leave',
    orsFlow(`<state id="s" initial="i"><state id="i"><onentry><queue:submit queue="'VQ'"><queue:targets><queue:targetid expr="'unknown@.GA'"/></queue:targets></queue:submit></onentry></state>
      <transition event="error"><probe:tell what="_event.name"/></transition></state>`),
    ['error.queue.submit'],
  ],
  ['E20: * takes everything', doing(`<send event="'any.thing.at.all'"/>`), [['any.thing.at.all', {}]]],
  [
    'E22: toSource gives text for everything',
    doing(
      `<raise event="e"><param name="a" expr="1"/></raise>`,
      tells('e', '[_event.toSource().length &gt; 10, ({a:1}).toSource(), uneval(_event.data)]'),
    ),
    [[true, '({a:1})', '({a:1})']],
  ],
  [
    'E26: regions of a parallel state take the same event together',
    orsFlow(`<parallel id="s"><state id="a"><onentry><send event="'e'"/></onentry><transition event="e" target="a2"/></state>
      <state id="b" initial="b1"><state id="b1"><transition event="e" target="b2"/></state><state id="b2"><onentry><probe:tell what="__GetCurrentStates()"/></onentry></state></state></parallel>
      <state id="a2"/>`)
      .replace('<state id="a"><onentry>', '<state id="a" initial="a1"><state id="a1"><onentry>')
      .replace('target="a2"/></state>\n', 'target="a2"/></state><state id="a2"/></state>\n')
      .replace('\n      <state id="a2"/></scxml>', '</scxml>'),
    [['s', 'a', 'a2', 'b', 'b2']],
  ],
];

describe('on entry', () => {
  test.each(ON_ENTRY)('%s', async (_row, flow, heard) => {
    await bed.run(flow);
    await bed.advance(2);
    expect(bed.heard()).toEqual(heard);
  });
});

describe('documents that are refused', () => {
  const check = (text: string) =>
    checkApplication({ id: 'e', main: 'memory:/e.scxml', documents: { 'memory:/e.scxml': text } });

  test.each([
    [
      'E1: another profile',
      orsFlow('<state id="s"/>').replace('datamodel="ecmascript"', 'profile="xpath"'),
      'datamodel-unknown',
    ],
    ['E12: a data id with a dot', orsFlow('<datamodel><data id="a.b"/></datamodel><state id="s"/>'), 'data-id-invalid'],
  ])('%s', (_row, text, code) => {
    expect(check(text)).toMatchObject([{ code, severity: 'error', line: expect.any(Number) }]);
  });
});

test('E4: a delayed event comes in its time', async () => {
  await bed.run(doing(`<send event="'e'" delay="'200ms'"/>`));
  await bed.advance(0.199);
  expect(bed.heard()).toEqual([]);
  await bed.advance(0.101);
  expect(bed.heard()).toEqual([['e', {}]]);
});

describe('data from other documents', () => {
  const flow = orsFlow(`<datamodel><data id="d" src="values.json"/><data id="t" src="text.txt"/></datamodel>
    <state id="s"><onentry><probe:tell what="[_data.d, _data.t]"/></onentry>${ANY}</state>`);

  async function stored(name: string, others: Record<string, string>): Promise<void> {
    const documents = { [`memory:/${name}/main.scxml`]: flow, ...others };
    expect(await bed.current.flows.put(name, `memory:/${name}/main.scxml`, documents)).toHaveProperty('version');
  }

  test('E13: JSON is parsed', async () => {
    await stored('values', { 'memory:/values/values.json': '{"a": [1]}', 'memory:/values/text.txt': ' plain  text ' });
    await bed.start('values');
    expect(bed.heard()).toEqual([[{ a: [1] }, 'plain text']]);
  });

  test('parameters do not replace it', async () => {
    await stored('given', { 'memory:/given/values.json': '{"a": [1]}', 'memory:/given/text.txt': 'plain' });
    await bed.start('given', { d: 'from outside' });
    expect(bed.heard()).toEqual([[{ a: [1] }, 'plain']]);
  });

  test('E14: what cannot be fetched', async () => {
    await stored('missing', { 'memory:/missing/text.txt': 'plain' });
    await bed.start('missing');
    expect(bed.heard()).toEqual([
      [null, 'plain'],
      fault('error.badfetch.memory.404', { target: 'memory:/missing/values.json' }),
    ]);
  });
});

test('E21: a name that is both data and a global is one variable in the end', async () => {
  // By the ruling on bare names; the specification's own row has them apart.
  await bed.run(
    orsFlow(`<datamodel><data id="system" expr="'data'"/></datamodel><script>var system = 'script';</script>
    <state id="s"><onentry><probe:tell what="[system, _data.system]"/></onentry></state>`),
  );
  expect(bed.heard()).toEqual([['script', 'script']]);
});

describe('inclusion', () => {
  const sub = orsFlow(`<state id="_composer_entry" initial="$$_MY_PREFIX_$$.A">
    <state id="A"><onentry><probe:tell what="[_my_prefix, '$$_MY_PREFIX_$$.A', typeof helper]"/>
      <send event="'sub.done'"><param name="resolveid" expr="_my_prefix"/></send></onentry>
      <transition event="sub.done" cond="_event.data.resolveid == _my_prefix" target="$$_MY_PREFIX_$$.B"/></state>
    <final id="B"/></state>`);
  const main = orsFlow(
    `<script><xi:include href="../include/helper.js" parse="text"/></script>
    <parallel id="s">
      <state id="one" initial="W._composer_entry"><xi:include href="sub.scxml" parse="xml" resolveid="W" xpointer="_composer_entry"/></state>
      <state id="two" initial="V._composer_entry"><xi:include href="sub.scxml" parse="xml" resolveid="V" xpointer="_composer_entry"/></state>
      ${tells('done.state', '_event.name')}
    </parallel>`,
  ).replace('xmlns:ws=', 'xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:ws=');

  test('E23, E24, E25: of scripts, and of one document twice', async () => {
    const base = 'memory:/project/';
    const documents = {
      [`${base}src-gen/main.scxml`]: main,
      [`${base}src-gen/sub.scxml`]: sub,
      [`${base}include/helper.js`]: '// a library\nfunction helper() { return 1; }\n',
    };
    expect(await bed.current.flows.put('project', `${base}src-gen/main.scxml`, documents)).toHaveProperty('version');
    await bed.start('project');
    expect(bed.heard()).toEqual([
      ['W', 'W.A', 'function'],
      ['V', 'V.A', 'function'],
      'done.state.W._composer_entry',
      'done.state.V._composer_entry',
    ]);
  });
});

describe('sessions that do not come to rest', () => {
  test.each([
    [
      'E27: two states without end',
      '',
      '<state id="s"><transition target="t"/></state><state id="t"><transition target="s"/></state>',
      'microsteps',
    ],
    [
      'E27, with a bound of its own',
      '_microStepLimit="7"',
      '<state id="s"><transition target="t"/></state><state id="t"><transition target="s"/></state>',
      'microsteps',
    ],
    [
      'E28: a state entered again and again',
      '_stateEntryLimit="100"',
      '<state id="s"><onentry><raise event="e"/></onentry><transition event="e" target="s"/></state>',
      'state-entries',
    ],
  ])('%s', async (_row, attributes, states, reason) => {
    const session = await bed.run(orsFlow(states).replace('<scxml ', `<scxml ${attributes} `));
    expect(await bed.row(session)).toMatchObject({ state: 'failed', reason });
  });

  test('E29: a script without end becomes an error event, and others do not notice', async () => {
    const other = await bed.run(orsFlow(`<state id="s">${ANY}</state>`));
    await bed.run(doing('<script>while (true) {}</script>'));
    expect(bed.heard()).toEqual([fault('error.script.InternalError', { reason: 'timeout' })]);
    await bed.post(other, 'hello');
    expect(bed.heard()).toEqual([['hello', {}]]);
  });
});

test('E30: a final state ends the session with its data', async () => {
  const session = await bed.run(orsFlow(`<final id="s"><donedata><param name="a" expr="1"/></donedata></final>`));
  expect(await bed.row(session)).toMatchObject({ state: 'done' });
  expect(await bed.post(session, 'late')).toBe(false);
});

describe('invoked sessions', () => {
  const child = orsFlow(`<datamodel><data id="p" expr="0"/></datamodel>
    <state id="s"><onentry><probe:tell what="['child', _data.p]"/></onentry>
      <transition event="finish" target="f"/><onexit><probe:tell what="['left by', _event.name]"/></onexit></state>
    <final id="f"><donedata><param name="result" expr="_data.p + 1"/></donedata></final>`);
  const parent = orsFlow(`<state id="s"><invoke type="scxml" src="child" id="c"><param name="p" expr="41"/></invoke>
    <transition event="finish"><send event="'finish'" target="'#_c'"/></transition>
    <transition event="leave" target="t"/>${tells('done.invoke', '[_event.name, typeof _event.data.sessionid, _event.data.result]')}</state>
    <state id="t">${ANY}</state>`);

  test('E31: leave with the event that says so, and nobody hears of their end', async () => {
    await bed.flow('child', child);
    const session = await bed.run(parent);
    await bed.post(session, 'leave');
    await bed.advance(1);
    expect(bed.heard()).toEqual([
      ['child', 41],
      ['left by', 'cancel.invoke.c'],
    ]);
  });

  test('E32: tell who invoked them what they have done', async () => {
    await bed.flow('child', child);
    const session = await bed.run(parent);
    await bed.post(session, 'finish');
    await bed.advance(1);
    const told: JsonValue[] = bed.heard();
    expect(told.at(-1)).toEqual(['done.invoke.c', 'string', 42]);
  });
});

test('E34: what is logged is in the history of the session', async () => {
  const session = await bed.run(orsFlow(`<state id="s"><onentry><log expr="'x'" level="2"/></onentry></state>`));
  const [row] = await bed.store.database.query<{ data: { log: string[] } }>(
    "select data from event where session = $1 and type = 'session.state'",
    [session],
  );
  expect(row?.data.log).toEqual(['x']);
});

test('an action without a required attribute is answered by its own error event', async () => {
  await bed.run(
    orsFlow(`<datamodel><data id="r"/></datamodel><state id="s"><onentry>
      <ixn:redirect requestid="_data.r" to="'8000'"/><probe:tell what="'went on'"/></onentry>
      ${tells('error.interaction.redirect', '[_event.data.requestid === _data.r, _event.data.error, _event.data.description]')}
      ${ANY}</state>`),
  );
  expect(bed.heard()).toEqual(['went on', [true, 'invalidparameter', 'interactionid is missing']]);
});

test('the platform gives the addresses of servers to data that ask for them', async () => {
  const asks = ['_statserver', '_tserver', '_ixnserver', '_classserver', '_outbserver', '_outbserver_s'];
  const session = await bed.run(
    orsFlow(`<datamodel>${asks.map((id) => `<data id="${id}"/>`).join('')}</datamodel>
      <state id="s"><onentry><probe:tell what="_data"/></onentry></state>`),
    { _tserver: 'mine' },
  );
  const server = 'http://127.0.0.1:8080';
  const expected = { _statserver: '', _tserver: 'mine', _ixnserver: '', _classserver: '' };
  expect(bed.heard()).toEqual([{ ...expected, _outbserver: `${server}/ocs`, _outbserver_s: '' }]);
  const step = await bed.current.directory.step(session, 1);
  expect(step?.data).toMatchObject({ _data: { _tserver: 'mine', _outbserver: `${server}/ocs` } });
});
