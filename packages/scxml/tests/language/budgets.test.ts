import { describe, expect, it } from 'vitest';
import { type EventInput, type Limits, SessionPool } from '../../src/index.js';
import { logs, OneSession, w3c } from '../one-session.js';

const ping = w3c(
  `<state id="s">
  <transition event="raise"><raise event="raise"/></transition>
  <transition event="many"><foreach item="i" array="[1,2,3,4,5,6,7,8,9,10]"><raise event="x"/></foreach></transition>
  <transition event="send"><foreach item="i" array="[1,2,3,4,5,6,7,8,9,10]"><send event="x"/></foreach></transition>
  <transition event="loop"><foreach item="i" array="new Array(100).fill(0)"><foreach item="k" array="new Array(100).fill(0)"><assign location="n" expr="n + 1"/></foreach></foreach></transition>
  <transition event="slow"><foreach item="i" array="new Array(20).fill(0)"><script>for (var k = 0; k &lt; 1e5; k += 1) {}</script></foreach></transition>
  <transition event="hang"><script>while (true) {}</script></transition>
  <transition event="deep"><script>(function f() { f(); })()</script></transition>
  <transition event="big"><log expr="'x'.repeat(2000)"/></transition>
  <transition event="nest"><send event="x"><content expr="JSON.parse('['.repeat(70) + ']'.repeat(70))"/></send></transition>
  <transition event="grow"><script>n = 'x'.repeat(5000)</script></transition>
  <transition event="error"><log expr="_event.name + ' ' + _event.data.reason"/></transition>
  <transition event="*"/>
</state>`.replace('<state', '<datamodel><data id="n" expr="0"/></datamodel><state'),
);

async function told(limits: Partial<Limits>, event: Parameters<OneSession['tell']>[0]): Promise<OneSession> {
  const session = new OneSession(ping, { limits });
  await session.start();
  await session.tell(event);
  return session;
}

describe('budgets that end the session', () => {
  it.each([
    ['microsteps', { microsteps: 50 }, 'raise'],
    ['internal-queue', { internalQueue: 5 }, 'many'],
    ['effects', { effects: 5 }, 'send'],
    ['instructions', { instructions: 1000 }, 'loop'],
    ['timeout', { macrostepTicks: 5 }, 'slow'],
    ['scope-size', { scopeBytes: 1000 }, 'grow'],
  ] as const)('%s', async (reason, limits, event) => {
    const { result } = await told(limits, event);
    expect(result).toMatchObject({ status: 'failed', snapshot: '', failure: { reason } });
    expect(result?.failure?.message).toMatch(/\d/);
  });

  it('counts entries of one state when that bound is the tighter one', async () => {
    const text = w3c('<state id="a"><transition target="b"/></state><state id="b"><transition target="a"/></state>');
    const session = new OneSession(text, { limits: { stateEntries: 7 } });
    expect(await session.start()).toMatchObject({ status: 'failed', failure: { reason: 'state-entries' } });
  });

  it('takes the bounds that a document of the 2009 dialect sets for itself', async () => {
    const text = w3c('<state id="a"><transition target="b"/></state><state id="b"><transition target="a"/></state>');
    const own = text.replace('<scxml ', '<scxml _microStepLimit="12" ');
    const session = new OneSession(own, { dialect: 'ors' });
    const result = await session.start();
    expect(result.failure).toMatchObject({ reason: 'microsteps' });
    expect(result.failure?.message).toContain('12');
  });
});

describe('budgets that become error events', () => {
  const cases: [text: string, limits: Partial<Limits>, event: string | EventInput][] = [
    ['error.execution timeout', { evaluationTicks: 5 }, 'hang'],
    ['error.execution stack', {}, 'deep'],
    ['error.execution RangeError: The values have more than 1000 bytes.', { eventBytes: 1000 }, 'big'],
    ['error.execution RangeError: The values are nested deeper than 64.', {}, 'nest'],
    ['error.platform event-size', { eventBytes: 100 }, { name: 'any', data: 'x'.repeat(200) }],
    ['error.platform event-depth', { eventDepth: 3 }, { name: 'any', data: [[[[1]]]] }],
  ];

  it.each(cases)('%s', async (text, limits, event) => {
    const session = await told(limits, event);
    expect(session.result?.status).toBe('running');
    expect(logs(session.result)).toEqual([text]);
  });

  it('refuses data that is too deep even for the host', async () => {
    let deep: [] | [unknown] = [];
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    const session = await told({}, { name: 'any', data: deep as never });
    expect(logs(session.result)).toEqual(['error.platform event-depth']);
  });
});

it('reports a session of an application that is unknown or invalid', async () => {
  const pool = new SessionPool({ workers: 0 });
  const start = { session: 's', application: 'x', now: 0 };
  expect((await pool.start(start)).failure?.reason).toBe('application-unknown');
  await pool.define({ id: 'x', main: 'a', documents: { a: '<scxml/>' } });
  expect((await pool.start(start)).failure?.reason).toBe('application-invalid');
  await pool.close();
  expect((await pool.start(start)).failure?.reason).toBe('closed');
});
