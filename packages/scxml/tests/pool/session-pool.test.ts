import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApplicationDefinition, SessionPool, type StepResult } from '../../src/index.js';
import { logs, url, w3c } from '../one-session.js';

const counter: ApplicationDefinition = {
  id: 'counter',
  main: url,
  documents: {
    [url]: w3c(`<datamodel><data id="n" expr="0"/></datamodel><state id="s">
      <transition event="add"><assign location="n" expr="n + _event.data.by"/><log expr="n"/></transition>
      <transition event="hang"><script>var a = []; a.length = Math.pow(2, 32) - 1; a.indexOf(1);</script></transition>
      <transition event="end" target="f"/></state><final id="f"><donedata><param name="n" expr="n"/></donedata></final>`),
  },
};

describe('a pool with worker threads', () => {
  // A thread that gets no turn for a moment must not look stuck where nothing hangs.
  const pool = new SessionPool({ workers: 2, limits: { residentSessions: 5, watchdogMs: 60_000 } });
  const last = new Map<string, StepResult>();

  async function add(session: string, by: number, at = pool): Promise<StepResult> {
    const { step = 0, snapshot = '' } = last.get(session) ?? {};
    const event = { name: 'add', data: { by } };
    const result = await at.deliver({ session, application: 'counter', step, snapshot, event, now: 0 });
    last.set(session, result);
    return result;
  }

  beforeAll(async () => {
    expect(await pool.define(counter)).toEqual([]);
  });
  afterAll(() => pool.close());

  it('runs many sessions at once, each in order, also those that are not resident any more', async () => {
    const names = Array.from({ length: 20 }, (_item, i) => `many${i}`);
    await Promise.all(
      names.map(async (session) => last.set(session, await pool.start({ session, application: 'counter', now: 0 }))),
    );
    for (let round = 1; round <= 5; round += 1) {
      const results = await Promise.all(names.map((session) => add(session, 1)));
      expect(results.map((result) => logs(result).join())).toEqual(names.map(() => String(round)));
      expect(results.every(({ step }) => step === round + 1)).toBe(true);
    }
  });

  it('repeats a step from its snapshot after forget, with the same result', async () => {
    const session = 'again';
    last.set(session, await pool.start({ session, application: 'counter', now: 0 }));
    await add(session, 2);
    const before = last.get(session);
    const first = await add(session, 3);
    pool.forget(session);
    if (before !== undefined) last.set(session, before);
    expect(await add(session, 3)).toEqual(first);
  });

  it('uses the snapshot when it is asked for another step than the resident one', async () => {
    const session = 'back';
    const start = await pool.start({ session, application: 'counter', now: 0 });
    last.set(session, start);
    await add(session, 5);
    await add(session, 5);
    last.set(session, start);
    expect(logs(await add(session, 1))).toEqual(['1']);
  });

  it('ends a session with its data, and cancels one', async () => {
    last.set('end', await pool.start({ session: 'end', application: 'counter', now: 0 }));
    await add('end', 7);
    const { step, snapshot } = last.get('end') ?? { step: 0, snapshot: '' };
    const request = { session: 'end', application: 'counter', step, snapshot, now: 0 };
    expect(await pool.deliver({ ...request, event: { name: 'end' } })).toMatchObject({
      status: 'done',
      finalState: 'f',
      doneData: { n: 7 },
      snapshot: '',
    });
    const cancelled = await pool.deliver({ ...request, cancel: true });
    expect(cancelled).toMatchObject({ status: 'done', snapshot: '' });
    expect(cancelled).not.toHaveProperty('finalState');
  });

  it('gives up a session that blocks its thread, and nobody else', async () => {
    const watched = new SessionPool({ workers: 2, limits: { watchdogMs: 1000 } });
    await watched.define(counter);
    const start = await watched.start({ session: 'stuck', application: 'counter', now: 0 });
    const others = ['o1', 'o2', 'o3', 'o4'];
    for (const session of others) last.set(session, await watched.start({ session, application: 'counter', now: 0 }));
    const event = { name: 'hang' };
    const stuck = watched.deliver({ ...start, session: 'stuck', application: 'counter', event, now: 0 });
    const results = await Promise.all(others.map((session) => add(session, 4, watched)));
    expect(results.map((result) => logs(result).join())).toEqual(['4', '4', '4', '4']);
    expect((await stuck).failure?.reason).toBe('watchdog');
    expect(logs(await add('o1', 1, watched))).toEqual(['5']);
    await watched.close();
  });

  it('answers what is open when it is closed', async () => {
    const closing = new SessionPool({ workers: 1 });
    await closing.define(counter);
    const open = closing.start({ session: 'open', application: 'counter', now: 0 });
    await closing.close();
    const result = await open;
    expect(result.failure?.reason ?? 'closed').toBe('closed');
  });

  it('defines an application once per id', async () => {
    const broken = { ...counter, id: 'broken', documents: { [url]: '<scxml/>' } };
    const [first, second] = await Promise.all([pool.define(broken), pool.define(broken)]);
    expect(first).toBe(second);
    expect(first?.[0]?.severity).toBe('error');
    const result = await pool.start({ session: 'b', application: 'broken', now: 0 });
    expect(result.failure?.reason).toBe('application-invalid');
  });

  it('says what is wrong with a prelude', async () => {
    const found = await pool.define({ ...counter, id: 'prelude', prelude: '({})' });
    expect(found).toMatchObject([{ code: 'prelude', severity: 'error' }]);
  });
});

describe.each(['sandbox', 'trusted'] as const)('a step is a function of its inputs, %s', (datamodel) => {
  const random: ApplicationDefinition = {
    id: 'random',
    main: url,
    datamodel,
    prelude: '(host) => ({ host: { env: () => host.env().k, call: (x) => host.call("op", x, [1]) }, list: [1] })',
    documents: {
      [url]: w3c(`<state id="s"><transition event="*">
        <log expr="[Date.now(), new Date().getTime(), Date().length &gt; 9, Math.random(), Math.random(), host.env()].join()"/>
        <script>host.call({ a: 1 }); try { list.push(2); } catch (e) {} try { host.env = 1; } catch (e) {}</script><log expr="list.length + host.env()"/><send event="x"/></transition></state>`),
    },
  };

  it('with time, chance, ids and environment', async () => {
    const results: StepResult[] = [];
    for (let i = 0; i < 2; i += 1) {
      const pool = new SessionPool({ workers: 0 });
      await pool.define(random);
      const base = { session: 'r', application: 'random', environment: { k: 'env' } };
      const start = await pool.start({ ...base, now: 5 });
      results.push(await pool.deliver({ ...base, step: 1, snapshot: start.snapshot, event: { name: 'e' }, now: 77 }));
      await pool.close();
    }
    expect(results[0]).toEqual(results[1]);
    const [line, second] = logs(results[0]);
    expect(line).toMatch(/^77,77,true,0\.\d+,0\.\d+,env$/);
    expect(second).toBe('1env');
    expect(new Set(line?.split(',').slice(3, 5)).size).toBe(2);
    expect(results[0]?.effects.filter(({ kind }) => kind === 'call')).toEqual([
      { kind: 'call', op: 'op', args: [{ a: 1 }, [1]] },
    ]);
  });
});
