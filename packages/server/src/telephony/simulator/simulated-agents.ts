import { type Activity, type Clock, type Logger, RingbackError, type Timer } from '../../kernel/index.js';
import { type AgentBehaviour, milliseconds } from './settings.js';

/** What a simulated agent does at its desk. The states have the names of the agent's life cycle. */
export interface AgentControl {
  login(agentId: string): Promise<unknown>;
  ready(agentId: string): Promise<unknown>;
  wrapDone(agentId: string): Promise<unknown>;
  /** `logged-out`, `not-ready`, `ready`, `reserved`, `busy`, `after-call-work`; undefined: there is no such agent. */
  state(agentId: string): Promise<string | undefined>;
  /** Hears every change of state. @returns a function that takes the handler away again */
  onState(handler: (agentId: string, state: string) => void): () => void;
}

/** What the agents are described by: the simulator. */
export interface AgentDescriptions {
  agents(): string[];
  agent(agentId: string): AgentBehaviour;
  onAgentsChanged(handler: (agentIds: readonly string[]) => void): () => void;
}

/** After a failure (the database is away, say) an agent tries again, milliseconds. */
const RETRY_MS = 5000;

/**
 * The agents who work by themselves (`auto`): at the start, and when something is said of them, they log in and get
 * ready; after a call they wrap up and are ready again. Who was made not ready or logged out by somebody stays so until
 * then. Their phones are the simulator's business.
 */
export class SimulatedAgents {
  readonly #descriptions: AgentDescriptions;
  readonly #control: AgentControl;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  /** One thing to come per agent: the end of the wrap, or another try. */
  readonly #timers = new Map<string, Timer>();
  /** Described, but not (yet) known to the configuration. */
  readonly #unknown = new Set<string>();
  #unsubscribe: (() => void)[] = [];

  constructor(parts: {
    descriptions: AgentDescriptions;
    control: AgentControl;
    clock: Clock;
    activity: Activity;
    log: Logger;
  }) {
    this.#descriptions = parts.descriptions;
    this.#control = parts.control;
    this.#clock = parts.clock;
    this.#activity = parts.activity;
    this.#log = parts.log;
  }

  /** Resolves when every automatic agent is at work. */
  async start(): Promise<void> {
    if (this.#unsubscribe.length > 0) return;
    this.#unsubscribe = [
      this.#control.onState((agentId, state) => this.#stateChanged(agentId, state)),
      this.#descriptions.onAgentsChanged((agentIds) => void this.#getToWork(agentIds)),
    ];
    await this.#getToWork(this.#descriptions.agents());
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** To be called when agents were configured: who was described before it existed gets to work now. */
  async configurationChanged(): Promise<void> {
    const candidates = [...this.#unknown];
    this.#unknown.clear();
    await this.#getToWork(candidates);
  }

  async #getToWork(agentIds: readonly string[]): Promise<void> {
    const automatic = agentIds.filter((agentId) => this.#descriptions.agent(agentId).auto);
    await Promise.all(automatic.map((agentId) => this.#do(agentId, () => this.#begin(agentId))));
  }

  async #begin(agentId: string): Promise<void> {
    const state = await this.#control.state(agentId);
    if (state === undefined) this.#unknown.add(agentId);
    if (state === 'logged-out') await this.#control.login(agentId);
    if (state === 'logged-out' || state === 'not-ready') await this.#control.ready(agentId);
    if (state === 'after-call-work') this.#wrap(agentId);
  }

  #stateChanged(agentId: string, state: string): void {
    if (state === 'after-call-work' && this.#descriptions.agent(agentId).auto) this.#wrap(agentId);
  }

  #wrap(agentId: string): void {
    this.#later(agentId, milliseconds(this.#descriptions.agent(agentId).wrapSeconds), async () => {
      if ((await this.#control.state(agentId)) === 'after-call-work') await this.#control.wrapDone(agentId);
    });
  }

  #later(agentId: string, delayMs: number, work: () => Promise<void>): void {
    this.#timers.get(agentId)?.cancel();
    const timer = this.#clock.at(this.#clock.now() + delayMs, () => {
      if (this.#timers.get(agentId) === timer) this.#timers.delete(agentId);
      void this.#do(agentId, work);
    });
    this.#timers.set(agentId, timer);
  }

  async #do(agentId: string, work: () => Promise<void>): Promise<void> {
    await this.#activity.run(async () => {
      try {
        await work();
      } catch (error) {
        if (error instanceof RingbackError && error.code === 'unknown-agent') {
          this.#unknown.add(agentId);
          return;
        }
        this.#log.warn({ err: error, agent: agentId }, 'A simulated agent could not act and tries again');
        if (this.#unsubscribe.length > 0) this.#later(agentId, RETRY_MS, () => this.#begin(agentId));
      }
    });
  }
}
