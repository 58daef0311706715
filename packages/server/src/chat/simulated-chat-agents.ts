import { type Activity, type Clock, type Logger, RingbackError, type Timer } from '../kernel/index.js';
import type { ChatRecord } from './chat-record.js';
import type { Chats } from './chats.js';
import type { ChatEvent } from './conversation.js';

/** Who answers chats by themselves. */
export interface ChatAgents {
  /** Automatic agents, in the order in which they are asked. */
  automatic(): readonly string[];
  /** How long an agent takes to answer, seconds. */
  answerSeconds(agent: string): number;
}

/**
 * Automatic agents of the simulated floor in chats: the first one joins a chat that waits, greets, and answers what the
 * customer says. What is to come is kept in memory alone: after a start the chats that wait are taken up.
 */
export class SimulatedChatAgents {
  readonly #timers = new Set<Timer>();
  #forget = () => {};

  constructor(
    private readonly parts: { chats: Chats; agents: ChatAgents; clock: Clock; activity: Activity; log: Logger },
  ) {}

  async start(): Promise<void> {
    const { chats } = this.parts;
    this.#forget = chats.onEvent((chat, events) => this.#hear(chat, events));
    for (const { id } of await chats.list(['waiting'])) this.#answer(id);
  }

  stop(): void {
    this.#forget();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #hear({ id, conversation }: ChatRecord, events: readonly ChatEvent[]): void {
    const [agent] = this.parts.agents.automatic();
    if (agent === undefined) return;
    if (conversation.state === 'waiting') this.#answer(id);
    const isIn = conversation.parties.some((party) => party.agent === agent);
    for (const { event, partyType, text } of isIn ? events : []) {
      if (event !== 'Message.Text' || partyType !== 'CLIENT') continue;
      this.#later(agent, () => this.#say(id, agent, `You wrote: ${text.slice(0, 1000)}`));
    }
  }

  #answer(id: string): void {
    const [agent] = this.parts.agents.automatic();
    if (agent === undefined) return;
    this.#later(agent, async () => {
      await this.parts.chats.join(id, agent);
      await this.#say(id, agent, 'Hello, how can I help you?');
    });
  }

  async #say(id: string, agent: string, text: string): Promise<void> {
    await this.parts.chats.agent(id, agent, (party) => ({ type: 'say', party, text }));
  }

  #later(agent: string, work: () => Promise<void>): void {
    const { agents, clock, activity, log } = this.parts;
    const due = clock.now() + Math.max(0, agents.answerSeconds(agent)) * 1000;
    const timer = clock.at(due, () => {
      this.#timers.delete(timer);
      void activity.run(async () => {
        try {
          await work();
        } catch (error) {
          // The customer has left, or the agent is in already: nothing to do.
          if (error instanceof RingbackError) log.debug({ err: error, agent }, 'An automatic agent did not chat');
          else log.error({ err: error, agent }, 'An automatic agent could not chat');
        }
      });
    });
    this.#timers.add(timer);
  }
}
