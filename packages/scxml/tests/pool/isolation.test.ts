import { afterEach, expect, it } from 'vitest';
import { Executor, SnapshotNeeded } from '../../src/engine/executor.js';
import { type ApplicationDefinition, type Limits, SessionPool, type StepResult } from '../../src/index.js';
import { logs, url, w3c } from '../one-session.js';

const text = w3c(`<datamodel><data id="n" expr="0"/></datamodel><state id="s">
  <transition event="add"><assign location="n" expr="n + 1"/><log expr="n"/></transition>
  <transition event="bomb"><script>var a = []; while (true) a.push({});</script></transition>
  <transition event="deep"><script>(function f() { f(); })()</script></transition>
  <transition event="count"><script>var depth = 0; try { (function f() { depth += 1; f(); })(); } catch (e) {}</script><log expr="depth"/></transition>
  <transition event="error"><log expr="_event.data.reason"/></transition>
  <transition event="end" target="f"/></state><final id="f"/>`);

function application(isolation: 'application' | 'session', limits: Partial<Limits> = {}): ApplicationDefinition {
  const generous = { evaluationTicks: 0, macrostepTicks: 0, instanceMegabytes: 20 };
  return { id: isolation, main: url, documents: { [url]: text }, isolation, limits: { ...generous, ...limits } };
}

const executors: Executor[] = [];

async function executor(isolation: 'application' | 'session', limits: Partial<Limits> = {}): Promise<Executor> {
  const made = new Executor();
  executors.push(made);
  expect(await made.define(application(isolation, limits))).toEqual([]);
  return made;
}

afterEach(() => {
  for (const made of executors.splice(0)) made.close();
});

/** Delivers to a session that is still held: without its snapshot. */
function tellHeld(made: Executor, application: string, session: string, step: number, name: string) {
  return made.deliver({ session, application, step, snapshot: '', event: { name }, now: 0 });
}

it('keeps the memory of a session apart from that of the others', async () => {
  const made = await executor('session');
  const start = (session: string) => made.start({ session, application: 'session', now: 0 });
  const greedy = await start('greedy');
  await start('modest');
  const request = { session: 'greedy', application: 'session', step: greedy.step, snapshot: greedy.snapshot, now: 0 };
  const bombed = await made.deliver({ ...request, event: { name: 'bomb' } });
  expect(bombed.failure?.reason ?? logs(bombed)[0]).toMatch(/memory|sandbox/);
  // The other one is where it was.
  expect(logs(await tellHeld(made, 'session', 'modest', 1, 'add'))).toEqual(['1']);
});

it('restores the others when sessions share the memory that has run out', async () => {
  const made = await executor('application');
  const greedy = await made.start({ session: 'greedy', application: 'application', now: 0 });
  const modest = await made.start({ session: 'modest', application: 'application', now: 0 });
  const request = { application: 'application', step: 1, now: 0 };
  await made.deliver({ ...request, session: 'greedy', snapshot: greedy.snapshot, event: { name: 'bomb' } });
  await expect(tellHeld(made, 'application', 'modest', 1, 'add')).rejects.toThrow(SnapshotNeeded);
  const { snapshot } = modest;
  expect(logs(await made.deliver({ ...request, session: 'modest', snapshot, event: { name: 'add' } }))).toEqual(['1']);
});

it('closes the instances that were not used for longest, and restores their sessions', async () => {
  const made = await executor('session', { isolatedSessions: 2 });
  const last = new Map<string, StepResult>();
  for (const session of ['a', 'b', 'c']) {
    last.set(session, await made.start({ session, application: 'session', now: 0 }));
  }
  await expect(tellHeld(made, 'session', 'a', 1, 'add')).rejects.toThrow(SnapshotNeeded);
  for (let round = 1; round <= 3; round += 1) {
    for (const [session, { step, snapshot }] of last) {
      const event = { name: 'add' };
      const result = await made.deliver({ session, application: 'session', step, snapshot, event, now: 0 });
      expect(logs(result)).toEqual([String(round)]);
      last.set(session, result);
    }
  }
  const { step = 0, snapshot = '' } = last.get('a') ?? {};
  const again = { session: 'a', application: 'session', snapshot, now: 0 };
  expect(await made.deliver({ ...again, step, event: { name: 'end' } })).toMatchObject({ status: 'done' });
  // The same again from its snapshot, as after a commit that failed.
  made.forget('a');
  expect(await made.deliver({ ...again, step, event: { name: 'end' } })).toMatchObject({ status: 'done' });
});

it('gives the guest the stack that its budget says, as far as the thread has it', async () => {
  const depth = async (stackBytes: number): Promise<number> => {
    const pool = new SessionPool({ workers: 1, limits: { stackBytes, watchdogMs: 60_000 } });
    try {
      await pool.define({ ...application('application'), limits: {} });
      const start = await pool.start({ session: 's', application: 'application', now: 0 });
      const { step, snapshot } = start;
      const request = { session: 's', application: 'application', step, snapshot, now: 0 };
      const deep = await pool.deliver({ ...request, event: { name: 'deep' } });
      expect(logs(deep)).toEqual(['stack']);
      expect(deep.overruns).toBe(1);
      const after = { step: deep.step, snapshot: deep.snapshot, event: { name: 'count' } };
      return Number(logs(await pool.deliver({ ...request, ...after }))[0]);
    } finally {
      await pool.close();
    }
  };
  const [small, large] = [await depth(32 * 1024), await depth(128 * 1024)];
  expect(small).toBeGreaterThan(50);
  expect(large).toBeGreaterThan(3 * small);
});

it('survives a stack budget that the thread cannot honour', async () => {
  const made = await executor('application', { stackBytes: 16 * 1024 * 1024 });
  const start = await made.start({ session: 's', application: 'application', now: 0 });
  const request = { session: 's', application: 'application', step: 1, snapshot: start.snapshot, now: 0 };
  const deep = await made.deliver({ ...request, event: { name: 'deep' } });
  expect(deep.status === 'failed' ? deep.failure?.reason : logs(deep)[0]).toMatch(/sandbox|stack/);
  expect(logs(await made.deliver({ ...request, event: { name: 'add' } }))).toEqual(['1']);
});
