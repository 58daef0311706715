import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

const bed = await OrchestrationBed.create();

const PLAY = `<dialog:prompts><dialog:prompt text="'hello'"/></dialog:prompts>`;
const FLOW = orsFlow(`<datamodel><data id="i" expr="''"/><data id="r" expr="''"/></datamodel><state id="s">
  <onentry><ixn:createcall from="'7000'" to="'5551'"/></onentry>
  <transition event="voice.createcall.done"><assign location="_data.i" expr="_event.data.interactionid"/><probe:tell what="'up'"/></transition>
  <transition event="play"><dialog:play requestid="_data.r" interactionid="_data.i">${PLAY}</dialog:play></transition>
  <transition event="music"><dialog:playsound requestid="_data.r" interactionid="_data.i" type="'music'" duration="'10 '"/></transition>
  <transition event="noise"><dialog:playsound interactionid="_data.i" type="'noise'"/></transition>
  <transition event="stop"><dialog:stop requestid="_data.r"/></transition>
  <transition event="collect"><dialog:playandcollect requestid="_data.r" interactionid="_data.i">${PLAY}
    <dialog:input max_digits="_event.data.max" term_digits="'#'" start_timeout="5"/></dialog:playandcollect></transition>
  ${tells('dialog', '[_event.name, _event.data.requestid === _data.r, _event.data.digits]')}
  ${tells('error.dialog', '[_event.name, _event.data.error]')}</state>`);

async function called(digits = ''): Promise<string> {
  await bed.simulator.changeSettings({
    numbers: { 5551: { outcome: 'answer', ringSeconds: 1, talkSeconds: null, digits } },
  });
  const session = await bed.run(FLOW);
  await bed.until((told: JsonValue) => told === 'up');
  bed.heard();
  return session;
}

beforeEach(() => {
  bed.heard();
});

describe('a dialog', () => {
  test('is done when the prompt is over', async () => {
    const session = await called();
    await bed.post(session, 'play');
    expect(bed.heard()).toEqual([]);
    await bed.advance(2);
    expect(bed.heard()).toEqual([['dialog.play.done', true, null]]);
  });

  test('is done when its time is over', async () => {
    const session = await called();
    await bed.post(session, 'music');
    await bed.advance(9);
    expect(bed.heard()).toEqual([]);
    await bed.advance(1);
    expect(bed.heard()).toEqual([['dialog.playsound.done', true, null]]);
  });

  test('that was stopped is not heard of again', async () => {
    const session = await called();
    await bed.post(session, 'music');
    await bed.post(session, 'stop');
    await bed.advance(20);
    expect(bed.heard()).toEqual([['dialog.stop.done', true, null]]);
    await bed.post(session, 'stop');
    expect(bed.heard()).toEqual([['error.dialog.stop', 'unknown']]);
  });

  test('collects what the customer keys in, up to the terminator', async () => {
    const session = await called('12#34');
    await bed.post(session, 'collect', { max: 4 });
    await bed.advance(5);
    expect(bed.heard()).toEqual([['dialog.playandcollect.done', true, '12']]);
  });

  test('collects nothing from a customer who keys in nothing', async () => {
    const session = await called();
    await bed.post(session, 'collect', { max: 4 });
    await bed.advance(31);
    expect(bed.heard()).toEqual([['dialog.playandcollect.done', true, '']]);
  });

  test.each([
    ['a sound that does not exist', 'noise', {}, 'error.dialog.playsound'],
    ['a count that is no number', 'collect', { max: 'many' }, 'error.dialog.playandcollect'],
  ])('is refused for %s', async (_what, event, data, error) => {
    const session = await called();
    await bed.post(session, event, data);
    expect(bed.heard()).toEqual([[error, 'invalidparameter']]);
  });

  test('of a customer who has hung up is refused', async () => {
    for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
    const session = await called();
    for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
    await bed.activity.idle();
    await bed.post(session, 'play');
    expect(bed.heard()).toEqual([['error.dialog.play', 'invalidstate']]);
  });

  test('whose end was heard by a process that died is answered by the next one', async () => {
    const session = await called();
    await bed.post(session, 'play');
    const { database } = bed.current;
    // What is heard of the leg cannot be stored any more.
    database.transaction = async () => {
      throw new Error('killed');
    };
    await bed.advance(2);
    expect(bed.heard()).toEqual([]);
    await bed.crash();
    await bed.advance(2);
    expect(bed.heard()).toEqual([['dialog.play.done', true, null]]);
  });

  test('that ended while the server was away is answered at its return', async () => {
    const session = await called('12#');
    await bed.post(session, 'play');
    await bed.crash(60);
    expect(bed.heard()).toEqual([['dialog.play.done', true, null]]);
    await bed.post(session, 'collect', { max: 4 });
    await bed.crash(60);
    expect(bed.heard()).toEqual([['dialog.playandcollect.done', true, '12']]);
  });
});
