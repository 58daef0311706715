import { beforeEach, describe, expect, test } from 'vitest';
import { OrchestrationBed, orsFlow, tells, w3cFlow } from './testing.js';

const bed = await OrchestrationBed.create();
const DEFAULTS = { ...bed.settings };

beforeEach(() => {
  Object.assign(bed.settings, DEFAULTS);
  bed.heard();
});

const LASTING = `<state id="s"><onexit><probe:tell what="'left'"/></onexit>${tells('e', "'e'")}</state>`;

describe('the age of a session', () => {
  test('is limited by the configuration, across a crash, and its end is orderly', async () => {
    bed.settings.maxAgeSeconds = () => 60;
    const session = await bed.run(w3cFlow(LASTING));
    await bed.crash(30);
    await bed.advance(29);
    expect(bed.heard()).toEqual([]);
    await bed.advance(1);
    expect(bed.heard()).toEqual(['left']);
    expect(await bed.row(session)).toMatchObject({ state: 'terminated', reason: 'timeout' });
  });

  test.each([
    ['2', 2],
    ['2s', 2],
    ['5000ms', 5],
    ['1m', 60],
    ['1h', 3600],
  ])('is what the document says instead: _maxtime="%s"', async (text, seconds) => {
    bed.settings.maxAgeSeconds = () => 1;
    const session = await bed.run(orsFlow(LASTING).replace('<scxml ', `<scxml _maxtime="${text}" `));
    await bed.advance(seconds - 1);
    expect((await bed.row(session)).state).toBe('running');
    await bed.advance(1);
    expect(await bed.row(session)).toMatchObject({ state: 'terminated', reason: 'timeout' });
  });

  test('has no limit with _maxtime="0", and nothing is left of the timer of a session that has ended', async () => {
    bed.settings.maxAgeSeconds = () => 1;
    const session = await bed.run(orsFlow(LASTING).replace('<scxml ', '<scxml _maxtime="0" '));
    await bed.run(w3cFlow('<final id="s"/>'));
    await bed.advance(10);
    expect((await bed.row(session)).state).toBe('running');
    expect(await bed.store.database.query('select 1 from session_timer')).toEqual([]);
  });
});

test('a session that sends itself more than it consumes is ended, and others are not', async () => {
  const other = await bed.run(w3cFlow(LASTING));
  const session = await bed.run(
    w3cFlow(`<state id="s"><onentry><send event="n"/></onentry>
    <transition event="n"><send event="n"/><send event="n"/></transition></state>`),
  );
  expect(await bed.row(session)).toMatchObject({ state: 'terminated', reason: 'pending-events' });
  expect((await bed.row(other)).state).toBe('running');
});

describe('_persist="false"', () => {
  test('ends a session with the process that ran it, in the dialect of the original', async () => {
    const kept = await bed.run(orsFlow(LASTING).replace('<scxml ', '<scxml _persist="true" '));
    const unkept = await bed.run(orsFlow(LASTING).replace('<scxml ', '<scxml _persist="false" '));
    await bed.post(unkept, 'e');
    expect(bed.heard()).toEqual(['e']);
    await bed.crash();
    expect((await bed.row(kept)).state).toBe('running');
    expect(await bed.row(unkept)).toMatchObject({ state: 'terminated', reason: 'not-persistent' });
  });
});

test('a send id that is used twice has two timers, and one cancel takes both back', async () => {
  const session = await bed.run(
    w3cFlow(`<state id="s">
    <transition event="go"><send id="a" event="x" delay="1s"/><send id="a" event="y" delay="2s"/></transition>
    <transition event="cancel"><cancel sendid="a"/></transition>${tells('x y', '_event.name')}</state>`),
  );
  await bed.post(session, 'go');
  await bed.advance(2);
  expect(bed.heard()).toEqual(['x', 'y']);
  await bed.post(session, 'go');
  await bed.post(session, 'cancel');
  await bed.advance(2);
  expect(bed.heard()).toEqual([]);
});

test('a delayed event for a session that has ended comes back as an error', async () => {
  const target = await bed.run(w3cFlow(`<state id="s"><transition event="end" target="f"/></state><final id="f"/>`));
  for (const [flow, error] of [
    [w3cFlow, 'error.communication'],
    [orsFlow, 'error.send.nosuchsession'],
  ] as const) {
    const send =
      flow === orsFlow
        ? `event="'x'" target="'${target}'" delay="'5s'"`
        : `event="x" target="#_scxml_${target}" delay="5s"`;
    await bed.run(
      flow(
        `<state id="s"><onentry><send id="mine" ${send}/></onentry>${tells('*', '[_event.name, _event.sendid, _event.data.element || null]')}</state>`,
      ),
    );
    await bed.post(target, 'end');
    await bed.advance(5);
    expect(bed.heard()).toEqual([[error, 'mine', flow === orsFlow ? 'send' : null]]);
  }
});

describe('parameters', () => {
  const log = async (session: string) => {
    const { history = [] } = (await bed.current.directory.get(session)) ?? {};
    return history.flatMap(({ caused }) => caused);
  };

  test('of the platform without a data id leave no trace in the history, others do', async () => {
    const quiet = await bed.run(w3cFlow(LASTING), { _service_id: 'x', _data_id: 'y' });
    expect(await log(quiet)).toEqual([]);
    const loud = await bed.run(w3cFlow(LASTING), { customer: 'x' });
    expect(await log(loud)).toEqual([expect.objectContaining({ kind: 'log' })]);
  });
});

test('the resource of an event is read-only in the dialect of the original, and only there', async () => {
  const content = `<state id="s"><transition event="e"><script>try { _event.data.resource.a.b = 2; } catch (e) {}
      _event.data.other.b = 2;</script>
    <probe:tell what="[_event.data.resource.a.b, _event.data.other.b]"/></transition></state>`;
  const data = { resource: { a: { b: 1 } }, other: { b: 1 } };
  await bed.post(await bed.run(orsFlow(content)), 'e', data);
  await bed.post(await bed.run(w3cFlow(content)), 'e', data);
  expect(bed.heard()).toEqual([
    [1, 2],
    [2, 2],
  ]);
});

describe('the log of steps', () => {
  const FLOW = `<state id="a"><onentry><log label="l" expr="'it\\'s &lt; 1'"/><send event="go"/></onentry>
    <transition event="go" target="b"/></state><final id="b"/>`;

  test('has states and transitions, or all, as the configuration says', async () => {
    const { logged } = bed.current;
    logged.length = 0;
    await bed.run(w3cFlow(FLOW, 'a'));
    expect(logged).toEqual([]);
    bed.settings.metricLevel = () => 'state';
    const sid = await bed.run(w3cFlow(FLOW, 'a'));
    expect(logged.map((line) => line.replace(sid, 'SID'))).toEqual([
      expect.stringMatching(/^METRIC <appl_begin sid='SID' name='flow-[^']*' version='1' \/>$/),
      "METRIC <transition sid='SID' target='a' line='1' />",
      "METRIC <state_enter sid='SID' name='a' />",
      "METRIC <event_processed sid='SID' name='go' />",
      "METRIC <state_exit sid='SID' name='a' />",
      expect.stringMatching(/^METRIC <transition sid='SID' name='a' event='go' target='b' line='\d+' \/>$/),
      "METRIC <state_enter sid='SID' name='b' />",
      "METRIC <appl_end sid='SID' final='b' />",
    ]);
  });

  test('has all of a document that asks for it', async () => {
    const { logged } = bed.current;
    logged.length = 0;
    const sid = await bed.run(
      orsFlow(FLOW.replace('event="go"/>', `event="'go'"/>`), 'a').replace('<scxml ', '<scxml _debug="true" '),
    );
    const lines = logged.map((line) => line.replace(sid, 'SID'));
    expect(lines).toContain("METRIC <log sid='SID' label='l' expr='it&apos;s &lt; 1' level='1' />");
    expect(lines).toContain("METRIC <event_queued sid='SID' name='go' />");
  });
});
