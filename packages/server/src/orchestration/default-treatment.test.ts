import { beforeEach, expect, test } from 'vitest';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

/** What becomes of callers whose application does nothing for them any more (ors-interaction-dialog.md 2, rule 10). */
const bed = await OrchestrationBed.create();

const WAITS = orsFlow(`<state id="s"><transition event="break" target="a"/>
  <transition event="interaction.added"><dialog:playsound interactionid="_event.data.interactionid" type="'music'"
    duration="1000"/></transition>
  ${tells('interaction.added', '_event.data.resultof')}</state>
  <state id="a"><transition target="b"/></state><state id="b"><transition target="a"/></state>`);
const TAKES = orsFlow(`<state id="s">${tells('interaction', '[_event.name, _event.data.resultof || null]')}</state>`);
const UNREACHABLE = 'http://127.0.0.1:1/none.scxml';

beforeEach(async () => {
  bed.dnOptions.clear();
  bed.applications.clear();
  bed.configuration.putAgent('bert');
  await bed.flow('waits', WAITS);
  await bed.flow('takes', TAKES);
  bed.applications.set('8000', 'waits');
  for (const dn of ['8000', '8001', '8002']) bed.routingPoints.add(dn);
  bed.fetchAllow = '127.0.0.1';
  await bed.simulator.changeSettings({
    default: { outcome: 'answer', talkSeconds: null },
    agents: { bert: { auto: true, answerSeconds: 1 } },
  });
  await bed.ready('bert');
  bed.heard();
});

let callers = 0;

/** A customer calls a DN; what the network says of the call, and the session that it started, if any. */
async function called(to: string) {
  callers += 1;
  const from = `555${callers}`;
  const { sessions } = bed.current;
  await bed.simulator.placeInbound({ from, to });
  await bed.activity.idle();
  const rows = await bed.store.database.query<{ id: string }>("select id from session where state = 'running'");
  const session = rows[0]?.id;
  const call = () =>
    bed.simulator
      .calls()
      .filter((one) => one.number === from || one.number === to)
      .at(-1);
  const end = async (reason: string) => {
    await bed.current.database.transaction((tx) => sessions.terminate(tx, String(session), reason));
    sessions.wake(String(session));
    await bed.activity.idle();
  };
  return { session, call, end };
}

/** Whether the phone at a DN is in a call that was answered. */
function talks(dn: string): boolean {
  return bed.simulator
    .calls({ number: dn })
    .some(({ answeredAt, endedAt }) => answeredAt !== undefined && endedAt === undefined);
}

async function over(): Promise<void> {
  for (const { id, endedAt } of bed.simulator.calls()) if (endedAt === undefined) await bed.simulator.hangup(id);
  await bed.advance(60);
  await bed.current.agents.wrapDone('bert');
  const rows = await bed.store.database.query<{ id: string }>("select id from session where state = 'running'");
  for (const { id } of rows) {
    await bed.current.database.transaction((tx) => bed.current.sessions.terminate(tx, id, 'over'));
    bed.current.sessions.wake(id);
  }
  await bed.activity.idle();
  bed.heard();
}

test.each(['ended', 'failed'])('a caller whose session has %s goes to the default destination', async (how) => {
  bed.dnOptions.set('8000', { default_destination: '2bert' });
  const { session, call, end } = await called('8000');
  if (how === 'ended') await end('for a test');
  else await bed.post(String(session), 'break');
  await bed.advance(3);
  expect(talks('2bert')).toBe(true);
  expect(call()?.endedAt).toBeUndefined();
  await over();
});

test.each([
  ['there is no default destination', {}],
  ['it is where the call is', { default_destination: '8000@ringback' }],
  ['it is a routing point without an application', { default_destination: '8001' }],
] as [string, Record<string, string>][])(
  'a caller whose session has ended is hung up when %s',
  async (_why, options) => {
    bed.dnOptions.set('8000', options);
    const { call, end } = await called('8000');
    expect(call()?.endedAt).toBeUndefined();
    await end('for a test');
    expect(call()?.endedAt).toBeDefined();
    await over();
  },
);

test('the application of another routing point takes the caller, but only once', async () => {
  bed.dnOptions.set('8000', { default_destination: '8001' });
  bed.dnOptions.set('8001', { default_destination: '8000' });
  bed.applications.set('8001', 'takes');
  const first = await called('8000');
  bed.heard();
  await first.end('for a test');
  expect(bed.heard()).toEqual([
    ['interaction.added', 'transfer'],
    ['interaction.partystatechanged', null],
    ['interaction.onrouterequest', null],
  ]);
  const [second] = await bed.store.database.query<{ id: string }>("select id from session where state = 'running'");
  await bed.current.database.transaction((tx) => bed.current.sessions.terminate(tx, String(second?.id), 'too'));
  bed.current.sessions.wake(String(second?.id));
  await bed.activity.idle();
  expect(first.call()?.endedAt).toBeDefined();
  await over();
});

test.each([
  ['cannot be fetched', UNREACHABLE],
  ['does not exist', 'nowhere'],
  ['is not named', undefined],
])('a call to a DN whose application %s is answered by its default destination only', async (_why, application) => {
  if (application === undefined) bed.applications.delete('8000');
  else bed.applications.set('8000', application);
  const refused = await called('8000');
  expect(refused.call()?.endedAt).toBeDefined();
  expect(refused.call()?.answeredAt).toBeUndefined();
  bed.dnOptions.set('8000', { default_destination: '2bert' });
  const taken = await called('8000');
  await bed.advance(3);
  expect(talks('2bert')).toBe(true);
  expect(taken.call()).toMatchObject({ answeredAt: expect.any(String) });
  await over();
});
