import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

const bed = await OrchestrationBed.create();

const SAY = `<dialog:prompts><dialog:prompt text="'hello'"/></dialog:prompts>`;
const ask = (input: string) => `<dialog:input ${input}/>`;

/** A call to `5551` and one dialog with it, at the event `go`; `stop` stops it. */
function flow(dialog: string, more = ''): string {
  return orsFlow(`<datamodel><data id="i" expr="''"/><data id="r" expr="''"/><data id="first" expr="''"/></datamodel><state id="s">
    <onentry><ixn:createcall from="'7000'" to="'5551'"/></onentry>
    <transition event="voice.createcall.done"><assign location="_data.i" expr="_event.data.interactionid"/><probe:tell what="'up'"/></transition>
    <transition event="go">${dialog}</transition>
    <transition event="stop"><dialog:stop requestid="_data.r"/></transition>
    ${more}
    ${tells('dialog error.dialog', '[_event.name, _event.data.requestid === _data.r, _event.data]')}
    ${tells('interaction.deleted', '[_event.name]')}
    ${tells('interaction.udata.changed', '[_event.name, _genesys.ixn.interactions[_event.data.interactionid].udata]')}</state>`);
}

async function called(dialog: string, party: JsonObject = {}, more = ''): Promise<string> {
  await bed.simulator.changeSettings({
    numbers: { 5551: { outcome: 'answer', ringSeconds: 1, talkSeconds: null, ...party } },
  });
  const session = await bed.run(flow(dialog, more));
  await bed.until((told: JsonValue) => told === 'up');
  bed.heard();
  return session;
}

const action = (name: string, attributes = '', children = '') =>
  `<dialog:${name} requestid="_data.r" interactionid="_data.i" ${attributes}>${children}</dialog:${name}>`;

/** What the application heard, with the data that the test looks at. */
function heard(...keys: string[]): JsonValue[] {
  return bed.heard().map((told) => {
    if (!Array.isArray(told)) return told;
    const [name, isOwn, data] = told;
    if (isOwn === undefined) return name ?? null;
    const of = typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {};
    return [name ?? null, isOwn, ...keys.map((key) => of[key] ?? null)];
  });
}

beforeEach(async () => {
  for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
  await bed.advance(1);
  bed.heard();
});

describe('playsound', () => {
  test('A4: is done after its time, whatever blanks stand around it', async () => {
    const session = await called(action('playsound', `type="'music'" resource="'music/on_hold'" duration="'10 '"`));
    await bed.post(session, 'go');
    await bed.advance(9.9);
    expect(heard()).toEqual([]);
    await bed.advance(0.2);
    expect(heard('extensions')).toEqual([['dialog.playsound.done', true, {}]]);
  });

  test('A5: that is stopped is not heard of again', async () => {
    const session = await called(action('playsound', `type="'music'" duration="10"`));
    await bed.post(session, 'go');
    await bed.advance(2);
    await bed.post(session, 'stop');
    await bed.advance(20);
    expect(heard()).toEqual([['dialog.stop.done', true]]);
    await bed.post(session, 'stop');
    expect(heard('error')).toEqual([['error.dialog.stop', true, 'unknown']]);
  });

  test.each(['music', 'ringback', 'busy', 'fastbusy', 'silence'])('of %s without a time is endless', async (type) => {
    const session = await called(action('playsound', `type="'${type}'"`));
    await bed.post(session, 'go');
    await bed.advance(100);
    expect(heard()).toEqual([]);
  });
});

describe('input', () => {
  test.each<[what: string, keys: string, dialog: string, expected: JsonValue[]]>([
    [
      'A6: up to the terminator',
      '12#',
      ask(`max_digits="4" term_digits="'#'"`),
      ['done', '12', { reason: 'complete' }],
    ],
    ['A7: from a silent caller', '', ask(`max_digits="4" start_timeout="5"`), ['done', '', { reason: 'timeout' }]],
    ['as much as is wanted', '123456', ask('max_digits="4"'), ['done', '1234', { reason: 'complete' }]],
    ['too little', '12', ask(`max_digits="4" digit_timeout="'2'"`), ['done', '12', { reason: 'timeout' }]],
    ['with names without underscores', '1234', ask(`maxdigits="2"`), ['done', '12', { reason: 'complete' }]],
    [
      'with keys that edit it',
      '9*12',
      ask(`max_digits="2" backspace_digits="'*'"`),
      ['done', '12', { reason: 'complete' }],
    ],
    [
      'with keys that begin anew',
      '99*12',
      ask(`max_digits="3" reset_digits="'*'"`),
      ['done', '12', { reason: 'timeout' }],
    ],
    [
      'with keys that are ignored',
      '1*2',
      ask(`max_digits="2" ignore_digits="'*'"`),
      ['done', '12', { reason: 'complete' }],
    ],
  ])('collects %s', async (_what, digits, dialog, [, ...expected]) => {
    for (const name of ['collect', 'playandcollect']) {
      const prompts = name === 'collect' ? '' : SAY;
      const session = await called(action(name, '', prompts + dialog), { digits });
      await bed.post(session, 'go');
      await bed.advance(40);
      expect(heard('digits', 'extensions')).toEqual([[`dialog.${name}.done`, true, ...expected]]);
    }
  });

  test('that is aborted is an error', async () => {
    const session = await called(action('collect', '', ask(`max_digits="4" abort_digits="'*'"`)), { digits: '12*' });
    await bed.post(session, 'go');
    await bed.advance(5);
    expect(heard('error')).toEqual([['error.dialog.collect', true, 'aborted']]);
  });

  test('waits for the end of a prompt that cannot be interrupted', async () => {
    const slow = `<dialog:prompts><dialog:prompt text="'a'" interrupt="false"/><dialog:prompt text="'b'" interrupt="false"/></dialog:prompts>`;
    const session = await called(action('playandcollect', '', slow + ask('max_digits="1"')), { digits: '1' });
    await bed.post(session, 'go');
    await bed.advance(1.9);
    expect(heard()).toEqual([]);
    await bed.advance(1);
    expect(heard('digits')).toEqual([['dialog.playandcollect.done', true, '1']]);
  });

  test('of a caller who hangs up fails before the interaction is gone', async () => {
    const session = await called(action('collect', '', ask('max_digits="4"')));
    await bed.post(session, 'go');
    for (const { id } of bed.simulator.calls({ number: '5551' })) await bed.simulator.hangup(id);
    await bed.activity.idle();
    expect(heard('error')).toEqual([['error.dialog.collect', true, 'interaction deleted'], 'interaction.deleted']);
  });
});

describe('verification', () => {
  const PROMPTS = ['ann', 'iretry', 'itimeout', 'ifailure']
    .map((type) => `<dialog:prompts type="${type}"><dialog:prompt text="'${type}'"/></dialog:prompts>`)
    .join('');
  const verify = action('playandverify', '', PROMPTS + ask(`verify_data="'42'" verify_attempts="2" start_timeout="3"`));

  test.each<[what: string, digits: JsonValue, expected: JsonValue[]]>([
    ['at once', '42', ['dialog.playandverify.done', true, '42', null]],
    ['the second time', ['41', '42'], ['dialog.playandverify.done', true, '42', null]],
    ['never', ['41', '43', '42'], ['error.dialog.playandverify', true, '', 'unknown']],
    ['by nobody', '', ['error.dialog.playandverify', true, '', 'unknown']],
  ])('of what is keyed in right: %s', async (_what, digits, expected) => {
    const session = await called(verify, { digits });
    await bed.post(session, 'go');
    await bed.advance(60);
    expect(heard('digits', 'error')).toEqual([expected]);
  });

  test('goes on where it stood when the process died', async () => {
    const session = await called(verify, { digits: ['', '42'] });
    await bed.post(session, 'go');
    await bed.advance(2);
    await bed.crash(30);
    await bed.advance(10);
    expect(heard('digits')).toEqual([['dialog.playandverify.done', true, '42']]);
  });
});

describe('a menu', () => {
  const choices = `<dialog:choice digit="'1'" value="'sales'"/><dialog:choice digit="2"/>`;
  const menu = (attempts: number) =>
    action('menu', `attempts="${attempts}"`, SAY + ask('start_timeout="2" total_timeout="5"') + choices);

  test.each<[what: string, digits: JsonValue, expected: JsonValue[]]>([
    ['a choice with a value', '1', ['dialog.menu.done', true, '1', 'sales', null]],
    ['a choice without', '2', ['dialog.menu.done', true, '2', '2', null]],
    ['a wrong choice, then a right one', ['9', '1'], ['dialog.menu.done', true, '1', 'sales', null]],
    ['wrong choices', '9', ['error.dialog.menu', true, '9', null, 'unknown']],
    ['silence', '', ['error.dialog.menu', true, '', null, 'timeout']],
  ])('with %s', async (_what, digits, expected) => {
    const session = await called(menu(2), { digits });
    await bed.post(session, 'go');
    await bed.advance(30);
    expect(heard('digits', 'value', 'error')).toEqual([expected]);
  });
});

describe('a recording', () => {
  test.each<[what: string, name: string, attributes: string, party: JsonObject, expected: JsonObject]>([
    ['of a message', 'record', '', { recordSeconds: 4 }, { reason: 'complete', duration: 4 }],
    ['that is too long', 'record', 'maxtime="3"', { recordSeconds: 10 }, { reason: 'timeout', duration: 3 }],
    ['that ends in silence', 'record', 'silence="2"', { recordSeconds: 4 }, { reason: 'silence', duration: 4 }],
    ['of an announcement', 'createann', `userid="'u'"`, { recordSeconds: 2 }, { reason: 'complete', duration: 2 }],
  ])('%s', async (_what, name, attributes, party, expected) => {
    const session = await called(action(name, attributes, SAY), party);
    await bed.post(session, 'go');
    await bed.advance(20);
    const [told] = heard('extensions', 'recording', 'userannid');
    expect(told).toEqual([
      `dialog.${name}.done`,
      true,
      expect.objectContaining(expected),
      ...(name === 'record' ? [expect.stringContaining('recording:'), null] : [null, expect.any(String)]),
    ]);
  });

  test('is played as a prompt, and deleted', async () => {
    const play = `<dialog:play requestid="_data.r" interactionid="_data.i"><dialog:prompts><dialog:prompt userannid="'7'" userid="'u'"/></dialog:prompts></dialog:play>`;
    const remove = `<transition event="forget"><dialog:deleteann requestid="_data.r" userid="'u'" userannid="'7'"/></transition>`;
    const session = await called(play, {}, remove);
    await bed.post(session, 'go');
    await bed.advance(2);
    await bed.post(session, 'forget');
    expect(heard()).toEqual([
      ['dialog.play.done', true],
      ['dialog.deleteann.done', true],
    ]);
  });

  test('that the caller ends by hanging up is kept', async () => {
    const session = await called(action('record'), { recordSeconds: 60 });
    await bed.post(session, 'go');
    await bed.advance(5);
    for (const { id } of bed.simulator.calls({ number: '5551' })) await bed.simulator.hangup(id);
    await bed.activity.idle();
    expect(heard('extensions')).toEqual([
      ['dialog.record.done', true, expect.objectContaining({ reason: 'ended', duration: 5 })],
      'interaction.deleted',
    ]);
  });
});

describe('a voice application', () => {
  const URI = 'http://ivr.example.org/menu.vxml';
  const start = (type: string, params: string) => action('start', `type="'${type}'"`, params);
  const withUri = start('applid', `<param name="APP_URI" expr="'${URI}'"/><param name="lang" expr="'en'"/>`);

  test('A26: attaches its data before it is done', async () => {
    const applications = { [URI]: { seconds: 3, userData: { x: 1 }, result: { exit: 'ok' } } };
    const session = await called(withUri, { applications });
    await bed.post(session, 'go');
    await bed.advance(4);
    const told = bed.heard();
    expect(told.map((one) => (Array.isArray(one) ? one[0] : one))).toEqual([
      'dialog.start.requestid',
      'interaction.udata.changed',
      'dialog.start.done',
    ]);
    expect(told[1]).toEqual(['interaction.udata.changed', expect.objectContaining({ x: 1 })]);
    expect(told[2]).toEqual(['dialog.start.done', true, expect.objectContaining({ extensions: { exit: 'ok' } })]);
  });

  test.each<[what: string, dialog: string, error: string]>([
    ['A27: that cannot be fetched', withUri, 'badfetch'],
    ['without an address', start('vxml', ''), 'invalidparameter'],
    ['at what is no address', start('vxml', `<param name="APP_URI" expr="'menu'"/>`), 'invalidparameter'],
    ['of a kind that does not exist', start('java', `<param name="APP_ID" expr="5"/>`), 'invalidparameter'],
  ])('%s fails', async (_what, dialog, error) => {
    const session = await called(dialog, { applications: { 'http://ivr.example.org/other.vxml': {} } });
    await bed.post(session, 'go');
    await bed.advance(4);
    expect(heard('error').at(-1)).toEqual(['error.dialog.start', true, error]);
  });

  test('by its id is done, and is stopped', async () => {
    const byId = start('applid', '<param name="APP_ID" expr="5"/>');
    const session = await called(byId);
    await bed.post(session, 'go');
    await bed.advance(4);
    expect(heard()).toEqual([
      ['dialog.start.requestid', true],
      ['dialog.start.done', true],
    ]);
    await bed.post(session, 'go');
    await bed.post(session, 'stop');
    await bed.advance(4);
    expect(heard()).toEqual([
      ['dialog.start.requestid', true],
      ['dialog.stop.done', true],
    ]);
  });
});

describe('one treatment at a time', () => {
  test.each<[what: string, first: string, expected: JsonValue[]]>([
    [
      'music is done',
      `<dialog:playsound requestid="_data.first" interactionid="_data.i" type="'music'"/>`,
      ['dialog.playsound.done', null],
    ],
    [
      'input is interrupted',
      `<dialog:collect requestid="_data.first" interactionid="_data.i">${ask('max_digits="3"')}</dialog:collect>`,
      ['error.dialog.collect', 'interrupted'],
    ],
  ])('the one before ends first: %s', async (_what, first, expected) => {
    const session = await called(action('play', '', SAY), {}, `<transition event="before">${first}</transition>`);
    await bed.post(session, 'before');
    await bed.post(session, 'go');
    await bed.advance(2);
    const [name, error] = expected;
    expect(heard('error')).toEqual([
      [name ?? null, false, error ?? null],
      ['dialog.play.done', true, null],
    ]);
  });

  test('of the application ends those that run while the caller waits in line', async () => {
    const submit = `<transition event="line"><queue:submit interactionid="_data.i" timeout="600">
      <queue:targets><queue:targetid expr="'nobody@.A'"/></queue:targets>
      <dialog:runtreatments><dialog:playsound type="'music'" duration="5"/></dialog:runtreatments></queue:submit></transition>`;
    bed.configuration.putAgent('nobody');
    const session = await called(action('play', '', SAY), {}, submit);
    await bed.post(session, 'line');
    await bed.advance(12);
    await bed.post(session, 'go');
    await bed.advance(30);
    expect(heard()).toEqual([['dialog.play.done', true]]);
    const playing = await bed.store.database.query("select id from session_action where subject like 'treatment:%'");
    expect(playing).toEqual([]);
  });

  test('ends when an agent takes the call', async () => {
    bed.configuration.putAgent('anna');
    await bed.simulator.changeSettings({ agents: { anna: { auto: true, answerSeconds: 1 } } });
    const redirect = `<transition event="serve"><ixn:redirect interactionid="_data.i" to="'2anna'"/></transition>`;
    const session = await called(action('playsound', `type="'music'"`), {}, redirect);
    await bed.post(session, 'go');
    await bed.post(session, 'serve');
    await bed.advance(3);
    expect(heard('extensions')).toEqual([['dialog.playsound.done', true, { reason: 'interrupted' }]]);
  });
});

describe('what makes no sense is refused', () => {
  test.each<[what: string, dialog: string, error: string]>([
    ['nothing to play', action('play'), 'invalidparameter'],
    [
      'a prompt of nothing',
      action('play', '', '<dialog:prompts><dialog:prompt/></dialog:prompts>'),
      'invalidparameter',
    ],
    [
      'a prompt of two things',
      action('play', '', `<dialog:prompts><dialog:prompt text="'a'" intid="1"/></dialog:prompts>`),
      'invalidparameter',
    ],
    [
      'prompts of a kind that does not exist',
      action('play', '', `<dialog:prompts type="loud"><dialog:prompt text="'a'"/></dialog:prompts>`),
      'invalidparameter',
    ],
    [
      'more prompts than ten',
      action('play', '', `<dialog:prompts>${`<dialog:prompt text="'a'"/>`.repeat(11)}</dialog:prompts>`),
      'invalidparameter',
    ],
    [
      'a number that cannot be spoken',
      action('play', '', `<dialog:prompts><dialog:prompt number="'9123'"/></dialog:prompts>`),
      'invalidparameter',
    ],
    ['keys that are too many', action('collect', '', ask(`term_digits="'123'"`)), 'invalidparameter'],
    ['a time that is no number', action('collect', '', ask(`start_timeout="'soon'"`)), 'invalidparameter'],
    ['a treatment of the network', action('remote', `destination="'x'"`), 'notapplied'],
    ['a default route', action('setdefaultroute', `destination="'x'"`), 'notapplied'],
  ])('%s', async (_what, dialog, error) => {
    const session = await called(dialog);
    await bed.post(session, 'go');
    await bed.advance(1);
    expect(heard('error').map((told) => (Array.isArray(told) ? told.slice(1) : told))).toEqual([[true, error]]);
  });

  test('and without an interaction there is nobody to hear it', async () => {
    await bed.run(
      orsFlow(`<state id="s"><onentry><dialog:play>${SAY}</dialog:play><dialog:cancelcall/></onentry>
        ${tells('error.dialog', '[_event.name, _event.data.error]')}</state>`),
    );
    expect(bed.heard()).toEqual([
      ['error.dialog.play', 'invalidstate'],
      ['error.dialog.cancelcall', 'invalidstate'],
    ]);
  });
});

describe('prompts', () => {
  test.each([
    [
      'of several kinds, one after the other',
      `<dialog:prompt intid="12"/><dialog:prompt number="'3555'"/><dialog:prompt url="'http://x/y.wav'"/>`,
      3,
    ],
    ['of one text', `<dialog:prompt text="'a'"/>`, 1],
  ])('are played: %s', async (_what, prompts, seconds) => {
    const session = await called(
      action('play', `language="'English (US)'"`, `<dialog:prompts>${prompts}</dialog:prompts>`),
    );
    await bed.post(session, 'go');
    await bed.advance(seconds - 0.1);
    expect(heard()).toEqual([]);
    await bed.advance(0.2);
    expect(heard()).toEqual([['dialog.play.done', true]]);
  });

  test('pause waits, and cancelcall ends the call', async () => {
    const cancel =
      '<transition event="cancel"><dialog:cancelcall requestid="_data.r" interactionid="_data.i"/></transition>';
    const session = await called(action('pause', 'duration="4"'), {}, cancel);
    await bed.post(session, 'go');
    await bed.advance(3.9);
    expect(heard()).toEqual([]);
    await bed.advance(0.2);
    expect(heard()).toEqual([['dialog.pause.done', true]]);
    await bed.post(session, 'cancel');
    await bed.advance(1);
    expect(heard()).toEqual([['dialog.cancelcall.done', true], 'interaction.deleted']);
  });
});
