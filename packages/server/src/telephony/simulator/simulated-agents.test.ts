import { describe, expect, it, onTestFinished } from 'vitest';
import { Listeners, RingbackError, silentLogger } from '../../kernel/index.js';
import { type AgentControl, SimulatedAgents } from './simulated-agents.js';
import { testNetwork } from './testing.js';

/** Desks of agents: what was done there, and what state they are in. */
class Desks implements AgentControl {
  readonly done: string[] = [];
  readonly states = new Map<string, string>();
  readonly #listeners = new Listeners<[string, string]>();
  failing = false;

  constructor(agents: Record<string, string>) {
    for (const [agent, state] of Object.entries(agents)) this.states.set(agent, state);
  }

  login = (agent: string) => this.#do('login', agent, 'not-ready');
  ready = (agent: string) => this.#do('ready', agent, 'ready');
  wrapDone = (agent: string) => this.#do('wrap done', agent, 'ready');

  async state(agent: string): Promise<string | undefined> {
    return this.states.get(agent);
  }

  onState(handler: (agent: string, state: string) => void): () => void {
    return this.#listeners.add(handler);
  }

  enter(agent: string, state: string): void {
    this.states.set(agent, state);
    this.#listeners.notify(agent, state);
  }

  async #do(what: string, agent: string, state: string): Promise<void> {
    if (this.failing) throw new Error('The database is away.');
    if (!this.states.has(agent)) throw new RingbackError('unknown-agent', `There is no agent ${agent}.`);
    this.done.push(`${what} ${agent}`);
    this.enter(agent, state);
  }
}

async function scene(desks: Record<string, string>, agents: object) {
  const network = await testNetwork();
  await network.simulator.changeSettings({ agents });
  const control = new Desks(desks);
  const { clock, activity, simulator } = network;
  const parts = { descriptions: simulator, control, clock, activity, log: silentLogger };
  const simulated = new SimulatedAgents(parts);
  onTestFinished(() => simulated.stop());
  await simulated.start();
  return { ...network, control, simulated };
}

describe('automatic agents', () => {
  it('log in and get ready at the start, from whatever state they were left in', async () => {
    const desks = { a1: 'logged-out', a2: 'not-ready', a3: 'ready', a4: 'busy', a5: 'logged-out' };
    const auto = { auto: true };
    const { control } = await scene(desks, { a1: auto, a2: auto, a3: auto, a4: auto, a5: { auto: false } });
    expect(control.done.sort()).toEqual(['login a1', 'ready a1', 'ready a2']);
  });

  it('wrap up for their time after a call, and are ready again', async () => {
    const { control, advance } = await scene({ a1: 'ready' }, { a1: { auto: true, wrapSeconds: 1.5 } });
    control.enter('a1', 'busy');
    control.enter('a1', 'after-call-work');
    await advance(1.4);
    expect(control.done).toEqual([]);
    await advance(0.1);
    expect(control.done).toEqual(['wrap done a1']);
  });

  it('end a wrap that an earlier process has left', async () => {
    const { control, advance } = await scene({ a1: 'after-call-work' }, { a1: { auto: true } });
    await advance(2);
    expect(control.done).toEqual(['wrap done a1']);
  });

  it('do not end a wrap that somebody else has ended', async () => {
    const { control, advance } = await scene({ a1: 'ready' }, { a1: { auto: true } });
    control.enter('a1', 'after-call-work');
    control.enter('a1', 'not-ready');
    await advance(10);
    expect(control.done).toEqual([]);
  });

  it('stay not ready when somebody wants it, until they are spoken to again', async () => {
    const { control, simulator, advance } = await scene({ a1: 'ready' }, { a1: { auto: true } });
    control.enter('a1', 'not-ready');
    await simulator.changeSettings({ numbers: { 1: { outcome: 'busy' } } });
    await advance(10);
    expect(control.done).toEqual([]);
    await simulator.changeSettings({ agents: { a1: { wrapSeconds: 3 } } });
    await advance(0);
    expect(control.done).toEqual(['ready a1']);
  });

  it('get to work when they are configured later than described', async () => {
    const { control, simulated } = await scene({}, { a1: { auto: true } });
    expect(control.done).toEqual([]);
    control.states.set('a1', 'logged-out');
    await simulated.configurationChanged();
    expect(control.done).toEqual(['login a1', 'ready a1']);
  });

  it('try again when they could not act', async () => {
    const { control, advance, simulator } = await scene({ a1: 'ready', a2: 'logged-out' }, { a1: { auto: true } });
    control.failing = true;
    control.enter('a1', 'after-call-work');
    await simulator.changeSettings({ agents: { a2: { auto: true } } });
    await advance(6);
    control.failing = false;
    await advance(20);
    expect(control.done.sort()).toEqual(['login a2', 'ready a2', 'wrap done a1']);
  });
});
