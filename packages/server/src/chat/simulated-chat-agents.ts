import { type Activity, type Clock, type Logger, RingbackError, type Timer } from '../kernel/index.js';
import type { ChatRecord } from './chat-record.js';
import type { Chats } from './chats.js';
import type { ChatEvent } from './conversation.js';

/** Who answers chats by themselves. */
export interface ChatAgents {
  /** Automatic agents. */
  automatic(): readonly string[];
  /** How long an agent takes to answer, seconds. */
  answerSeconds(agent: string): number;
}

/**
 * Automatic agents of the simulated floor in chats: they accept what they are offered, greet, and answer what the customer
 * says. What is to come is kept in memory alone: after a start the offers that stand are taken up.
 */
export class SimulatedChatAgents {
  readonly #timers = new Set<Timer>();
  #stops: (() => void)[] = [];

  constructor(
    private readonly parts: { chats: Chats; agents: ChatAgents; clock: Clock; activity: Activity; log: Logger },
  ) {}

  async start(): Promise<void> {
    const { chats } = this.parts;
    this.#stops = [
      chats.onEvent((chat, events) => this.#hear(chat, events)),
      chats.onChange((id, agents) => this.#changed(id, agents)),
    ];
    for (const chat of await chats.list(['waiting'])) this.#consider(chat);
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #hear({ id, conversation }: ChatRecord, events: readonly ChatEvent[]): void {
    const automatic = this.parts.agents.automatic();
    const agent = conversation.parties.find(
      (party) => party.agent !== undefined && automatic.includes(party.agent),
    )?.agent;
    if (agent === undefined) return;
    for (const { event, partyType, text } of events) {
      if (event !== 'Message.Text' || partyType !== 'CLIENT') continue;
      this.#later(agent, () => this.#say(id, agent, `You wrote: ${text.slice(0, 1000)}`));
    }
  }

  #changed(id: string, agents: readonly string[]): void {
    const automatic = this.parts.agents.automatic();
    if (!agents.some((agent) => automatic.includes(agent))) return;
    this.#carefully(async () => {
      const chat = await this.parts.chats.get(id);
      if (chat) this.#consider(chat);
    });
  }

  /** Accepts a chat that is offered to one of them. */
  #consider({ id, offeredTo: agent }: ChatRecord): void {
    if (agent === undefined || !this.parts.agents.automatic().includes(agent)) return;
    this.#later(agent, async () => {
      await this.parts.chats.accept(id, agent);
      await this.#say(id, agent, 'Hello, how can I help you?');
    });
  }

  async #say(id: string, agent: string, text: string): Promise<void> {
    await this.parts.chats.agent(id, agent, (party) => ({ type: 'say', party, text }));
  }

  #later(agent: string, work: () => Promise<void>): void {
    const { agents, clock } = this.parts;
    const due = clock.now() + Math.max(0, agents.answerSeconds(agent)) * 1000;
    const timer = clock.at(due, () => {
      this.#timers.delete(timer);
      this.#carefully(work);
    });
    this.#timers.add(timer);
  }

  #carefully(work: () => Promise<void>): void {
    const { activity, log } = this.parts;
    void activity.run(async () => {
      try {
        await work();
      } catch (error) {
        // The customer has left, or the agent is in already: nothing to do.
        if (error instanceof RingbackError) log.debug({ err: error }, 'An automatic agent did not chat');
        else log.error({ err: error }, 'An automatic agent could not chat');
      }
    });
  }
}
