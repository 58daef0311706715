import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

const bed = await OrchestrationBed.create();
const sessions: string[] = [];

const NAMESPACES = ['statistic', 'agent', 'resource', 'classification']
  .map((name) => `xmlns:${name}="http://www.genesyslab.com/modules/${name}"`)
  .join(' ');

function flow(content: string): string {
  return orsFlow(`<datamodel><data id="r" expr="''"/></datamodel><state id="s">${content}</state>`).replace(
    'version="1.0"',
    `version="1.0" ${NAMESPACES}`,
  );
}

async function run(content: string): Promise<string> {
  const session = await bed.run(flow(content));
  sessions.push(session);
  return session;
}

/** What an expression gives in a running application. */
async function valueAt(expression: string): Promise<JsonValue | undefined> {
  await run(`<onentry><probe:tell what="${expression.replace(/"/g, "'")}"/></onentry>`);
  return bed.heard()[0];
}

async function talk(agent: string, seconds: number): Promise<void> {
  const { database, agents } = bed.current;
  await database.transaction((tx) => agents.offered(tx, agent, 'leg'));
  await database.transaction((tx) => agents.answered(tx, agent, 'leg'));
  await bed.advance(seconds);
  await database.transaction((tx) => agents.ended(tx, agent, 'leg'));
  await agents.wrapDone(agent);
  await bed.activity.idle();
}

beforeEach(async () => {
  for (const id of ['anna', 'bert', 'carl']) {
    bed.configuration.putAgent(id, { skills: { english: id === 'anna' ? 7 : 3 } });
    await bed.current.agents.logout(id);
  }
  bed.configuration.queues.set('VQ', {});
  await bed.advance(1);
  bed.heard();
});

afterEach(async () => {
  for (const session of sessions.splice(0)) {
    const { database, sessions: running } = bed.current;
    await database.transaction((tx) => running.terminate(tx, session, 'over'));
    running.wake(session);
  }
  await bed.activity.idle();
});

describe('sData', () => {
  test('T1: needs no subscription', async () => {
    await bed.ready('anna');
    await bed.advance(42);
    expect(await valueAt(`_genesys.statistic.sData('anna@.A', 'StatTimeInReadyState')`)).toBe(42);
    expect(await valueAt(`_genesys.statistic.sData('bert@Stat_Server.A', 'StatTimeInReadyState')`)).toBe(0);
  });

  test('knows the figures of groups, queues and expressions', async () => {
    await bed.ready('anna');
    await bed.ready('bert');
    await bed.current.agents.login('carl');
    const table: [string, number][] = [
      [`'Support@.GA', 'StatAgentsAvailable'`, 2],
      [`'Support@.GA', 'StatAgentsTotal'`, 3],
      [`'Support@.GA', 'StatAgentsInQueueLogin'`, 3],
      [`'Support@.GA', 'StatAgentsInQueueReady'`, 2],
      [`'Support@.GA', 'StatAgentsNotReady'`, 1],
      [`'Support@.GA', 'StatAgentsBusy'`, 0],
      [`'?:english>5@.GA', 'RStatAgentsReady'`, 1],
      [`'anna@.A', 'StatAgentsAvailable'`, 1],
      [`'Support@.GA', 'StatExpectedWaitingTime'`, 0],
      [`'Support@.GA', 'StatLoadBalance'`, 0],
      [`'VQ', 'StatCallsInQueue'`, 0],
      [`'VQ', 'CallsEntered'`, 0],
      [`{object: 'Support', objectType: 'GroupAgents', statType: 'StatAgentsTotal'}`, 3],
    ];
    for (const [question, answer] of table) {
      expect([question, await valueAt(`_genesys.statistic.sData(${question})`)]).toEqual([question, answer]);
    }
  });

  test('counts the calls of the day, and the share of the day that they took', async () => {
    bed.configuration.groups.set('Day', {});
    bed.configuration.putAgent('dora', { groups: ['Day'] });
    bed.configuration.sections.set('routing', { 'statistics-time-zone': 'Asia/Kolkata' });
    await bed.ready('dora');
    await talk('dora', 60);
    await bed.advance(60);
    expect(await valueAt(`_genesys.statistic.sData('dora@.A', 'StatCallsAnswered')`)).toBe(1);
    expect(await valueAt(`_genesys.statistic.sData('Day@.GA', 'StatCallsCompleted')`)).toBe(1);
    expect(await valueAt(`_genesys.statistic.sData('dora@.A', 'StatAgentLoading')`)).toBe(50);
    // The clock began at nine in UTC; midnight in Calcutta is at half past six in the evening.
    await bed.advance(9.5 * 3600);
    expect(await valueAt(`_genesys.statistic.sData('dora@.A', 'StatCallsAnswered')`)).toBe(0);
    expect(await valueAt(`_genesys.statistic.sData('dora@.A', 'StatAgentLoading')`)).toBe(0);
  });

  test('counts the interactions of the routing point at which the own one has arrived', async () => {
    const names = [
      'CallsEntered',
      'CallsDistributed',
      'CallsAnswered',
      'DistributedWaitingTime',
      'NotDistributedPercentage',
    ];
    const asked = names.map((name) => `_genesys.statistic.sData('RP', '${name}')`).join(', ');
    bed.applications.set('8001', 'point');
    await bed.flow(
      'point',
      flow(`<transition event="go"><queue:submit timeout="60"><queue:targets><queue:target name="'anna'"/></queue:targets>
        </queue:submit></transition><transition event="ask"><probe:tell what="[${asked}]"/></transition>`),
    );
    await bed.simulator.changeSettings({ default: { outcome: 'answer', talkSeconds: null } });
    const point = async () => {
      await bed.simulator.placeInbound({ from: '5551', to: '8001' });
      await bed.activity.idle();
      const [row] = await bed.store.database.query<{ id: string }>(
        `select id from session where flow = 'point' order by started_at desc limit 1`,
      );
      sessions.push(row?.id ?? '');
      return row?.id ?? '';
    };
    await point();
    await bed.advance(1);
    const session = await point();
    await bed.post(session, 'go');
    await bed.advance(10);
    for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
    await bed.activity.idle();
    const served = await point();
    await bed.post(served, 'go');
    await bed.advance(4);
    await bed.ready('anna');
    await bed.post(served, 'ask');
    expect(bed.heard()).toEqual([[3, 1, 0, 4, 200 / 3]]);
    for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
    await bed.activity.idle();
  });

  test.each([
    `'Nobody@.A', 'StatAgentsAvailable'`,
    `'Support@.GA', 'StatOfNothing'`,
    `'Support@.GA', 'CallsEntered'`,
    `'((', 'StatAgentsAvailable'`,
    `undefined, 'StatAgentsAvailable'`,
    `'RP', 'CallsEntered'`,
  ])('knows nothing of %s', async (question) => {
    expect(await valueAt(`typeof _genesys.statistic.sData(${question})`)).toBe('undefined');
  });

  test('asks in expressions that depend on an answer', async () => {
    await bed.ready('anna');
    const names = `['carl', 'bert', 'anna'].filter(function (id) {
      return _genesys.statistic.sData(id + '@.A', 'StatAgentsAvailable') === 1;
    }).map(function (id) { return _genesys.statistic.sData(id + '@.A', 'StatAgentsTotal'); })`;
    expect(await valueAt(names)).toEqual([1]);
  });

  test('gives the mean and the best of several objects', async () => {
    await bed.ready('anna');
    await bed.advance(10);
    await bed.ready('bert');
    const both = `['anna@.A', 'bert@.A']`;
    expect(await valueAt(`_genesys.statistic.getAvgData(${both}, 'StatTimeInReadyState')`)).toBe(5);
    expect(await valueAt(`_genesys.statistic.getMaxData(${both}, 'StatTimeInReadyState')`)).toBe('anna@.A');
    expect(await valueAt(`_genesys.statistic.getMinData('anna@.A,bert@.A', 'StatTimeInReadyState')`)).toBe('bert@.A');
  });
});

describe('a subscription', () => {
  const EVENTS = tells('statistic error.statistic', '[_event.name, _event.data]');
  const subscribe = (attributes: string) =>
    `<transition event="subscribe"><statistic:subscribe requestid="_data.r" ${attributes}/></transition>`;
  const SUPPORT = `object="'Support@.GA'" statistic="'StatAgentsAvailable'"`;

  const heard = () =>
    bed.heard().map((told) => {
      if (!Array.isArray(told)) return told;
      const [name, data] = told;
      // An object of the event's data.
      const { requestid: _, description: __, ...rest } = data as Record<string, JsonValue>;
      return [name ?? '', rest];
    });
  const update = (value: number) => [
    'statistic.update',
    { object: 'Support@.GA', statistic: 'StatAgentsAvailable', value },
  ];

  test('T2, T3: is told once in its interval what has changed', async () => {
    const session = await run(subscribe(`${SUPPORT} interval="10"`) + EVENTS);
    await bed.post(session, 'subscribe');
    await bed.post(session, 'subscribe');
    expect(heard()).toEqual([
      ['statistic.subscribe.done', {}],
      ['error.statistic.subscribe', { error: 'Subscription Already Active' }],
    ]);
    await bed.advance(30);
    expect(heard()).toEqual([]);
    await bed.ready('anna');
    await bed.advance(1);
    expect(heard()).toEqual([update(1)]);
    await bed.ready('bert');
    await bed.current.agents.notReady('anna');
    await bed.current.agents.notReady('bert');
    await bed.ready('carl');
    await bed.ready('anna');
    await bed.advance(8);
    expect(heard()).toEqual([]);
    await bed.advance(2);
    expect(heard()).toEqual([update(2)]);
  });

  test('on change is told within a second, through a crash', async () => {
    const session = await run(subscribe(`${SUPPORT} interval="0"`) + EVENTS);
    await bed.post(session, 'subscribe');
    bed.heard();
    await bed.crash();
    await bed.ready('anna');
    await bed.advance(1);
    expect(heard()).toEqual([update(1)]);
  });

  test('ends by unsubscribe, and with its session', async () => {
    const session = await run(
      subscribe(`${SUPPORT} interval="0"`) +
        `<transition event="stop"><statistic:unsubscribe ${SUPPORT}/></transition>` +
        `<transition event="end" target="over"/>${EVENTS}</state><final id="over"/><state id="unused">`,
    );
    await bed.post(session, 'subscribe');
    await bed.post(session, 'stop');
    await bed.post(session, 'stop');
    expect(heard()).toEqual([
      ['statistic.subscribe.done', {}],
      ['statistic.unsubscribe.done', {}],
      ['error.statistic.unsubscribe', { error: 'Request Invalid' }],
    ]);
    await bed.ready('anna');
    await bed.advance(3);
    expect(heard()).toEqual([]);
    await bed.post(session, 'subscribe');
    await bed.post(session, 'end');
    await bed.advance(3);
    expect(await bed.store.database.query('select session from statistic_subscription')).toEqual([]);
  });

  test.each([
    [`object="'Nobody@.A'" statistic="'StatAgentsAvailable'"`, 'Request Invalid'],
    [`object="'Support@.GA'" statistic="'StatOfNothing'"`, 'Request Invalid'],
    [`statistic="'StatAgentsAvailable'"`, 'Request Invalid'],
    [`${SUPPORT} interval="5"`, 'Request Invalid'],
    [`${SUPPORT} interval="-1"`, 'Request Invalid'],
    [`${SUPPORT} interval="'soon'"`, 'invalidparameter'],
  ])('T4: refuses %s', async (attributes, error) => {
    const session = await run(subscribe(attributes) + EVENTS);
    await bed.post(session, 'subscribe');
    expect(heard()).toEqual([['error.statistic.subscribe', { error }]]);
  });

  test('is not needed to get a value', async () => {
    const session = await run(
      `<transition event="get"><statistic:get requestid="_data.r" ${SUPPORT}/></transition>
       <transition event="bad"><statistic:get object="'Support@.GA'" statistic="'x'"/></transition>
       <transition event="none"><statistic:get object="'RP'" statistic="'CallsEntered'"/></transition>${EVENTS}`,
    );
    for (const event of ['get', 'bad', 'none']) await bed.post(session, event);
    expect(heard()).toEqual([
      ['statistic.get.done', { object: 'Support@.GA', statistic: 'StatAgentsAvailable', value: 0 }],
      ['error.statistic.get', { error: 'Request Invalid' }],
      ['error.statistic.get', { error: 'StatNotReady' }],
    ]);
  });
});

describe('an agent', () => {
  const EVENTS = tells('agent error.agent', '[_event.name, _event.data.error || null]');
  const FOR = `for="{dn: '2anna'}"`;
  async function act(element: string): Promise<JsonValue> {
    const session = await run(`<transition event="act"><agent:${element}/></transition>${EVENTS}`);
    await bed.post(session, 'act');
    const [told = null] = bed.heard();
    return told;
  }
  const state = async () => (await bed.current.agents.state('anna')).state;

  test('T5: is set not ready and ready, does not want to be disturbed, and is logged out', async () => {
    await bed.ready('anna');
    const voice = `setmediastate ${FOR} media="_genesys.ixn.mediaType.TMediaVoice"`;
    const table: [string, string, string][] = [
      [`${voice} state="'notready'" hints="{reasons: {ReasonCode: 'lunch'}}"`, 'agent.setmediastate.done', 'not-ready'],
      [`setdnd ${FOR} state="'off'"`, 'agent.setdnd.done', 'not-ready'],
      [`${voice} state="'ready'"`, 'agent.setmediastate.done', 'ready'],
      [`setdnd ${FOR} state="'on'"`, 'agent.setdnd.done', 'not-ready'],
      [`setdnd ${FOR} state="'off'"`, 'agent.setdnd.done', 'ready'],
      [`logout ${FOR} agent="'anna'"`, 'agent.logout.done', 'logged-out'],
    ];
    for (const [element, event, after] of table) {
      expect([element, await act(element), await state()]).toEqual([element, [event, null], after]);
    }
  });

  test.each([
    [`logout for="{}"`, 'invalidparameter'],
    [`logout`, 'invalidparameter'],
    [`logout for="{dn: '9999'}"`, 'invalidparameter'],
    [`logout ${FOR} agent="'bert'"`, 'invalidparameter'],
    [`setmediastate ${FOR} media="'TMediaChat'" state="'ready'"`, 'invalidparameter'],
    [`setmediastate ${FOR} media="'TMediaVoice'" state="'asleep'"`, 'invalidparameter'],
    [`setmediastate ${FOR} media="'TMediaVoice'" state="'ready'"`, 'invalidstate'],
    [`setdnd ${FOR} state="'perhaps'"`, 'invalidparameter'],
  ])('is not changed by <agent:%s>', async (element, error) => {
    expect(await act(element)).toEqual([`error.agent.${element.split(' ', 1)[0]}`, error]);
  });
});

describe('enumerations', () => {
  test.each<[string, JsonValue]>([
    ['_genesys.resource.resourceType.CFGRoutingPoint', 4],
    ['_genesys.resource.resourceType.CFGGVPDID', 32],
    ['_genesys.resource.resourceType.any', -1],
    ['_genesys.queue.rType.RouteTypeDefault', 1],
    ['_genesys.queue.rType.RouteTypeGetFromDN', 12],
    ['Object.keys(_genesys.queue.usecapcond)', ['Never', 'Only', 'OnStatError']],
    ['Object.keys(_genesys.queue.overwriteType).length', 4],
    ['typeof _genesys.voice.overwriteType', 'object'],
  ])('T6: %s', async (expression, value) => {
    expect(await valueAt(expression)).toEqual(value);
  });
});

describe('classification', () => {
  const CATEGORIES = {
    10: { name: 'Billing', keywords: 'invoice, refund', relevancy: '80' },
    11: { name: 'Refunds', parent: '10', pattern: 'money\\s+back|refund' },
    20: { name: 'Beschwerde', pattern: 'beschwer', language: 'German' },
  };
  const RULES = {
    r1: { name: 'Threat', pattern: 'lawyer|sue', category: '10' },
    r2: { name: 'Praise', keywords: 'great' },
  };
  async function ask(element: string): Promise<JsonValue> {
    const session = await run(
      `<transition event="act"><classification:${element}/></transition>
       ${tells('classification error.classification', '[_event.name, _event.data]')}`,
    );
    await bed.post(session, 'act');
    const [told] = bed.heard();
    if (!Array.isArray(told)) return null;
    // An object of the event's data.
    const { requestid: _, ...data } = told[1] as Record<string, JsonValue>;
    return [told[0] ?? '', data];
  }
  const TEXT = `text="'I want my money back: the INVOICE is wrong, ask my lawyer'"`;

  test('needs rules', async () => {
    bed.lists.clear();
    const missing = { error: 'unknown', description: 'no classification server' };
    expect(await ask(`classify ${TEXT}`)).toEqual(['error.classification.classify', missing]);
    expect(await ask(`screen ${TEXT}`)).toEqual(['error.classification.screen', missing]);
  });

  test('finds categories, the most relevant first', async () => {
    bed.lists.set('ClassificationCategories', CATEGORIES);
    const refunds = { id: '11', name: 'Refunds', relevancy: 100 };
    const billing = { id: '10', name: 'Billing', relevancy: 40 };
    const table: [string, JsonValue[]][] = [
      [`classify ${TEXT}`, [refunds, billing]],
      [`classify ${TEXT} minrelevancy="50"`, [refunds]],
      [`classify ${TEXT} categories="['Billing']"`, [billing]],
      [`classify ${TEXT} rootcategory="'11'"`, [refunds]],
      [`classify ${TEXT} rootcategory="'Beschwerde'"`, []],
      [`classify text="'Beschwerde'" language="'German'"`, [{ id: '20', name: 'Beschwerde', relevancy: 100 }]],
      [`classify text="'Beschwerde'" language="'English'"`, []],
    ];
    for (const [element, categories] of table) {
      expect([element, await ask(element)]).toEqual([element, ['classification.classify.done', { categories }]]);
    }
  });

  test('screens by rules', async () => {
    bed.lists.set('ClassificationCategories', CATEGORIES);
    bed.lists.set('ScreeningRules', RULES);
    const categories = [{ id: '10', name: 'Billing', relevancy: 100 }];
    const threat = { id: 'r1', name: 'Threat', match: true, value: 'lawyer' };
    const praise = { id: 'r2', name: 'Praise', match: false, value: '' };
    expect(await ask(`screen ${TEXT}`)).toEqual([
      'classification.screen.done',
      { categories, screenrules: [threat, praise] },
    ]);
    expect(await ask(`screen ${TEXT} rules="'Praise'"`)).toEqual([
      'classification.screen.done',
      { categories: [], screenrules: [praise] },
    ]);
  });

  test.each([
    ['there is no interaction', `classify`, 'unknown'],
    ['it is not the session’s', `classify interactionid="'x'"`, 'unknown'],
    ['a pattern cannot be read', `classify ${TEXT} categories="'bad'"`, 'unknown'],
  ])('answers with an error when %s', async (_, element, error) => {
    bed.lists.set('ClassificationCategories', { bad: { pattern: '(' } });
    expect(await ask(element)).toEqual(['error.classification.classify', expect.objectContaining({ error })]);
  });

  test('shows on an interaction what it is about, and attaches it', async () => {
    bed.lists.set('ClassificationCategories', CATEGORIES);
    bed.applications.set('8000', 'classified');
    await bed.flow(
      'classified',
      flow(`<transition event="interaction.added"><classification:classify/></transition>
        <transition event="classification.classify.done">
          <probe:tell what="[_event.data.categories.length, _genesys.ixn.interactions[0].categories[0].name]"/>
          <script>_genesys.classification.attachCategory(_event.data.categories[0]);</script></transition>
        <transition event="interaction.udata.changed"><probe:tell what="_genesys.ixn.interactions[0].udata"/></transition>`),
    );
    const userData = { Subject: 'Refund', Body: 'of my invoice' };
    const leg = await bed.simulator.placeInbound({ from: '5551', to: '8000', userData });
    await bed.activity.idle();
    expect(bed.heard()).toEqual([
      [2, 'Refunds'],
      { ...userData, CtgId: '11', CtgName: 'Refunds', CtgRelevancy: 100, Ctg_11: 100 },
    ]);
    await bed.simulator.hangup(leg);
    await bed.activity.idle();
  });
});
