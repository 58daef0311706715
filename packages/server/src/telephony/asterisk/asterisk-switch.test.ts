import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DriverBed, driverBed, ScriptedAri } from './testing.js';

describe('the Asterisk driver', () => {
  let server: ScriptedAri;
  let bed: DriverBed;

  beforeEach(async () => {
    server = await ScriptedAri.open();
    bed = await driverBed([server]);
  });
  afterEach(async () => {
    await bed.close();
    await server.close();
  });

  const dials = () => server.requests(/^POST channels$/);

  describe('dialing', () => {
    it('names the channel after the leg, and shows the caller', async () => {
      await bed.driver.dial({
        ...{ legId: 'one', to: '4989123', from: '+4989555', callerName: 'Ada "A" Byron', timeoutMs: 12_500 },
        ...{ callProgress: false, headers: { 'X-Call': 'c1', 'X-Bad': 'a\r\nEvil: yes' } },
      });
      expect(dials()).toHaveLength(1);
      expect(dials()[0]).toMatchObject({
        way: 'socket',
        parameters: {
          ...{ endpoint: 'PJSIP/4989123@first', app: 'ringback', appArgs: 'dialed', channelId: 'ringback.one' },
          ...{ timeout: 13, callerId: '"Ada A Byron" <+4989555>' },
          variables: { RINGBACK_APPLICATION: 'ringback', 'PJSIP_HEADER(add,X-Call)': 'c1' },
        },
      });
      expect(bed.told('one')).toEqual(['dialing']);
    });

    it('asks for a leg once, however often it is told to', async () => {
      await Promise.all([bed.dial('one'), bed.dial('one')]);
      await bed.dial('one');
      server.ends('ringback.one', 17);
      await bed.until(() => expect(bed.told('one')).toEqual(['dialing', 'ended:busy']));
      await bed.dial('one');
      expect(dials()).toHaveLength(1);
    });

    it('takes a channel that is there already for the leg that it stands for', async () => {
      server.reply(/^POST channels$/, { status: 409 });
      await bed.dial('one');
      expect(bed.told('one')).toEqual(['dialing']);
    });

    it.each([
      [17, 'busy'],
      [19, 'no-answer'],
      [18, 'no-answer'],
      [0, 'no-answer'],
      [21, 'rejected'],
      [1, 'invalid-number'],
      [22, 'invalid-number'],
      [28, 'invalid-number'],
      [34, 'congestion'],
      [38, 'congestion'],
      [41, 'congestion'],
      [42, 'congestion'],
      [44, 'congestion'],
      [127, 'congestion'],
    ])('reads cause %d as %s', async (q850, cause) => {
      await bed.dial('one');
      server.ends('ringback.one', q850);
      await bed.until(() => expect(bed.told('one')).toEqual(['dialing', `ended:${cause}`]));
    });

    it('takes a refused allocation for a phone that is not there', async () => {
      server.reply(/^POST channels$/, { status: 500, body: { error: 'Allocation failed' } });
      await bed.dial('one', { to: '2001' });
      expect(dials()[0]?.parameters.endpoint).toBe('PJSIP/2001');
      expect(bed.told('one')).toEqual(['dialing', 'ended:device-offline']);
    });

    it('dials nothing that would mean something else to Asterisk', async () => {
      await bed.dial('one', { to: '1&PJSIP/2001' });
      expect(bed.told('one')).toEqual(['dialing', 'ended:invalid-number']);
      expect(dials()).toEqual([]);
    });

    it('asks the next trunk when one does not take the call, and says so of none', async () => {
      const hops = ['first', 'second'].map((trunk) => ({ trunk, to: '123', from: '555' }));
      const route = { kind: 'trunk', hops } as const;
      await bed.driver.dial({ legId: 'one', to: '123', from: '8999', timeoutMs: 5000, callProgress: false, route });
      server.ends('ringback.one', 34);
      await bed.until(() => expect(dials()).toHaveLength(2));
      expect(dials()[1]?.parameters).toMatchObject({ endpoint: 'PJSIP/123@second', channelId: 'ringback.one~1' });
      server.answers('ringback.one~1');
      await bed.until(() => expect(bed.told('one')).toEqual(['dialing', 'ringing', 'answered']));
      server.ends('ringback.one~1', 16);
      await bed.until(() => expect(bed.told('one').at(-1)).toBe('ended:normal'));
    });

    it('takes back a call that rings, and refuses one that comes in', async () => {
      await bed.dial('one');
      await bed.driver.hangup('one', 'normal');
      await bed.until(() => expect(bed.told('one')).toEqual(['dialing', 'ended:cancelled']));

      server.enters('1700.1', ['inbound', '8999'], { state: 'Ring', caller: { number: '4989777' } });
      const leg = 'asterisk:pbx0:1700.1';
      await bed.until(() => expect(bed.told(leg)).toEqual(['inbound']));
      expect(bed.events.at(-1)).toMatchObject({ from: '4989777', to: '8999' });
      await bed.driver.hangup(leg, 'busy');
      await bed.until(() => expect(bed.told(leg)).toEqual(['inbound', 'ended:busy']));
      expect(server.requests(/^DELETE channels\/1700.1$/)[0]?.parameters).toEqual({ reason: 'busy' });
    });
  });

  describe('finding out who answered', () => {
    it.each([
      ['HUMAN', 'person'],
      ['MACHINE', 'answering-machine'],
      ['NOTSURE', 'unknown'],
    ])('%s: %s', async (status, result) => {
      await bed.dial('one', { callProgress: true });
      server.answers('ringback.one');
      await bed.until(() => expect(server.requests(/continue$/)).toHaveLength(1));
      expect(server.requests(/continue$/)[0]?.parameters).toMatchObject({ context: 'amd', extension: 's' });
      server.tell('StasisEnd', { channel: { id: 'ringback.one' } });
      // What is asked for meanwhile waits until Asterisk can do it.
      const played = bed.driver.play('one', 'p', { kind: 'tone', tone: 'busy' });
      server.enters('ringback.one', ['amd', status]);
      await played;
      expect(bed.told('one')).toEqual(['dialing', 'ringing', 'answered', 'call-progress']);
      expect(bed.events.at(-1)).toMatchObject({ type: 'call-progress', result });
      expect(server.requests(/play/)[0]?.parameters).toEqual({ media: ['tone:busy;tonezone=us'] });
    });

    it('hears of a call that ends meanwhile', async () => {
      await bed.dial('one', { callProgress: true });
      server.answers('ringback.one');
      await bed.until(() => expect(server.requests(/continue$/)).toHaveLength(1));
      server.tell('StasisEnd', { channel: { id: 'ringback.one' } });
      const joined = bed.driver.join('b', ['one']);
      const refused = expect(joined).rejects.toMatchObject({ code: 'leg-not-answered' });
      server.ends('ringback.one', 16);
      await refused;
      expect(bed.told('one')).toEqual(['dialing', 'ringing', 'answered', 'ended:normal']);
    });
  });

  it('joins legs once in a bridge of its own, which is gone when they are', async () => {
    await bed.reach('one', server);
    await bed.reach('two', server);
    await bed.driver.join('b', ['one', 'two']);
    await bed.until(() => expect(bed.told('two')).toContain('joined'));
    await bed.driver.join('b', ['one', 'two']);
    expect(bed.told('one').filter((type) => type === 'joined')).toHaveLength(2);
    expect(server.requests(/addChannel/)).toHaveLength(1);
    expect(server.requests(/^POST bridges\/ringback.b~bridge$/)).toHaveLength(1);

    await bed.driver.unjoin('one');
    await bed.driver.unjoin('two');
    await bed.until(() => expect(server.bridges.size).toBe(0));
  });

  it('stops what a leg hears before it joins, as Asterisk would wait for its end', async () => {
    await bed.reach('one', server);
    await bed.driver.play('one', 'p', { kind: 'file', url: 'sound:hello', loop: true });
    await bed.driver.join('b', ['one']);
    expect(server.requests(/^DELETE playbacks\/ringback.p~0$/)).toHaveLength(1);
    expect(bed.told('one')).toContain('played');
  });

  describe('treatments', () => {
    beforeEach(() => bed.reach('one', server));
    const finished = (id: string, state = 'done') => server.tell('PlaybackFinished', { playback: { id, state } });

    it('plays parts one after the other, and says once that it is over', async () => {
      const parts = [
        { kind: 'file', url: 'announcement:hello' },
        { kind: 'tone', tone: 'music', durationMs: 500 },
        { kind: 'digits', digits: '12.50', as: 'money' },
      ] as const;
      await bed.driver.play('one', 'p', { kind: 'sequence', parts });
      finished('ringback.p~0');
      await bed.until(() => expect(server.requests(/^POST .*\/moh$/)).toHaveLength(1));
      await bed.advance(500);
      expect(server.requests(/^DELETE .*\/moh$/)).toHaveLength(1);
      for (const index of [1, 2, 3]) {
        await bed.until(() => expect(server.requests(/\/play\//)).toHaveLength(index + 1));
        finished(`ringback.p~${index}`);
      }
      await bed.until(() => expect(bed.told('one').at(-1)).toBe('played'));
      const media = server.requests(/\/play\//).flatMap(({ parameters }) => parameters.media);
      expect(media).toEqual(['sound:hello', 'number:12', 'sound:letters/dot', 'digits:50']);

      await bed.driver.play('one', 'p', { kind: 'sequence', parts });
      expect(bed.told('one').filter((type) => type === 'played')).toHaveLength(2);
      expect(server.requests(/\/play\//)).toHaveLength(4);
    });

    it('goes on after what cannot be played, even if it should be played over and over', async () => {
      await bed.driver.play('one', 'p', { kind: 'file', url: 'sound:missing', loop: true });
      finished('ringback.p~0', 'failed');
      await bed.until(() => expect(bed.told('one').at(-1)).toBe('played'));
    });

    it('refuses text where nothing speaks it', async () => {
      const said = bed.driver.play('one', 'p', { kind: 'text', text: 'Hello' });
      await expect(said).rejects.toMatchObject({ code: 'not-supported' });
    });

    // Short, since the signs of life, which are asked for every 5 s of the clock, are given in the time of real sockets.
    const request = { maxDigits: 4, terminators: '#', firstDigitTimeoutMs: 300, totalTimeoutMs: 900 };
    const press = (digits: string) => {
      for (const digit of digits) server.tell('ChannelDtmfReceived', { channel: { id: 'ringback.one' }, digit });
    };
    const collected = () => bed.events.findLast(({ type }) => type === 'collected');

    it.each([
      ['digits that came before', {}, '12', '3#', { digits: '123', reason: 'complete' }],
      ['not those that came before', { clear: true }, '12', '3#', { digits: '3', reason: 'complete' }],
      ['as many as are wanted', {}, '', '12345', { digits: '1234', reason: 'complete' }],
      ['what is taken back', { backspace: '*' }, '', '12*3#', { digits: '13', reason: 'complete' }],
      ['nothing when it is aborted', { abort: '*' }, '', '12*', { digits: '', reason: 'aborted' }],
    ])('collects %s', async (_what, more, before, after, expected) => {
      press(before);
      await bed.until(() => expect(bed.told('one').filter((type) => type === 'digit')).toHaveLength(before.length));
      await bed.driver.collect('one', 'c', { ...request, ...more });
      press(after);
      await bed.until(() => expect(collected()).toMatchObject(expected));
    });

    it('lets the time count from the end of the prompt, or the digit that interrupts it', async () => {
      const prompt = { media: { kind: 'file', url: 'sound:menu' }, interruptible: true } as const;
      await bed.driver.collect('one', 'c', { ...request, prompt });
      await bed.advance(2000);
      expect(collected()).toBeUndefined();
      press('1');
      await bed.until(() => expect(server.requests(/^DELETE playbacks/)).toHaveLength(1));
      await bed.advance(899);
      expect(collected()).toBeUndefined();
      await bed.advance(1);
      expect(collected()).toMatchObject({ digits: '1', reason: 'timeout' });
    });

    it('says what was collected and recorded before it says that the leg has ended', async () => {
      await bed.driver.collect('one', 'c', request);
      await bed.driver.record('one', 'r', { beep: false, maxMs: 60_000, terminators: '#' });
      press('1');
      await bed.until(() => expect(bed.told('one').at(-1)).toBe('digit'));
      server.ends('ringback.one', 16);
      await bed.until(() => expect(bed.told('one').slice(-3)).toEqual(['collected', 'recorded', 'ended:normal']));
      expect(collected()).toMatchObject({ digits: '1', reason: 'ended' });
    });

    it.each([
      ['complete', '#', 3, {}],
      ['timeout', '', 60, {}],
      ['silence', '', 5, { silenceMs: 2000 }],
    ])('says why a recording is over: %s', async (reason, keys, duration, more) => {
      await bed.driver.record('one', 'r', { beep: true, maxMs: 60_000, terminators: '#', ...more });
      press(keys);
      await bed.until(() => expect(server.requests(/live\/ringback.r\/stop/)).toHaveLength(keys.length));
      server.tell('RecordingFinished', { recording: { name: 'ringback.r', duration } });
      const expected = { type: 'recorded', reason, durationMs: duration * 1000, url: 'recording:r' };
      await bed.until(() => expect(bed.events.at(-1)).toMatchObject(expected));
    });

    it('sends digits once', async () => {
      await bed.driver.sendDigits('one', 's', '12#');
      await bed.driver.sendDigits('one', 's', '12#');
      expect(server.requests(/dtmf/).map(({ parameters }) => parameters)).toEqual([{ dtmf: '12#' }]);
    });

    it('lets a leg wait and go on', async () => {
      await bed.driver.hold('one', true);
      await bed.driver.hold('one', false);
      const asked = server.requests(/(mute|moh)$/).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
      expect(asked).toEqual(['POST mute', 'POST moh', 'DELETE moh', 'DELETE mute']);
    });
  });

  it('tells how phones are, and how that changes', async () => {
    await bed.until(() => expect(bed.events).toMatchObject([{ type: 'device', device: '2001', state: 'idle' }]));
    for (const state of ['RINGING', 'INUSE', 'ONHOLD', 'UNAVAILABLE']) {
      server.tell('DeviceStateChanged', { device_state: { name: 'PJSIP/2001', state } });
    }
    const states = () => bed.events.flatMap((event) => (event.type === 'device' ? event.state : []));
    await bed.until(() => expect(states()).toEqual(['idle', 'ringing', 'busy', 'offline']));
  });
});
