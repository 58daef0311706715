import { describe, expect, test, vi } from 'vitest';
import { OrchestrationBed, orsFlow, tells, w3cFlow } from './testing.js';

const bed = await OrchestrationBed.create();

describe('the mailbox', () => {
  test('delivers messages in the order in which they were posted, one per macrostep', async () => {
    const session = await bed.run(
      w3cFlow(`<state id="s">${tells('n', '[_event.data, 1]')}
        <transition event="n" cond="false"/></state>`),
    );
    const { database, sessions } = bed.current;
    await database.transaction(async (tx) => {
      for (const data of [1, 2, 3]) await sessions.post(tx, session, { name: 'n', data });
    });
    await bed.post(session, 'n', 4);
    expect(bed.heard()).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
    ]);
    expect((await bed.row(session)).step).toBe(5);
  });

  test('keeps a message that was posted before the start until after the start', async () => {
    await bed.flow(
      'early',
      w3cFlow(`<state id="s"><onentry><probe:tell what="'entered'"/></onentry>
      ${tells('n', "'n'")}</state>`),
    );
    const { database, sessions } = bed.current;
    await database.transaction(async (tx) => {
      const id = await sessions.start(tx, { flow: 'early', parameters: {} });
      await sessions.post(tx, id, { name: 'n' });
    });
    await bed.activity.idle();
    expect(bed.heard()).toEqual(['entered', 'n']);
  });

  test('refuses what is sent to a session that has ended or never was', async () => {
    const session = await bed.run(w3cFlow('<final id="s"/>'));
    expect(await bed.post(session, 'n')).toBe(false);
    expect(await bed.post('nobody', 'n')).toBe(false);
  });
});

describe('a crowd of sessions', () => {
  test('waits while more of it is stored, but for as many as may begin nevertheless', async () => {
    await bed.flow('in-turn', w3cFlow(`<state id="s"/>`));
    const { database, sessions } = bed.current;
    const turns = sessions.holdTurns();
    const ids = ['1', '2', '3'].map((each) => `crowd-${each}`);
    await database.transaction((tx) =>
      sessions.startAll(
        tx,
        ids.map((id) => ({ id, flow: 'in-turn', parameters: { text: `${id} \0 "quoted" {1,2}` } })),
      ),
    );
    const steps = async () => {
      await bed.activity.idle();
      return Promise.all(ids.map(async (id) => (await bed.row(id)).step));
    };
    sessions.wakeInTurn(ids);
    expect(await steps()).toEqual([0, 0, 0]);
    turns.beginSome(2);
    expect(await steps()).toEqual([1, 1, 0]);
    turns.release();
    expect(await steps()).toEqual([1, 1, 1]);
    const stored = await database.query(`select parameters ->> 'text' as text from session where id = 'crowd-1'`);
    expect(stored).toEqual([{ text: 'crowd-1 \ufffd "quoted" {1,2}' }]);
  });
});

describe('two nodes', () => {
  const ANSWERS = orsFlow(`<state id="s"><transition event="ask"><ws:response requestid="_event.sendid">
      <param name="a" expr="1"/></ws:response></transition><transition event="end" target="f"/></state><final id="f"/>`);

  test("answer each other's clients, and tell them when the session has ended", async () => {
    const session = await bed.run(ANSWERS);
    const other = await bed.otherNode();
    const waiting = () => bed.store.database.query('select 1 from session_message where session = $1', [session]);
    // This one asks, the other one runs the session.
    const { sessions } = bed.current;
    const wake = vi.spyOn(sessions, 'wake').mockImplementation(() => {});
    for (const [name, answer] of [
      ['ask', { status: 200, body: { a: 1 } }],
      ['end', 'no-session'],
    ] as const) {
      const asking = sessions.request(session, name, {}, 30_000);
      await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), { timeout: 20_000 });
      other.sessions.wake(session);
      expect(await asking).toEqual(answer);
      await bed.activity.idle();
    }
    wake.mockRestore();
  });

  test('never both commit the same macrostep', async () => {
    const session = await bed.run(
      w3cFlow(`<datamodel><data id="count" expr="0"/></datamodel><state id="s">
        <transition event="n"><assign location="count" expr="count + 1"/><probe:tell what="count"/></transition></state>`),
    );
    const other = await bed.otherNode();
    for (let each = 1; each <= 10; each += 1) {
      await bed.current.database.transaction(async (tx) => {
        await bed.current.sessions.post(tx, session, { name: 'n' });
        tx.afterCommit(() => other.sessions.wake(session));
      });
    }
    await bed.activity.idle();
    // Which of two commits, one after the other on two connections, is answered first is up to the machine.
    expect(
      bed
        .heard()
        .map(Number)
        .sort((one, other) => one - other),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await bed.row(session)).step).toBe(11);
  });
});

describe('delayed events', () => {
  const LATER = w3cFlow(`<state id="s"><onentry>
      <send event="second" delay="20s"/><send event="first" delay="10s"/><send event="third" delay="7200s"/>
    </onentry>${tells('first second third', '_event.name')}</state>`);

  test('come at their time, in its order', async () => {
    await bed.run(LATER);
    await bed.advance(9);
    expect(bed.heard()).toEqual([]);
    await bed.advance(1);
    expect(bed.heard()).toEqual(['first']);
    await bed.advance(100);
    expect(bed.heard()).toEqual(['second']);
    await bed.advance(7090);
    expect(bed.heard()).toEqual(['third']);
  });

  test('survive the death of the process at absolute times, overdue ones coming at once and in order', async () => {
    await bed.run(LATER);
    await bed.crash(60);
    expect(bed.heard()).toEqual(['first', 'second']);
    await bed.advance(7139);
    expect(bed.heard()).toEqual([]);
    await bed.advance(1);
    expect(bed.heard()).toEqual(['third']);
  });

  test('can be cancelled, which the original says with an event', async () => {
    await bed
      .run(
        orsFlow(`<state id="s"><onentry><send event="'never'" id="x" delay="'10s'"/></onentry>
        <transition event="stop"><cancel sendid="'x'"/></transition>
        ${tells('never cancel.successful error.notallowed', '[_event.name, _event.data ? _event.data.sendid : 0]')}
        </state>`),
      )
      .then(async (session) => {
        await bed.post(session, 'stop');
        await bed.post(session, 'stop');
      });
    await bed.advance(20);
    expect(bed.heard()).toEqual([
      ['cancel.successful', 'x'],
      ['error.notallowed', 'x'],
    ]);
  });

  test('are as late as a calendar reaches, at most', async () => {
    const session = await bed.run(
      w3cFlow(`<state id="s"><onentry><send event="e" delay="1e300s"/><send event="e" delay="9000000000000000s"/></onentry>
        ${tells('ping', "'alive'")}</state>`),
    );
    await bed.post(session, 'ping');
    expect(bed.heard()).toEqual(['alive']);
  });

  test('die with their session', async () => {
    const session = await bed.run(
      w3cFlow(`<state id="s"><onentry><send event="e" delay="10s"/></onentry>
        <transition event="end" target="f"/></state><final id="f"/>`),
    );
    await bed.post(session, 'end');
    expect(await bed.store.database.query('select 1 from session_timer where session = $1', [session])).toEqual([]);
  });
});

describe('requests', () => {
  const ANSWERS = orsFlow(`<state id="s">
      <transition event="good"><ws:response requestid="_event.sendid"><param name="sum" expr="_event.data.a + 1"/></ws:response></transition>
      <transition event="bad"><ws:response requestid="_event.sendid" type="negative" resultcode="'409'"><param name="why" expr="'no'"/></ws:response></transition>
      <transition event="worse"><ws:response requestid="_event.sendid" type="negative" resultcode="'out of order'"/></transition>
      <transition event="stranger"><ws:response requestid="'unknown'"/></transition>
      <transition event="nul"><ws:response requestid="_event.sendid"><param name="text" expr="'a\\u0000b\\ud800'"/></ws:response></transition>
      <transition event="end" target="f"/>
      ${tells('ws.response.done error.ws.response', '[_event.name, _event.data.error || null]')}
    </state><final id="f"/>`);

  async function ask(session: string, name: string, data = {}) {
    const reply = await bed.current.sessions.request(session, name, data, 30_000);
    await bed.activity.idle();
    return reply;
  }

  test('are answered by the application, positively and negatively', async () => {
    const session = await bed.run(ANSWERS);
    expect(await ask(session, 'good', { a: 1 })).toEqual({ status: 200, body: { sum: 2 } });
    expect(await ask(session, 'bad')).toEqual({ status: 409, body: { why: 'no', resultcode: '409' } });
    expect(await ask(session, 'worse')).toEqual({ status: 500, body: { resultcode: 'out of order' } });
    expect(bed.heard()).toEqual(Array(3).fill(['ws.response.done', null]));
  });

  test('that nobody made cannot be answered', async () => {
    const session = await bed.run(ANSWERS);
    await bed.post(session, 'stranger');
    expect(bed.heard()).toEqual([['error.ws.response', 'nosuchrequest']]);
  });

  test('may be answered with characters that the database cannot hold', async () => {
    const session = await bed.run(ANSWERS);
    expect(await ask(session, 'nul')).toMatchObject({ status: 200 });
    bed.heard();
  });

  test('that the application ignores run into their limit', async () => {
    const session = await bed.run(ANSWERS);
    const reply = bed.current.sessions.request(session, 'ignored', {}, 30_000);
    await bed.activity.idle();
    await bed.advance(30);
    expect(await reply).toBeUndefined();
  });

  test('are refused by a session that has ended, and given up when it ends', async () => {
    const session = await bed.run(ANSWERS);
    const reply = bed.current.sessions.request(session, 'ignored', {}, 30_000);
    await bed.post(session, 'end');
    expect(await reply).toBe('no-session');
    expect(await ask(session, 'good')).toBe('no-session');
  });
});

describe('the end', () => {
  test('by termination runs the exit handlers', async () => {
    const session = await bed.run(w3cFlow(`<state id="s"><onexit><probe:tell what="'exited'"/></onexit></state>`));
    const { database, sessions } = bed.current;
    expect(await database.transaction((tx) => sessions.terminate(tx, session, 'enough'))).toBe(true);
    sessions.wake(session);
    await bed.activity.idle();
    expect(bed.heard()).toEqual(['exited']);
    expect(await bed.row(session)).toMatchObject({ state: 'terminated', reason: 'enough' });
    expect(bed.current.ended.at(-1)).toMatchObject({ id: session, state: 'terminated', reason: 'enough' });
    expect(await database.transaction((tx) => sessions.terminate(tx, session, 'again'))).toBe(false);
  });

  test('of an application that runs away comes with its reason', async () => {
    const session = await bed.run(w3cFlow('<state id="s"><transition target="s"/></state>'));
    expect(await bed.row(session)).toMatchObject({ state: 'failed', reason: 'microsteps' });
    expect(bed.current.ended.at(-1)).toMatchObject({ id: session, state: 'failed', reason: 'microsteps' });
  });

  test('is not what an orderly stop of the server means', async () => {
    await bed.flow('stopped', w3cFlow(`<state id="s">${tells('n', "'n'")}</state>`));
    const session = await bed.start('stopped');
    const { current } = bed;
    await current.database.transaction((tx) => current.sessions.post(tx, session, { name: 'n' }));
    await current.stop();
    await bed.activity.idle();
    expect((await bed.row(session)).state).toBe('running');
    await bed.crash();
    expect(bed.heard()).toEqual(['n']);
  });
});

describe('what an application gets wrong', () => {
  test.each([
    ['user data that is no object', `<script>_genesys.ixn.setuData('text')</script>`],
    ['user data of a call that is not there', `<script>_genesys.ixn.setuData({a: 1}, 'nothing')</script>`],
    [
      'characters that cannot be stored',
      `<raise event="'x'"/><send event="'y'"><param name="a" expr="'\\u0000'"/></send>
      <assign location="_data.text" expr="'\\u0000\\ud800'"/><log label="'\\u0000'" expr="'\\u0000'"/>`,
    ],
    ['a request of no target', `<queue:submit><queue:targets/></queue:submit>`],
    [
      'a timeout beyond all bounds',
      `<queue:submit timeout="1e300"><queue:targets><queue:targetid expr="'Support@.GA'"/></queue:targets></queue:submit>`,
    ],
    [
      'a timeout that is no number',
      `<queue:submit timeout="'soon'"><queue:targets><queue:targetid expr="'Support@.GA'"/></queue:targets></queue:submit>`,
    ],
    [
      'hints that are no numbers',
      `<queue:submit hints="{arrival: 'now', reservation: 'x'}"><queue:targets><queue:targetid expr="'Support@.GA'"/></queue:targets></queue:submit>`,
    ],
    [
      'hints that are no object',
      `<queue:submit hints="7"><queue:targets><queue:targetid expr="'Support@.GA'"/></queue:targets></queue:submit>`,
    ],
    [
      'a priority that is no integer',
      `<queue:submit priority="1.5"><queue:targets><queue:targetid expr="'Support@.GA'"/></queue:targets></queue:submit>`,
    ],
    ['a call to nobody', `<ixn:createcall from="'1'" to="''"/>`],
    ['a ring time beyond all bounds', `<ixn:createcall from="'1'" to="'2'" timeout="1e300"/>`],
    ['a ring time of a fraction', `<ixn:createcall from="'1'" to="'2'" timeout="0.0005"/>`],
    ['an attempt that is no integer', `<ixn:createcall from="'1'" to="'2'" hints="{attempt: 1.5}"/>`],
    ['a redirect of nothing', `<ixn:redirect interactionid="'x'" to="'1'"/>`],
    ['a prompt to nobody', `<dialog:play/>`],
    ['an unknown action', `<ixn:fly/>`],
    ['an unknown function', `<script>_genesys.ixn.fly()</script>`],
    ['a circular value', `<script>var a = {}; a.a = a; _genesys.ixn.setuData(a)</script>`],
    ['an event to nobody', `<send event="'x'" target="'nobody'"/>`],
    ['an event of a foreign kind', `<send event="'x'" type="'pigeon'"/>`],
    ['an invocation of nothing', `<invoke src="nothing"/>`],
  ])('never stops its session: %s', async (_what, content) => {
    const session = await bed.run(
      orsFlow(`<datamodel><data id="text"/></datamodel><state id="s">
        <transition event="go">${content.startsWith('<invoke') ? '' : content}</transition>
        <transition event="go2" target="t"/>
        ${tells('ping', "'alive'")}</state><state id="t">${content.startsWith('<invoke') ? content : ''}${tells('ping', "'alive'")}</state>`),
    );
    await bed.post(session, 'go');
    await bed.post(session, 'go2');
    await bed.post(session, 'ping');
    expect(bed.heard()).toEqual(['alive']);
    expect(await bed.row(session)).toMatchObject({ state: 'running' });
    expect(bed.current.logged.filter((line) => line.includes('macrostep'))).toEqual([]);
  });
});

describe('a session that begins with a request', () => {
  const ASKED = orsFlow(`<datamodel><data id="n" expr="0"/></datamodel>
    <state id="s"><onentry><send event="'later'" delay="'2s'"/><assign location="_data.n" expr="Date.now()"/></onentry>
    <transition event="gms.start" target="t"><ws:response requestid="_event.sendid"><param name="a" expr="_event.data.b"/>
      </ws:response></transition></state>
    <state id="t"><onentry><probe:tell what="Date.now() - _data.n"/></onentry>
      <transition event="later" target="f"/></state><final id="f"/>`);

  async function started(flow: string) {
    const { database, sessions } = bed.current;
    const query = vi.spyOn(database, 'query');
    const startRequestId = `request-${flow}`;
    const id = await sessions.start(database, { flow, parameters: { b: 'c' }, startRequestId });
    sessions.wake(id);
    const reply = await sessions.reply(startRequestId, 1_000);
    const statements = query.mock.calls.map(([one]) => (typeof one === 'string' ? one : one.name));
    query.mockRestore();
    return { id, reply, statements: statements.filter((name) => name.startsWith('session-')) };
  }

  test('is stored twice until it is answered: when it is created, and when it has consumed the request', async () => {
    await bed.flow('asked', ASKED.replace('<probe:tell what="Date.now() - _data.n"/>', ''));
    const { reply, statements } = await started('asked');
    expect(reply).toEqual({ status: 200, body: { a: 'c' } });
    expect(statements).toEqual(['session-create', expect.stringMatching(/^session-store-steps-/)]);
  });

  test('has both steps in its history, at one time, and can be repeated', async () => {
    await bed.flow('asked-probed', ASKED);
    const { id } = await started('asked-probed');
    await bed.activity.idle();
    expect(bed.heard()).toEqual([0]);
    // The third step hears that the answer was given.
    expect(await bed.row(id)).toMatchObject({ step: 3, configuration: ['t'] });
    const { history = [] } = (await bed.current.directory.get(id)) ?? {};
    expect(history.slice(0, 2).map(({ event, entered }) => [event, entered])).toEqual([
      [null, ['s']],
      ['gms.start', ['t']],
    ]);
    const pictures = [await bed.current.directory.step(id, 1), await bed.current.directory.step(id, 2)];
    expect(pictures.map((picture) => picture?.configuration)).toEqual([['s'], ['t']]);
    await bed.crash();
    await bed.advance(2);
    expect(await bed.row(id)).toMatchObject({ state: 'done', step: 4 });
  });

  test('is stored after its first step when that asks for what is performed with the commit', async () => {
    await bed.flow('asked-first', ASKED.replace('<onentry><send', `<onentry><probe:tell what="'first'"/><send`));
    const { id, reply } = await started('asked-first');
    await bed.activity.idle();
    expect(reply).toMatchObject({ status: 200 });
    expect(bed.heard()).toEqual(['first', 0]);
    expect((await bed.row(id)).step).toBe(3);
  });

  test('answers also when it ends at once', async () => {
    await bed.flow('asked-last', ASKED.replace('target="t"', 'target="f"'));
    const { id, reply } = await started('asked-last');
    await bed.activity.idle();
    expect(reply).toEqual({ status: 200, body: { a: 'c' } });
    expect(await bed.row(id)).toMatchObject({ state: 'done', step: 2 });
    expect(await bed.store.database.query('select from session_timer where session = $1', [id])).toEqual([]);
  });
});
