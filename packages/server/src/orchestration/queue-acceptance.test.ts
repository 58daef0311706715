import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow } from './testing.js';

/** The acceptance table of ors-core-queue.md 8, rows Q1 to Q23, and what stands behind them in its chapter 3. */
const bed = await OrchestrationBed.create();
let sessions: string[] = [];

const HEARD = `<transition
  event="queue error interaction.abandoned interaction.default interaction.deleted interaction.redirect">
  <probe:tell what="[_event.name, _event.data]"/></transition>
  <transition event="interaction.added"><assign location="_data.i" expr="_event.data.interactionid"/></transition>`;

function flow(content: string): string {
  return orsFlow(`<datamodel><data id="r" expr="''"/><data id="i" expr="''"/><data id="p" expr="0"/>
    <data id="q" expr="'VQ'"/></datamodel><state id="s">${content}${HEARD}</state>`);
}

/** `<queue:submit>` for the event of that name. */
function submit(attributes: string, targets = `<queue:targetid expr="'Support@SS.GA'"/>`, more = ''): string {
  return `<transition event="submit"><queue:submit requestid="_data.r" queue="_data.q" ${attributes}>
    <queue:targets>${targets}</queue:targets>${more}</queue:submit></transition>`;
}

async function run(content: string, parameters: JsonObject = {}): Promise<string> {
  const session = await bed.run(flow(content), parameters);
  sessions.push(session);
  return session;
}

/** A session that an inbound call started, and that has heard of it. */
async function called(content: string): Promise<string> {
  bed.applications.set('8000', 'called');
  await bed.flow('called', flow(content));
  await bed.simulator.placeInbound({ from: '5551', to: '8000' });
  await bed.activity.idle();
  const [row] = await bed.store.database.query<{ id: string }>(
    `select id from session where flow = 'called' and state = 'running' order by started_at desc limit 1`,
  );
  sessions.push(row?.id ?? '');
  return row?.id ?? '';
}

interface Told {
  event: string;
  data: Record<string, JsonValue>;
}

function heard(): Told[] {
  return bed.heard().map((told) => {
    // `[name, data]`, as HEARD tells it.
    const [event, data] = told as [string, Record<string, JsonValue>];
    return { event, data };
  });
}

const names = () => heard().map(({ event }) => event);
const ACCEPTED = 'queue.submit.requestid';
const DONE = 'queue.submit.done';

/** Who was selected: `anna@SS.A`. */
function selected(): JsonValue[] {
  return heard()
    .filter(({ event }) => event === DONE)
    .map(({ data }) => data.targetcomponentselected ?? null);
}

async function state(agent: string): Promise<string> {
  return (await bed.current.agents.state(agent)).state;
}

beforeEach(async () => {
  for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
  for (const id of ['anna', 'bert', 'carl']) {
    const groups = ['Support', id === 'bert' ? 'Second' : 'First'];
    bed.configuration.putAgent(id, {
      groups,
      skills: { English: id === 'bert' ? 2 : 7, Sales: id === 'carl' ? 0 : 1 },
    });
  }
  for (const group of ['Support', 'First', 'Second']) bed.configuration.groups.set(group, {});
  bed.configuration.queues.set('VQ', {});
  await bed.simulator.changeSettings({
    default: { outcome: 'answer', talkSeconds: null },
    agents: Object.fromEntries(['anna', 'bert', 'carl'].map((id) => [id, { auto: false, answerSeconds: 2 }])),
  });
  await bed.advance(30);
  for (const id of ['anna', 'bert', 'carl']) {
    await bed.current.agents.wrapDone(id);
    await bed.current.agents.logout(id);
  }
  bed.heard();
});

afterEach(async () => {
  const { database, sessions: running } = bed.current;
  for (const session of sessions) {
    await database.transaction((tx) => running.terminate(tx, session, 'over'));
    running.wake(session);
  }
  sessions = [];
  await bed.activity.idle();
});

describe('a selection', () => {
  test('Q1: only selects with route=false, and says everything', async () => {
    await bed.ready('anna');
    const session = await called(submit('route="false" timeout="0"'));
    await bed.post(session, 'submit');
    const [accepted, done] = heard();
    expect(accepted?.event).toBe(ACCEPTED);
    const requestid = accepted?.data.requestid;
    expect(done).toEqual({
      event: DONE,
      data: {
        requestid,
        interactionid: expect.any(String),
        targetselected: '2anna@ringback.DN',
        targetcomponentselected: 'anna@SS.A',
        targetobjectselected: 'Support@SS.GA',
        vqselected: 'VQ',
        resource: { type: 'A', dn: '2anna', switch: 'ringback', agent: 'anna', place: '2anna', vq: 'VQ' },
        access: { prefix: '', rtype: 'RouteTypeUnknown', destination: '2anna', location: 'ringback', dnis: '' },
      },
    });
    expect(await state('anna')).toBe('reserved');
    await bed.advance(3);
    expect(await state('anna')).toBe('ready');
    expect(names()).toEqual([]);
  });

  test('Q2: with route=true delivers the interaction', async () => {
    await bed.ready('anna');
    const session = await called(submit('route="true"'));
    await bed.post(session, 'submit');
    expect(names()).toEqual([ACCEPTED, DONE]);
    expect(await state('anna')).toBe('busy');
  });

  test('Q3: with timeout=0, which is the default, is over at once', async () => {
    for (const attributes of ['', 'timeout="0"']) {
      const session = await run(submit(attributes));
      await bed.post(session, 'submit');
      const [accepted, error] = heard();
      expect(accepted?.event).toBe(ACCEPTED);
      expect(error).toMatchObject({
        event: 'error.queue.submit',
        data: { requestid: accepted?.data.requestid, error: 'timeout', description: expect.any(String) },
      });
    }
  });

  test('Q4: is made within the timeout', async () => {
    const session = await run(submit('timeout="5" route="false"'));
    await bed.post(session, 'submit');
    await bed.advance(3);
    expect(names()).toEqual([ACCEPTED]);
    await bed.ready('anna');
    expect(selected()).toEqual(['anna@SS.A']);
  });

  test('waits for as long as the session lives with a negative timeout', async () => {
    const session = await run(submit('timeout="-1" route="false"'));
    await bed.post(session, 'submit');
    await bed.advance(7200);
    expect(names()).toEqual([ACCEPTED]);
    await bed.ready('anna');
    expect(selected()).toEqual(['anna@SS.A']);
  });

  test('Q12: means whoever meets the skill expression', async () => {
    for (const id of ['bert', 'carl', 'anna']) await bed.ready(id);
    const session = await run(
      submit('route="false"', `<queue:targetid expr="'?:(English&gt;5 &amp; Sales&gt;0)@SS.GA'"/>`),
    );
    await bed.post(session, 'submit');
    const [, done] = heard();
    expect(done?.data).toMatchObject({ targetcomponentselected: 'anna@SS.A' });
    expect(done?.data.targetobjectselected).toMatch(/^\?:/);
  });

  test('Q13: reads expressions from left to right', async () => {
    bed.configuration.putAgent('anna', { skills: { A: 2 } });
    await bed.ready('anna');
    const session = await run(submit('route="false"', `<queue:targetid expr="'?:A&gt;1|B&gt;1&amp;C&gt;1@SS.GA'"/>`));
    await bed.post(session, 'submit');
    // (A>1|B>1)&C>1 does not hold for her; the precedence of programming languages would take her.
    expect(names()).toEqual([ACCEPTED, 'error.queue.submit']);
  });

  test.each<[string, string]>([
    ['an agent', `<queue:target name="'anna'" type="agent" statserver="'SS'"/>`],
    ['the default type', `<queue:target name="'anna'"/>`],
    ['a quoted type', `<queue:target name="'First'" type="'agentgroup'"/>`],
    ['an abbreviated type', `<queue:target name="'First'" type="GA"/>`],
    ['a skill expression', `<queue:target type="skill" skillexpr="'English=7'"/>`],
    ['a named skill expression', `<queue:target name="'Virtual: group'" skillexpr="'English=7'"/>`],
    ['a DN', `<queue:target name="'2anna'" type="dn"/>`],
    ['a place', `<queue:target name="'2anna'" type="place"/>`],
    ['a list', `<queue:targetid expr="'Nobody@.A, {StatAgentsAvailable&gt;0}[25]?:English=7@SS.GA'"/>`],
    ['a list as an array', `<queue:targetid expr="['Nobody@.A', 'anna@.A']"/>`],
    ['the members of a group', `<queue:targetid expr="_genesys.queue.expandGroup('First')"/>`],
    ['what is extracted', `<queue:targetid expr="_genesys.queue.cCTExtractTargets(['Nobody@.A'], 'anna@.A')"/>`],
  ])('takes a target given by %s', async (_, target) => {
    await bed.ready('anna');
    await bed.ready('bert');
    const session = await run(submit('route="false"', target));
    await bed.post(session, 'submit');
    expect(selected()).toEqual([expect.stringMatching(/^anna@/)]);
  });

  test.each<[string, string, string]>([
    ['Q18: an unknown target', `<queue:targetid expr="'Nobody@SS.GA'"/>`, 'notargets'],
    ['no target', `<queue:targetid expr="''"/>`, 'notargets'],
    ['a target without a name', `<queue:target type="agent"/>`, 'notargets'],
    ['a target that cannot be read', `<queue:targetid expr="'?:((@SS.GA'"/>`, 'invalidparameter'],
    ['a type that does not exist', `<queue:target name="'x'" type="robot"/>`, 'invalidparameter'],
    ['a weight that is no number', `<queue:target name="'anna'" weight="'much'"/>`, 'invalidparameter'],
    ['a threshold of an unknown statistic', `<queue:target name="'anna'" threshold="'x&lt;1'"/>`, 'invalidparameter'],
    ['a place group', `<queue:target name="'x'" type="placegroup"/>`, 'notsupported'],
    ['an activity', `<queue:activity name="'x'"/>`, 'notsupported'],
    ['a workbin', `<queue:workbin name="'x'"/>`, 'notsupported'],
  ])('refuses %s', async (_, target, error) => {
    const session = await run(submit('timeout="60"', target));
    await bed.post(session, 'submit');
    expect(heard()).toMatchObject([{ event: 'error.queue.submit', data: { error, requestid: expect.any(String) } }]);
  });

  test.each<[string, string]>([
    ['ordertype="most"', 'invalidparameter'],
    [`ordertype="max" orderstat="'StatOfNothing'"`, 'invalidparameter'],
    ['priority="1.5"', 'invalidparameter'],
    ['timeout="\'soon\'"', 'invalidparameter'],
    ['clearqueue="perhaps"', 'invalidparameter'],
    [`src="'http://127.0.0.1:1/rule'"`, 'badfetch'],
    [`interactionid="'nothing'"`, 'unknowncall'],
  ])('refuses %s', async (attributes, error) => {
    const session = await run(submit(attributes));
    await bed.post(session, 'submit');
    expect(heard()).toMatchObject([{ event: 'error.queue.submit', data: { error } }]);
  });
});

describe('targets after a timeout', () => {
  const two = (clear: boolean) =>
    `<transition event="first"><queue:submit requestid="_data.r" queue="'VQ'" route="false" timeout="2" clearontimeout="${clear}">
       <queue:targets><queue:targetid expr="'anna@.A'"/></queue:targets></queue:submit></transition>
     <transition event="second"><queue:submit requestid="_data.r" queue="'VQ'" route="false" timeout="60">
       <queue:targets><queue:targetid expr="'bert@.A'"/></queue:targets></queue:submit></transition>
     <transition event="third"><queue:submit requestid="_data.r" queue="'VQ'" route="false" timeout="60" clearqueue="true">
       <queue:targets><queue:targetid expr="'bert@.A'"/></queue:targets></queue:submit></transition>
     <transition event="clear"><queue:cancel/></transition>`;

  test('Q5: are gone with clearontimeout=true', async () => {
    const session = await run(two(true));
    await bed.post(session, 'first');
    await bed.advance(2);
    expect(names()).toEqual([ACCEPTED, 'error.queue.submit']);
    await bed.ready('anna');
    await bed.post(session, 'second');
    expect(names()).toEqual([ACCEPTED]);
    await bed.ready('bert');
    expect(selected()).toEqual(['bert@.A']);
  });

  test('Q6: stay in consideration with clearontimeout=false', async () => {
    const session = await run(two(false));
    await bed.post(session, 'first');
    await bed.advance(2);
    await bed.post(session, 'second');
    bed.heard();
    await bed.ready('anna');
    expect(selected()).toEqual(['anna@.A']);
  });

  test('have their place of the first request, through a crash', async () => {
    const earlier = await run(two(false));
    await bed.post(earlier, 'first');
    await bed.advance(2);
    const later = await run(two(true).replaceAll("'bert@.A'", "'anna@.A'"));
    await bed.post(later, 'second');
    await bed.advance(1);
    await bed.crash();
    await bed.post(earlier, 'second');
    bed.heard();
    await bed.ready('anna');
    const [row] = await bed.store.database.query<{ session: string }>(
      `select session from route_request where state = 'selected' order by ended_at desc limit 1`,
    );
    expect(row?.session).toBe(earlier);
  });

  test.each(['third', 'clear'])('are cleared by %s', async (event) => {
    const session = await run(two(false));
    await bed.post(session, 'first');
    await bed.advance(2);
    await bed.post(session, event);
    if (event === 'clear') await bed.post(session, 'second');
    bed.heard();
    await bed.ready('anna');
    expect(selected()).toEqual([]);
    await bed.ready('bert');
    expect(selected()).toEqual(['bert@.A']);
  });

  test('clearqueue takes waiting requests out of the line', async () => {
    const session = await run(two(false));
    await bed.post(session, 'second');
    const [first] = heard();
    await bed.post(session, 'third');
    expect(heard()).toEqual([
      { event: 'queue.cancel.done', data: { requestid: first?.data.requestid } },
      { event: ACCEPTED, data: { requestid: expect.any(String) } },
    ]);
  });
});

describe('the order', () => {
  test('Q7, Q8: is by priority, then by waiting', async () => {
    const content = submit('timeout="600" route="false" priority="_data.p"');
    const waiting: string[] = [];
    for (const p of [1, 5, 5]) {
      waiting.push(await run(content, { p }));
      await bed.post(waiting.at(-1) ?? '', 'submit');
      await bed.advance(1);
    }
    bed.heard();
    const order: number[] = [];
    await bed.ready('anna');
    for (let served = 0; served < 3; served += 1) {
      const [row] = await bed.store.database.query<{ session: string }>(
        `select session from route_request where agent = 'anna' order by ended_at desc limit 1`,
      );
      order.push(waiting.indexOf(row?.session ?? ''));
      await bed.advance(3);
    }
    expect(order).toEqual([1, 2, 0]);
  });

  test.each<[string, string]>([
    [`ordertype="max" orderstat="'StatTimeInReadyState'"`, 'bert@SS.A'],
    [`ordertype="min" orderstat="'StatTimeInReadyState'"`, 'carl@SS.A'],
    [`ordertype="min" orderstat="'StatCallsAnswered'"`, 'bert@SS.A'],
    [`ordertype="max" orderstat="'StatCallsAnswered'"`, 'anna@SS.A'],
    [`ordertype="max" orderstat="'statagentloading'"`, 'anna@SS.A'],
    [`ordertype="any" orderstat="'StatCallsAnswered'"`, 'bert@SS.A'],
    [`ordertype="max" orderstat="'none'"`, 'bert@SS.A'],
    ['', 'bert@SS.A'],
  ])('Q9: of agents is by %s', async (attributes, agent) => {
    const { database, agents } = bed.current;
    await bed.ready('anna');
    await database.transaction((tx) => agents.offered(tx, 'anna', 'leg'));
    await database.transaction((tx) => agents.answered(tx, 'anna', 'leg'));
    await bed.advance(60);
    await database.transaction((tx) => agents.ended(tx, 'anna', 'leg'));
    await bed.ready('bert');
    await bed.advance(5);
    await agents.wrapDone('anna');
    await bed.advance(5);
    await bed.ready('carl');
    const session = await run(submit(`route="false" ${attributes}`));
    await bed.post(session, 'submit');
    expect(selected()).toEqual([agent]);
  });

  test('Q9: of targets is by statistics of the targets', async () => {
    await bed.ready('bert');
    await bed.advance(5);
    await bed.ready('anna');
    await bed.ready('carl');
    const targets = `<queue:targetid expr="'First@SS.GA, Second@SS.GA'"/>`;
    const session = await run(submit(`route="false" ordertype="max" orderstat="'StatAgentsAvailable'"`, targets));
    await bed.post(session, 'submit');
    expect(selected()).toEqual(['anna@SS.A']);
    const why = await bed.store.database.query<{ data: JsonObject }>(
      `select data from event where type = 'route.decision' order by at desc, id desc limit 1`,
    );
    expect(why[0]?.data).toMatchObject({
      why: {
        order: { type: 'max', statistic: 'StatAgentsAvailable', value: 2 },
        targets: [{ value: 2 }, { value: 1 }],
        others: expect.arrayContaining([
          { agent: 'carl', idleSeconds: 0, reason: 'idle-shorter' },
          { agent: 'bert', idleSeconds: 5, reason: 'statistic-lower', detail: 'StatAgentsAvailable is 1' },
        ]),
      },
    });
  });

  test('Q11: leaves a target out whose threshold is not met', async () => {
    await bed.ready('anna');
    await bed.advance(5);
    await bed.ready('bert');
    const session = await run(
      submit(
        'route="false"',
        `<queue:target name="'anna'" threshold="'StatAgentsAvailable&gt;1'"/>
         <queue:targetid expr="'{sdata(First@SS.GA, StatAgentsTotal)&lt;1}carl@.A, {sdata(Second@.GA,StatAgentsTotal)=1}bert@.A'"/>`,
      ),
    );
    await bed.post(session, 'submit');
    expect(selected()).toEqual(['bert@.A']);
  });
});

describe('requests that wait', () => {
  const WAITING = `${submit('timeout="600" route="false"')}
    <transition event="cancel"><queue:cancel requestid="_data.r"/></transition>
    <transition event="cancelQueue"><queue:cancel interactionid="_data.i" queue="'VQ'"/></transition>
    <transition event="cancelOther"><queue:cancel queue="'Other'"/></transition>
    <transition event="query"><queue:query requestid="_data.r"/></transition>
    <transition event="queryOther"><queue:query requestid="'x'"/></transition>
    <transition event="update"><queue:update requestid="_data.r" priority="7"/></transition>
    <transition event="updateOther"><queue:update requestid="'x'" priority="7"/></transition>
    <transition event="retarget"><queue:update requestid="_data.r" timeout="5">
      <queue:targets><queue:target name="'bert'"/></queue:targets></queue:update></transition>
    <transition event="reorder"><queue:update requestid="_data.r" ordertype="min" orderstat="'StatTimeInReadyState'"/></transition>
    <transition event="grow"><script>_genesys.queue.incrementPriority(0, 1, 10);</script></transition>
    <transition event="limit"><script>_genesys.queue.priorityLimits(0, 2, 3);</script></transition>
    <transition event="age"><script>_genesys.queue.setInteractionAge(0, 3600);</script></transition>`;

  test('Q14: are cancelled by their id', async () => {
    const session = await run(WAITING);
    await bed.post(session, 'submit');
    const [accepted] = heard();
    await bed.post(session, 'cancel');
    expect(heard()).toEqual([{ event: 'queue.cancel.done', data: { requestid: accepted?.data.requestid } }]);
    await bed.ready('anna');
    await bed.post(session, 'cancel');
    expect(heard()).toMatchObject([
      { event: 'error.queue.cancel', data: { requestid: accepted?.data.requestid, error: 'invalidparameter' } },
    ]);
  });

  test('Q15: are cancelled by interaction and queue, all of them', async () => {
    const session = await called(WAITING);
    await bed.post(session, 'submit');
    await bed.post(session, 'submit');
    bed.heard();
    await bed.post(session, 'cancelOther');
    expect(names()).toEqual(['queue.cancel.done']);
    await bed.post(session, 'query');
    expect(names()).toEqual(['queue.query.done']);
    await bed.post(session, 'cancelQueue');
    expect(names()).toEqual(['queue.cancel.done', 'queue.cancel.done']);
    await bed.post(session, 'query');
    expect(names()).toEqual(['error.queue.query']);
  });

  test('Q16, Q17: are queried', async () => {
    const first = await run(WAITING);
    await bed.post(first, 'submit');
    const session = await run(WAITING);
    await bed.post(session, 'submit');
    bed.heard();
    await bed.post(session, 'query');
    await bed.post(session, 'queryOther');
    expect(heard()).toEqual([
      {
        event: 'queue.query.done',
        data: {
          requestid: expect.any(String),
          priority: 0,
          positioninqueue: 2,
          totalinqueue: 2,
          invqwaittime: expect.any(Number),
          invqwaittimelow: expect.any(Number),
          invqwaittimehigh: expect.any(Number),
        },
      },
      {
        event: 'error.queue.query',
        data: { requestid: 'x', error: 'invalidparameter', description: 'there is no waiting request x' },
      },
    ]);
  });

  test('are updated', async () => {
    const session = await run(WAITING);
    await bed.post(session, 'submit');
    bed.heard();
    await bed.post(session, 'update');
    await bed.post(session, 'updateOther');
    await bed.post(session, 'query');
    expect(heard()).toMatchObject([
      { event: 'queue.update.done', data: { requestid: expect.any(String) } },
      { event: 'error.queue.update', data: { requestid: 'x', error: 'invalidparameter' } },
      { event: 'queue.query.done', data: { priority: 7 } },
    ]);
    await bed.post(session, 'retarget');
    await bed.ready('anna');
    expect(names()).toEqual(['queue.update.done']);
    await bed.advance(5);
    expect(names()).toEqual(['error.queue.submit']);
  });

  test('are reordered', async () => {
    const session = await run(WAITING);
    await bed.post(session, 'submit');
    await bed.post(session, 'reorder');
    expect(names()).toEqual([ACCEPTED, 'queue.update.done']);
  });

  test('Q19: are over when the customer hangs up, before the interaction is', async () => {
    const session = await called(WAITING);
    await bed.post(session, 'submit');
    bed.heard();
    for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
    await bed.activity.idle();
    expect(heard()).toMatchObject([
      { event: 'interaction.abandoned' },
      { event: 'error.queue.submit', data: { error: 'unknowncall' } },
      { event: 'interaction.deleted' },
    ]);
    await bed.ready('anna');
    expect(await state('anna')).toBe('ready');
  });

  test('Q21: grow in priority, within their limits', async () => {
    const session = await run(WAITING);
    await bed.post(session, 'submit');
    await bed.advance(100);
    await bed.post(session, 'grow');
    bed.heard();
    const priority = async () => {
      await bed.post(session, 'query');
      return heard()[0]?.data.priority;
    };
    expect(await priority()).toBe(0);
    await bed.advance(10);
    expect(await priority()).toBe(1);
    await bed.post(session, 'limit');
    expect(await priority()).toBe(2);
    await bed.advance(60);
    expect(await priority()).toBe(3);
  });

  test('go before others when they are older', async () => {
    const first = await run(WAITING);
    await bed.post(first, 'submit');
    await bed.advance(10);
    const session = await run(WAITING);
    await bed.post(session, 'submit');
    await bed.post(session, 'age');
    bed.heard();
    await bed.post(session, 'query');
    expect(heard()[0]?.data.positioninqueue).toBe(1);
  });

  test('of an interaction that an agent has got are withdrawn', async () => {
    const session = await called(
      `${submit('timeout="600"')}<transition event="other"><queue:submit queue="'Other'" timeout="600" route="false">
        <queue:targets><queue:target name="'carl'"/></queue:targets></queue:submit></transition>`,
    );
    await bed.post(session, 'other');
    await bed.post(session, 'submit');
    bed.heard();
    await bed.ready('anna');
    expect(names()).toEqual([DONE, 'queue.cancel.done']);
  });
});

describe('what is set up for an interaction', () => {
  test('Q22: excludes agents until it is changed', async () => {
    const session = await run(
      `${submit('route="false"')}
       <transition event="exclude"><script>_genesys.queue.excludeAgents('anna', 'nobody@SS.A');</script></transition>
       <transition event="include"><script>_genesys.queue.excludeAgents();</script></transition>`,
    );
    await bed.ready('anna');
    await bed.advance(5);
    await bed.ready('bert');
    await bed.post(session, 'exclude');
    for (let times = 0; times < 3; times += 1) {
      await bed.post(session, 'submit');
      expect(selected()).toEqual(['bert@SS.A']);
      await bed.advance(3);
    }
    await bed.current.agents.notReady('bert');
    await bed.post(session, 'submit');
    expect(names()).toEqual([ACCEPTED, 'error.queue.submit']);
    await bed.post(session, 'include');
    await bed.post(session, 'submit');
    expect(selected()).toEqual(['anna@SS.A']);
  });

  test('excludes agents for a request that waits already', async () => {
    const session = await run(
      `${submit('timeout="600" route="false"')}
       <transition event="exclude"><script>_genesys.queue.excludeAgents(['anna']);</script></transition>`,
    );
    await bed.post(session, 'submit');
    await bed.post(session, 'exclude');
    bed.heard();
    await bed.ready('anna');
    expect(selected()).toEqual([]);
    await bed.ready('bert');
    expect(selected()).toEqual(['bert@SS.A']);
  });

  test('takes agents who are not ready, who are not ready again afterwards', async () => {
    const session = await run(
      `<onentry><script>_genesys.queue.checkAgentState(false);</script></onentry>${submit('route="false"')}`,
    );
    await bed.current.agents.login('anna');
    await bed.post(session, 'submit');
    expect(selected()).toEqual(['anna@SS.A']);
    expect(await state('anna')).toBe('reserved');
    await bed.advance(3);
    expect(await state('anna')).toBe('not-ready');
  });

  test('holds a selected target, or lets it go', async () => {
    const session = await run(
      `${submit('route="false"')}
       <transition event="hold"><script>_genesys.queue.reserveTarget('0', '2anna@ringback.DN', 60);</script></transition>
       <transition event="free"><script>_genesys.queue.reserveTarget('0', '2anna', 0);</script></transition>`,
    );
    await bed.ready('anna');
    await bed.post(session, 'hold');
    expect(names()).toEqual(['error.queue.reservetarget']);
    await bed.post(session, 'submit');
    await bed.post(session, 'hold');
    await bed.advance(59);
    expect(await state('anna')).toBe('reserved');
    await bed.post(session, 'free');
    expect(await state('anna')).toBe('ready');
  });

  test('orders by the age of the interaction, and by the objective of its service', async () => {
    const tuned = (flags: string) =>
      `<transition event="tune"><script>_genesys.queue.priorityTuning(${flags}); _genesys.queue.setOptions('transition_time', 9);</script></transition>
       <transition event="promise"><script>_genesys.ixn.setuData({ ServiceObjective: 20 });</script></transition>
       ${submit('timeout="600" route="false"')}
       <transition event="query"><queue:query requestid="_data.r"/></transition>`;
    const older = await called(tuned('true, false, false'));
    await bed.post(older, 'tune');
    await bed.advance(20);
    const first = await run(submit('timeout="600" route="false"'));
    await bed.post(first, 'submit');
    await bed.advance(1);
    await bed.post(older, 'submit');
    const promised = await called(tuned('false, false, true'));
    await bed.post(promised, 'tune');
    await bed.post(promised, 'promise');
    await bed.post(promised, 'submit');
    bed.heard();
    await bed.post(older, 'query');
    expect(heard()[0]?.data.positioninqueue).toBe(1);
    await bed.post(promised, 'query');
    expect(heard()[0]?.data.positioninqueue).toBe(3);
    // Its 15 s count as 45 against the 36 and 16 of the others.
    await bed.advance(15);
    await bed.post(promised, 'query');
    expect(heard()[0]?.data.positioninqueue).toBe(1);
  });

  test('counts skills in groups', async () => {
    const session = await run(
      `<onentry><probe:tell what="[_genesys.queue.countSkillInGroup('Support', 'English'),
        _genesys.queue.countSkillInGroup('Support', 'English&gt;5', 'Sales'),
        _genesys.queue.countSkillInGroup('Nothing', 'English'),
        _genesys.queue.expandGroup('First')]"/></onentry>`,
    );
    expect(session).not.toBe('');
    expect(bed.heard()).toEqual([[3, 1, 0, ['anna@.A', 'carl@.A']]]);
  });

  test.each<[string, string]>([
    [`incrementPriority(0, 1, 0.5)`, 'error.queue.incrementpriority'],
    [`incrementPriority(0, 'much', 10)`, 'error.queue.incrementpriority'],
    [`priorityLimits(0)`, 'error.queue.prioritylimits'],
    [`setInteractionAge(0, 'old')`, 'error.queue.setinteractionage'],
    [`reserveTarget('0', '', 1)`, 'error.queue.reservetarget'],
  ])('refuses %s', async (call, event) => {
    await run(`<onentry><script>_genesys.queue.${call};</script></onentry>`);
    expect(heard()).toMatchObject([{ event, data: { error: 'invalidparameter' } }]);
  });
});

describe('busy treatments', () => {
  const treated = submit(
    'timeout="600" route="false"',
    undefined,
    `<dialog:runtreatments><dialog:playsound type="'music'" duration="10"/>
     <dialog:play><dialog:prompts><dialog:prompt text="'Please wait'"/></dialog:prompts></dialog:play></dialog:runtreatments>`,
  );
  const running = async () =>
    (
      await bed.store.database.query<{ action: string }>(
        `select action from session_action where id like '%~busy~%' order by created_at`,
      )
    ).map(({ action }) => action);

  test('Q20: run while a request waits, again and again, and end with it', async () => {
    const session = await called(treated);
    await bed.post(session, 'submit');
    const heardOf: string[] = [];
    for (let seconds = 0; seconds < 40; seconds += 1) {
      const [action = 'none'] = await running();
      if (heardOf.at(-1) !== action) heardOf.push(action);
      await bed.advance(1);
    }
    expect(heardOf.slice(0, 4)).toEqual(['playsound', 'play', 'playsound', 'play']);
    expect(names()).toEqual([ACCEPTED]);
    await bed.ready('anna');
    expect(await running()).toEqual([]);
    expect(names()).toEqual([DONE]);
  });

  test('are replaced by an update', async () => {
    const session = await called(
      `${treated}<transition event="update"><queue:update requestid="_data.r"><dialog:runtreatments>
        <dialog:pause duration="5"/></dialog:runtreatments></queue:update></transition>`,
    );
    await bed.post(session, 'submit');
    await bed.advance(1);
    await bed.post(session, 'update');
    for (let times = 0; times < 3; times += 1) {
      expect(await running()).toEqual(['pause']);
      await bed.advance(5);
    }
    expect(names()).toEqual([ACCEPTED, 'queue.update.done']);
  });

  test('end with the interaction', async () => {
    const session = await called(treated);
    await bed.post(session, 'submit');
    bed.heard();
    for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
    await bed.activity.idle();
    expect(names()).toEqual(['interaction.abandoned', 'error.queue.submit', 'interaction.deleted']);
    expect(await running()).toEqual([]);
  });

  test('go on after a crash', async () => {
    const session = await called(treated);
    await bed.post(session, 'submit');
    await bed.crash(3);
    expect(await running()).toEqual(['playsound']);
    for (let seconds = 0; (await running())[0] !== 'play'; seconds += 1) {
      expect(seconds).toBeLessThan(20);
      await bed.advance(1);
    }
  });

  test('that take no time are not repeated for ever', async () => {
    const session = await called(
      submit(
        'timeout="600" route="false"',
        undefined,
        `<dialog:runtreatments><dialog:play/><dialog:playsound type="'noise'"/></dialog:runtreatments>`,
      ),
    );
    await bed.post(session, 'submit');
    expect(names()).toEqual([ACCEPTED]);
    expect(await running()).toEqual([]);
  });
});

describe('where an interaction goes that is not routed', () => {
  test('Q23: to the resource that was selected', async () => {
    await bed.ready('anna');
    const session = await called(
      `${submit('route="false"')}<transition event="queue.submit.done">
        <ixn:redirect interactionid="_data.i" from="'8000'" to="_event.data.resource"/></transition>`,
    );
    await bed.post(session, 'submit');
    await bed.advance(1);
    expect(await state('anna')).toBe('busy');
  });

  test.each([
    ['queue:default', 'queue.default.done'],
    ['ixn:default', 'interaction.default.done'],
  ])('to the default destination of its DN by %s', async (element, done) => {
    bed.dnOptions.set('8000', { default_destination: '2bert' });
    await bed.ready('bert');
    const session = await called(`<transition event="go"><${element} interactionid="_data.i"/></transition>`);
    await bed.post(session, 'go');
    await bed.advance(1);
    expect(await state('bert')).toBe('busy');
    expect(names()).toContain(done);
    bed.dnOptions.clear();
  });

  test('nowhere, if there is no default', async () => {
    const session = await called('<transition event="go"><queue:default/></transition>');
    await bed.post(session, 'go');
    expect(heard()).toMatchObject([{ event: 'error.queue.default', data: { error: 'invaliddestination' } }]);
  });

  test('to the default destination when the selected agent cannot be reached, if the application wants that', async () => {
    bed.dnOptions.set('8000', { default_destination: '2bert' });
    bed.configuration.putAgent('anna', { dn: '', groups: ['Support'] });
    await bed.ready('anna');
    const session = await called(
      `${submit('')}<transition event="wish"><script>_genesys.queue.onRouteError('default');</script></transition>`,
    );
    await bed.post(session, 'submit');
    expect(heard()).toMatchObject([{}, { event: 'error.queue.submit', data: { error: 'routingfailed' } }]);
    await bed.post(session, 'wish');
    await bed.current.agents.login('bert');
    await bed.post(session, 'submit');
    expect(heard()).toMatchObject([
      { event: ACCEPTED },
      {
        event: 'error.queue.submit',
        data: { error: 'routingfailed', description: expect.stringContaining('default') },
      },
    ]);
    await bed.advance(1);
    expect(await state('bert')).toBe('busy');
    bed.dnOptions.clear();
  });
});
