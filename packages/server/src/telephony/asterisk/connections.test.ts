import { afterEach, describe, expect, it } from 'vitest';
import { placeOf } from './placement.js';
import { type DriverBed, driverBed, ScriptedAri } from './testing.js';

describe('the connections of the Asterisk driver', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function servers(...versions: string[]): Promise<ScriptedAri[]> {
    const started = [];
    for (const version of versions) started.push(await ScriptedAri.open(version));
    open.push(...started);
    return started;
  }

  async function drive(...parameters: Parameters<typeof driverBed>): Promise<DriverBed> {
    const bed = await driverBed(...parameters);
    open.push(bed);
    return bed;
  }

  /** The only one. */
  async function server(version = '22.10.1'): Promise<ScriptedAri> {
    const [one] = await servers(version);
    if (!one) throw new Error('There is no server.');
    return one;
  }

  it.each([
    ['16.28.0', 'http'],
    ['20.13.0', 'http'],
    ['20.14.0', 'socket'],
    ['21.9.1', 'socket'],
    ['22.10.1+dfsg', 'socket'],
    ['23.0.0', 'socket'],
  ])('asks Asterisk %s over %s', async (version, way) => {
    const asterisk = await server(version);
    const bed = await drive([asterisk]);
    await bed.dial('one');
    expect(asterisk.requests(/^POST channels$/)).toMatchObject([{ way }]);
  });

  it('says which server does not answer', async () => {
    const asterisk = await server();
    asterisk.reply(/info/, { status: 401 });
    const { url } = asterisk;
    const starting = driverBed([asterisk], { startTimeoutMs: 0 });
    await expect(starting).rejects.toThrow(`No Asterisk server answers: pbx0 (${url}).`);
  });

  it('catches up with what happened while the connection was cut', async () => {
    const asterisk = await server();
    const bed = await drive([asterisk]);
    await bed.reach('talks', asterisk);
    await bed.reach('goes', asterisk);
    await bed.dial('answers');
    await bed.dial('refuses');
    asterisk.channels.delete('ringback.goes');
    asterisk.channels.delete('ringback.refuses');
    asterisk.channels.set('ringback.answers', {
      ...{ id: 'ringback.answers', state: 'Up' },
      dialplan: { app_name: 'Stasis', app_data: 'ringback,dialed' },
    });
    asterisk.channels.set('1700.5', {
      ...{ id: '1700.5', state: 'Ring', caller: { number: '49' } },
      dialplan: { app_name: 'Stasis', app_data: 'ringback,inbound,8999' },
    });
    asterisk.channels.set('other.1', { id: 'other.1', state: 'Up', dialplan: { app_name: 'Dial', app_data: 'x' } });
    asterisk.cut();
    await bed.until(async () => {
      await bed.advance(1000);
      await bed.driver.hold('talks', true);
    });
    await bed.until(() => expect(bed.told('answers')).toEqual(['dialing', 'answered']));
    expect(bed.told('goes').at(-1)).toBe('ended:normal');
    expect(bed.told('refuses')).toEqual(['dialing', 'ended:lost']);
    expect(bed.told('talks')).toEqual(['dialing', 'ringing', 'answered']);
    expect(bed.told('asterisk:pbx0:1700.5')).toEqual(['inbound']);
    expect(asterisk.requests(/^DELETE channels/)).toEqual([]);
  });

  it('ends the calls of a server that was restarted as lost', async () => {
    const asterisk = await server();
    const bed = await drive([asterisk]);
    await bed.reach('one', asterisk);
    asterisk.restart();
    await bed.until(async () => {
      // Each attempt to connect has its time, and one may be made before the network has cut everything.
      await bed.advance(1000);
      expect(bed.told('one').at(-1)).toBe('ended:lost');
    });
    await bed.until(async () => bed.dial('two'));
    expect(bed.told('two')).toEqual(['dialing']);
  });

  it('rejects what it cannot ask, waits for the server, and gives it up in the end', async () => {
    const asterisk = await server();
    const bed = await drive([asterisk], { lostAfterMs: 20_000 }, async () => []);
    await bed.reach('one', asterisk);
    const { port } = asterisk;
    await asterisk.close();
    // Requests fail already while a connection is closing; that it is lost is known a moment later.
    await bed.until(async () => {
      await expect(bed.driver.reconcile(['other'])).rejects.toMatchObject({ code: 'switch-unavailable' });
    });
    await expect(bed.driver.hold('one', true)).rejects.toMatchObject({ code: 'switch-unavailable' });
    await expect(bed.dial('two')).rejects.toMatchObject({ code: 'switch-unavailable' });
    expect(await bed.driver.reconcile(['one'])).toMatchObject([{ known: true, state: 'answered' }]);
    await bed.advance(20_000);
    expect(bed.told('one').at(-1)).toBe('ended:lost');
    expect(await bed.driver.reconcile(['other'])).toEqual([{ legId: 'other', known: false }]);

    // It was only the network between: the call that was given up goes on there, and is hung up.
    await asterisk.listen(port);
    await bed.until(async () => {
      await bed.advance(5000);
      expect(asterisk.channels.size).toBe(0);
    });
  });

  it('asks again where it asked before when it did not hear the answer', async () => {
    const asterisk = await server();
    const bed = await drive([asterisk]);
    asterisk.reply(/^POST channels$/, () => {
      queueMicrotask(() => asterisk.cut());
      return 'none';
    });
    await expect(bed.dial('one')).rejects.toMatchObject({ code: 'switch-unavailable' });
    expect(bed.told('one')).toEqual([]);
    asterisk.reply(/^POST channels$/, { status: 409 });
    await bed.until(async () => {
      await bed.advance(1000);
      await bed.dial('one');
    });
    expect(bed.told('one')).toEqual(['dialing']);
  });

  describe('after a restart of Ringback', () => {
    it('finds its legs and bridges, hangs up those that nobody knows, and leaves those of others', async () => {
      const asterisk = await server();
      const first = await drive([asterisk]);
      await first.reach('one', asterisk);
      await first.reach('two', asterisk);
      await first.reach('forgotten', asterisk);
      await first.driver.join('b', ['one', 'two']);
      await first.until(() => expect(asterisk.bridges.get('ringback.b~bridge')).toHaveLength(2));
      await first.driver.close();
      asterisk.channels.set('ringback-2.x', { id: 'ringback-2.x', state: 'Up' });
      asterisk.channels.set('1700.9', { id: '1700.9', state: 'Up' });

      const asked: string[] = [];
      const second = await drive([asterisk], {}, async (ids) => {
        asked.push(...ids);
        return ['one', 'two'];
      });
      expect(asked.sort()).toEqual(['forgotten', 'one', 'two']);
      await second.until(() => expect(asterisk.channels.has('ringback.forgotten')).toBe(false));
      expect([...asterisk.channels.keys()].sort()).toEqual(['1700.9', 'ringback-2.x', 'ringback.one', 'ringback.two']);
      const reports = await second.driver.reconcile(['one', 'two', 'forgotten']);
      expect(reports).toMatchObject([
        { known: true, state: 'answered', bridgeId: 'b' },
        { known: true, state: 'answered', bridgeId: 'b' },
        { known: false },
      ]);
      await second.driver.join('b', ['one', 'two']);
      expect(second.told('one')).toContain('joined');
    });

    it('has it found out who answers a call that was dialed before', async () => {
      const asterisk = await server();
      const first = await drive([asterisk]);
      await first.dial('one', { callProgress: true });
      await first.driver.close();
      const second = await drive([asterisk]);
      asterisk.answers('ringback.one');
      await second.until(() => expect(asterisk.requests(/ringback.one\/continue$/)).toHaveLength(1));
      asterisk.enters('ringback.one', ['amd', 'HUMAN']);
      await second.until(() => expect(second.told('one')).toEqual(['ringing', 'answered', 'call-progress']));
    });

    it('knows what the dialplan has found out meanwhile', async () => {
      const asterisk = await server();
      asterisk.channels.set('ringback.one', {
        ...{ id: 'ringback.one', state: 'Up' },
        dialplan: { app_name: 'Stasis', app_data: 'ringback,amd,MACHINE,MAXWORDS-3-2' },
      });
      const bed = await drive([asterisk]);
      const [report] = await bed.driver.reconcile(['one']);
      expect(report).toMatchObject({ state: 'answered', progress: 'answering-machine' });
    });
  });

  it('acts on the calls of another node', async () => {
    const asterisk = await server();
    const one = await drive([asterisk], { node: 'a' });
    const other = await drive([asterisk], { node: 'b' });
    await one.reach('leg', asterisk);
    expect(asterisk.requests(/^POST channels$/)[0]?.parameters.app).toBe('ringback-a');
    expect(await other.driver.reconcile(['leg', 'none'])).toMatchObject([{ state: 'answered' }, { known: false }]);
    await other.driver.join('b', ['leg']);
    await one.until(() => expect(one.told('leg')).toContain('joined'));
    await other.driver.hangup('leg');
    await one.until(() => expect(one.told('leg').at(-1)).toBe('ended:normal'));
    await other.until(() => expect(other.told('leg').at(-1)).toBe('ended:normal'));
  });

  describe('with several servers', () => {
    it('keeps the legs of a call together, and goes on without a server that is lost', async () => {
      const [one, other] = await servers('22.10.1', '22.10.1');
      if (!one || !other) throw new Error('There are no servers.');
      const bed = await drive([one, other], { lostAfterMs: 1000 });
      for (let call = 0; call < 20; call += 1) {
        for (const leg of ['customer', 'agent']) await bed.dial(`${leg}-${call}`, { callId: `call-${call}` });
      }
      const placed = (asterisk: ScriptedAri) =>
        [...asterisk.channels.keys()].map((id) => id.replace(/^.*-/, '')).sort();
      expect(one.channels.size + other.channels.size).toBe(40);
      expect(one.channels.size).toBeGreaterThan(0);
      expect(other.channels.size).toBeGreaterThan(0);
      expect(placed(one).filter((call) => placed(other).includes(call))).toEqual([]);

      const lost = [...one.channels.keys()].map((id) => id.replace('ringback.', ''));
      await one.close();
      await bed.until(async () => {
        await bed.advance(1000);
        for (const leg of lost) expect(bed.told(leg)).toEqual(['dialing', 'ended:lost']);
      });
      for (let call = 20; call < 30; call += 1) await bed.dial(`customer-${call}`, { callId: `call-${call}` });
      expect(other.channels.size).toBe(50 - lost.length);
      open.splice(open.indexOf(one), 1);
    });

    it('joins no legs of different servers', async () => {
      const [one, other] = await servers('22.10.1', '22.10.1');
      if (!one || !other) throw new Error('There are no servers.');
      const bed = await drive([one, other]);
      one.enters('1700.1', ['inbound', '8999'], { state: 'Up' });
      other.enters('1700.2', ['inbound', '8999'], { state: 'Up' });
      const legs = ['asterisk:pbx0:1700.1', 'asterisk:pbx1:1700.2'];
      await bed.until(() => expect(legs.map((leg) => bed.told(leg))).toEqual(legs.map(() => ['inbound', 'answered'])));
      await expect(bed.driver.join('b', legs)).rejects.toMatchObject({ code: 'legs-on-different-servers' });
    });

    it('dials an agent at the server where the caller came in', async () => {
      const [one, other] = await servers('22.10.1', '22.10.1');
      if (!one || !other) throw new Error('There are no servers.');
      const bed = await drive([one, other]);
      for (const [index, asterisk] of [one, other].entries()) {
        await bed.dial(`agent-${index}`, { callId: `asterisk:pbx${index}:1700.1` });
        expect([...asterisk.channels.keys()]).toEqual([`ringback.agent-${index}`]);
      }
    });
  });
});

describe('the server of a call', () => {
  const calls = Array.from({ length: 4000 }, (_, index) => `call-${index}`);
  const share = (servers: { name: string; weight: number }[], name: string) =>
    calls.filter((call) => placeOf(call, servers)?.name === name).length / calls.length;

  it('follows the weights', () => {
    const servers = [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 3 },
      { name: 'spare', weight: 0 },
    ];
    expect(share(servers, 'a')).toBeCloseTo(0.25, 1);
    expect(share(servers, 'b')).toBeCloseTo(0.75, 1);
    expect(share(servers, 'spare')).toBe(0);
    expect(placeOf('call', [{ name: 'spare', weight: 0 }])?.name).toBe('spare');
    expect(placeOf('call', [])).toBeUndefined();
  });

  it('changes for the calls of a server alone that is gone', () => {
    const servers = ['a', 'b', 'c'].map((name) => ({ name, weight: 1 }));
    const left = servers.filter(({ name }) => name !== 'b');
    for (const call of calls) {
      const before = placeOf(call, servers)?.name;
      if (before !== 'b') expect(placeOf(call, left)?.name).toBe(before);
    }
  });
});
