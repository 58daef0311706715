import { beforeEach, describe, expect, test } from 'vitest';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

const bed = await OrchestrationBed.create();

const EVENTS = tells(
  'queue error.queue',
  '[_event.name, _event.data.requestid === _data.r, _event.data.error || _event.data.targetcomponentselected || _event.data.positioninqueue || null]',
);

function waiter(given: string): string {
  const attributes = given.includes('timeout=') ? given : `timeout="600" ${given}`;
  return orsFlow(`<datamodel><data id="r" expr="''"/><data id="i" expr="''"/></datamodel><state id="s">
    <transition event="submit"><queue:submit requestid="_data.r" queue="'VQ'" ${attributes}>
      <queue:targets><queue:targetid expr="'Support@.GA'"/></queue:targets></queue:submit></transition>
    <transition event="cancel"><queue:cancel requestid="_data.r"/></transition>
    <transition event="cancelAll"><queue:cancel queue="'VQ'"/></transition>
    <transition event="query"><queue:query requestid="_data.r"/></transition>
    <transition event="select"><queue:update requestid="_data.r" hints="{selectable: true}"/></transition>
    <transition event="call"><ixn:createcall from="'7000'" to="'5551'"/></transition>
    <transition event="voice.createcall.done"><assign location="_data.i" expr="_event.data.interactionid"/></transition>
    ${EVENTS}${tells('interaction', '[_event.name]')}</state>`);
}

const ACCEPTED = ['queue.submit.requestid', true, null];
const SELECTED = ['queue.submit.done', true, 'anna@.A'];

beforeEach(async () => {
  for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
  bed.configuration.putAgent('anna');
  await bed.current.agents.logout('anna');
  await bed.simulator.changeSettings({
    numbers: { 5551: { outcome: 'answer', ringSeconds: 1, talkSeconds: null } },
    agents: { anna: { auto: true, answerSeconds: 2 } },
  });
  await bed.advance(60);
  bed.heard();
});

async function end(session: string): Promise<void> {
  const { database, sessions } = bed.current;
  await database.transaction((tx) => sessions.terminate(tx, session, 'over'));
  sessions.wake(session);
  await bed.activity.idle();
}

describe('a request to the router', () => {
  test('is accepted, waits, and is answered when an agent is ready', async () => {
    const session = await bed.run(waiter('route="false"'));
    await bed.post(session, 'submit');
    expect(bed.heard()).toEqual([ACCEPTED]);
    await bed.post(session, 'query');
    expect(bed.heard()).toEqual([['queue.query.done', true, 1]]);
    await bed.ready('anna');
    expect(bed.heard()).toEqual([SELECTED]);
    await bed.post(session, 'query');
    expect(bed.heard()).toEqual([['error.queue.query', true, 'invalidparameter']]);
    await end(session);
  });

  test('is answered by its timeout', async () => {
    const session = await bed.run(waiter('timeout="10"'));
    await bed.post(session, 'submit');
    await bed.advance(9);
    expect(bed.heard()).toEqual([ACCEPTED]);
    await bed.advance(1);
    expect(bed.heard()).toEqual([['error.queue.submit', true, 'timeout']]);
    await bed.ready('anna');
    expect(bed.heard()).toEqual([]);
    await end(session);
  });

  test('waits through a crash', async () => {
    const session = await bed.run(waiter('timeout="100" route="false"'));
    await bed.post(session, 'submit');
    bed.heard();
    await bed.crash(30);
    await bed.ready('anna');
    expect(bed.heard()).toEqual([SELECTED]);
    await end(session);
  });

  test('is cancelled by its id, with the id of the request that waited', async () => {
    const session = await bed.run(waiter(''));
    await bed.post(session, 'submit');
    bed.heard();
    await bed.post(session, 'cancel');
    await bed.post(session, 'cancel');
    expect(bed.heard()).toEqual([
      ['queue.cancel.done', true, null],
      ['error.queue.cancel', true, 'invalidparameter'],
    ]);
    await bed.ready('anna');
    expect(bed.heard()).toEqual([]);
    await end(session);
  });

  test('is cancelled with its queue: one event for each, and one when there is none', async () => {
    const session = await bed.run(waiter(''));
    await bed.post(session, 'submit');
    await bed.post(session, 'submit');
    bed.heard();
    await bed.post(session, 'cancelAll');
    expect(bed.heard().map((told) => (Array.isArray(told) ? told[0] : told))).toEqual([
      'queue.cancel.done',
      'queue.cancel.done',
    ]);
    await bed.post(session, 'cancelAll');
    expect(bed.heard()).toEqual([['queue.cancel.done', false, null]]);
    await end(session);
  });

  test('keeps its place without being served until it may be', async () => {
    const session = await bed.run(waiter('route="false" hints="{selectable: false}"'));
    await bed.post(session, 'submit');
    await bed.ready('anna');
    expect(bed.heard()).toEqual([ACCEPTED]);
    await bed.post(session, 'select');
    expect(bed.heard()).toContainEqual(SELECTED);
    await end(session);
  });

  test('ends with its session, and an agent reserved for it is free again', async () => {
    const waiting = await bed.run(waiter('route="false"'));
    await bed.post(waiting, 'submit');
    await end(waiting);
    await bed.ready('anna');
    expect(await bed.current.agents.state('anna')).toMatchObject({ state: 'ready' });
    const session = await bed.run(waiter('route="false" hints="{reservation: 60}"'));
    await bed.post(session, 'submit');
    expect(await bed.current.agents.state('anna')).toMatchObject({ state: 'reserved' });
    await end(session);
    expect(await bed.current.agents.state('anna')).toMatchObject({ state: 'ready' });
  });
});

describe('a request with an interaction', () => {
  async function called(): Promise<string> {
    const session = await bed.run(waiter('interactionid="_data.i"'));
    await bed.post(session, 'call');
    await bed.advance(2);
    await bed.post(session, 'submit');
    bed.heard();
    return session;
  }

  test('has the router connect the agent', async () => {
    const session = await called();
    await bed.ready('anna');
    await bed.advance(5);
    expect(bed.heard()).toEqual([SELECTED, ['interaction.partyadded'], ['interaction.partystatechanged']]);
    await end(session);
  });

  test('leaves the line when the customer hangs up, and keeps no agent', async () => {
    const session = await called();
    const [call] = bed.simulator.calls({ number: '5551' }).filter(({ endedAt }) => endedAt === undefined);
    await bed.simulator.hangup(call?.id ?? '');
    await bed.activity.idle();
    expect(bed.heard()).toContainEqual(['error.queue.submit', true, 'unknowncall']);
    await bed.ready('anna');
    expect(await bed.current.agents.state('anna')).toMatchObject({ state: 'ready' });
    await bed.post(session, 'query');
    expect(bed.heard()).toEqual([['error.queue.query', true, 'invalidparameter']]);
    await end(session);
  });

  test('that is not there is answered at once', async () => {
    const session = await bed.run(waiter('interactionid="\'nothing\'"'));
    await bed.post(session, 'submit');
    expect(bed.heard()).toEqual([['error.queue.submit', true, 'unknowncall']]);
    await end(session);
  });

  test('that cannot be connected is answered, and the agent serves the next one', async () => {
    const session = await called();
    await bed.ready('anna');
    await bed.advance(5);
    await bed.ready('bert');
    bed.heard();
    // Anna has the interaction already.
    await bed.post(session, 'submit');
    expect(bed.heard()).toEqual([ACCEPTED, ['error.queue.submit', true, 'routingfailed']]);
    expect(await bed.current.agents.state('bert')).toMatchObject({ state: 'ready' });
    await end(session);
    await bed.current.agents.logout('bert');
  });
});
