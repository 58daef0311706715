import { beforeEach, describe, expect, test } from 'vitest';
import { orsFlow, w3cFlow } from '../../orchestration/testing.js';
import { OrsBed, type Question } from './testing.js';

const ors = await OrsBed.create();
const { bed } = ors;
const TYPE = 'http://www.w3.org/TR/scxml/#BasicHTTPEventProcessor';

beforeEach(async () => {
  await bed.activity.idle();
  bed.heard();
  ors.received.length = 0;
});

const LISTENING = w3cFlow(`<state id="s"><onentry><probe:tell what="_ioprocessors['basichttp'].location"/></onentry>
  <transition event="*"><probe:tell what="[_event.name, _event.data, _event.origintype, _event.raw.split(' ')[0]]"/></transition></state>`);

describe('the location of a session', () => {
  test.each<[string, Question, string, [string, unknown]]>([
    ['a form', { body: new URLSearchParams({ _scxmleventname: 'go', a: '1' }) }, '', ['go', { a: '1' }]],
    ['a query', { method: 'POST' }, '?_scxmleventname=q&k=v', ['q', { k: 'v' }]],
    ['JSON', { headers: { 'content-type': 'application/json' }, body: '{"a":[1]}' }, '', ['HTTP.POST', { a: [1] }]],
    ['text', { headers: { 'content-type': 'text/plain' }, body: 'a=1' }, '', ['HTTP.POST', 'a=1']],
    ['nothing', { method: 'POST' }, '', ['HTTP.POST', null]],
    ['PUT', { method: 'PUT', body: 'x' }, '', ['HTTP.PUT', 'x']],
  ])('takes %s as an event and answers 200 (test 513)', async (_name, question, query, [name, data]) => {
    await ors.start(LISTENING);
    const [location] = bed.heard();
    expect(location).toMatch(new RegExp(`^${ors.url}/scxml/session/[A-Z0-9~]{32}/basichttp$`));
    const { status } = await ors.ask(`${location}${query}`, question);
    expect(status).toBe(200);
    expect(bed.heard()).toEqual([[name, data, TYPE, question.method === 'PUT' ? 'PUT' : 'POST']]);
  });

  test('is found by the name and by the address of the processor', async () => {
    await ors.start(
      w3cFlow(`<state id="s"><onentry>
        <probe:tell what="_ioprocessors['basichttp'].location === _ioprocessors['${TYPE}'].location"/></onentry></state>`),
    );
    expect(bed.heard()).toEqual([true]);
  });

  test('of a session that has ended or never was is not there', async () => {
    const sid = await ors.start(w3cFlow('<final id="s"/>'));
    for (const id of [sid, 'nobody']) {
      const { status, json } = await ors.form(`/scxml/session/${id}/basichttp`, { _scxmleventname: 'x' });
      expect([status, json().error]).toEqual([404, 'nosuchsession']);
    }
  });

  test('does not show to the application by whose rights it was reached', async () => {
    const sid = await ors.start(
      w3cFlow(
        `<state id="s"><transition event="*"><probe:tell what="/secret/.test(_event.raw)"/></transition></state>`,
      ),
    );
    const headers = { authorization: 'Basic secret', cookie: 'a=secret', 'content-type': 'text/plain' };
    await ors.ask(`/scxml/session/${sid}/basichttp`, { headers, body: 'x' });
    expect(bed.heard()).toEqual([false]);
  });
});

/** Sends to `target` when told to, and tells what it hears. */
const sender = (dialect: 'ors' | 'w3c', send: string) => {
  const content = `<state id="s"><transition event="go">${send}</transition>
    <transition event="*"><probe:tell what="[_event.name, _event.data, _event.sendid]"/></transition></state>`;
  return dialect === 'ors' ? orsFlow(content) : w3cFlow(content);
};

describe('a send over HTTP', () => {
  test.each([
    [
      'W3C',
      'w3c',
      `<send type="${TYPE}" targetexpr="_event.data.target" event="hi"><param name="a" expr="'x y'"/></send>`,
    ],
    [
      'the original',
      'ors',
      `<send type="'basichttp'" target="_event.data.target" event="'hi'"><param name="a" expr="'x y'"/></send>`,
    ],
  ] as const)('in the dialect of %s reaches a server as a form', async (_name, dialect, send) => {
    const sid = await ors.start(sender(dialect, send));
    const target = ors.serve('/in', 'thanks');
    await ors.json(`/scxml/session/${sid}/event/go`, { target });
    await bed.activity.idle();
    expect(ors.received).toEqual([
      { method: 'POST', path: '/in', body: '_scxmleventname=hi&a=x%20y', type: 'application/x-www-form-urlencoded' },
    ]);
    expect(bed.heard()).toEqual([]);
  });

  test.each([
    ['w3c', 'error.communication', { status: 500 }, 500],
    ['w3c', 'error.communication', undefined, 404],
    ['ors', 'error.send.targetunavailable.s', { status: 503 }, 503],
  ] as const)('in %s that is not taken is an %s event', async (dialect, name, served, code) => {
    const send =
      dialect === 'ors'
        ? `<send type="'basichttp'" target="_event.data.target" event="'hi'" id="mine"/>`
        : `<send type="${TYPE}" targetexpr="_event.data.target" event="hi" id="mine"/>`;
    const sid = await ors.start(sender(dialect, send));
    const target = served ? ors.serve('/refuses', '', served) : `${ors.web}/absent`;
    await ors.json(`/scxml/session/${sid}/event/go`, { target });
    await bed.activity.idle();
    expect(bed.heard()).toEqual([[name, expect.objectContaining({ target, error: code }), 'mine']]);
  });

  test('cannot reach what the rules do not allow', async () => {
    const sid = await ors.start(sender('w3c', `<send type="${TYPE}" target="http://127.0.0.1:9/x" event="hi"/>`));
    await ors.form(`/scxml/session/${sid}/event/go`, {});
    await bed.activity.idle();
    const [heard] = bed.heard() as [string, { description: string }][];
    expect(heard?.[0]).toBe('error.communication');
    expect(heard?.[1].description).toMatch(/fetch-allow/);
  });

  test('that is delayed comes at its time, also after a crash, and can be cancelled', async () => {
    const target = ors.serve('/later', '');
    const sid = await ors.start(
      sender(
        'w3c',
        `<send type="${TYPE}" target="${target}" event="one" delay="60s"/>
        <send type="${TYPE}" target="${target}" event="two" delay="60s" id="two"/><cancel sendid="two"/>`,
      ),
    );
    await ors.form(`/scxml/session/${sid}/event/go`, {});
    await bed.crash(30);
    expect(ors.received).toEqual([]);
    await bed.advance(30);
    expect(ors.received.map(({ body }) => body)).toEqual(['_scxmleventname=one']);
  });

  test('that was under way in a crash is not repeated, and its sender hears of it', async () => {
    const target = ors.serve('/slow', '');
    const sid = await ors.start(sender('w3c', `<send type="${TYPE}" target="${target}" event="hi" id="mine"/>`));
    const { database } = bed.store;
    await bed.die();
    await database.query(
      `insert into session_action (id, session, module, action, phase, request, created_at)
       values ('r1', $1, 'ringback:basic-http', 'send', 'execute', $2, $3)`,
      [
        sid,
        JSON.stringify({
          session: { id: sid, flow: 'x' },
          requestId: 'r1',
          name: 'send',
          attributes: { url: target, sendid: 'mine' },
          children: [],
          parameters: {},
          now: 0,
        }),
        new Date(bed.clock.now()).toISOString(),
      ],
    );
    await bed.restart();
    expect(ors.received).toEqual([]);
    expect(bed.heard()).toEqual([['error.communication', expect.objectContaining({ target }), 'mine']]);
  });

  test('to a session of this server is delivered in process, in its order among other events', async () => {
    const listener = await ors.start(
      w3cFlow(
        `<state id="s"><transition event="*"><probe:tell what="[_event.name, _event.data]"/></transition></state>`,
      ),
    );
    const location = `${ors.url}/scxml/session/${listener}/basichttp`;
    const http = (event: string) =>
      `<send type="basichttp" target="${location}" event="${event}"><param name="n" expr="1"/></send>`;
    const scxml = (event: string) => `<send target="#_scxml_${listener}" event="${event}"/>`;
    const sid = await ors.start(
      sender('w3c', http('1') + scxml('2') + http('3') + scxml('4') + http('5').replace('event=', 'delay="5s" event=')),
    );
    await ors.form(`/scxml/session/${sid}/event/go`, {});
    await bed.activity.idle();
    expect(bed.heard()).toEqual([
      ['1', { n: '1' }],
      ['2', null],
      ['3', { n: '1' }],
      ['4', null],
    ]);
    await bed.advance(5);
    expect(bed.heard()).toEqual([['5', { n: '1' }]]);
    await ors.form(`/scxml/session/${listener}/terminate`, {});
    await ors.form(`/scxml/session/${sid}/event/go`, {});
    await bed.activity.idle();
    expect(bed.heard().map((told) => (told as unknown[])[0])).toEqual(Array(4).fill('error.communication'));
  });

  test('to itself arrives even where the server has another address since', async () => {
    const sid = await ors.start(
      sender('w3c', `<send type="${TYPE}" targetexpr="_ioprocessors['basichttp'].location" event="me"/>`),
    );
    const own = bed.settings.ownOrigins;
    bed.settings.ownOrigins = () => ['http://192.0.2.1:1'];
    await ors.form(`/scxml/session/${sid}/event/go`, {});
    bed.settings.ownOrigins = own;
    await bed.activity.idle();
    expect(bed.heard()).toEqual([['me', null, null]]);
  });
});
