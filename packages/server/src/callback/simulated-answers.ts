import type { Activity, Clock, JsonObject, Logger } from '../kernel/index.js';
import { RingbackError } from '../kernel/index.js';
import type { Invitation, InvitationAnswer, Invitations } from './invitations.js';

/** How a simulated agent answers questions about callbacks (interface.md section 4, AGENT). */
export interface AnsweringBehaviour {
  auto: boolean;
  answerSeconds: number;
  preview: 'accept' | 'reject' | 'ignore';
  disposition: JsonObject;
}

/**
 * The agents who work by themselves, asked about callbacks: they accept, reject or ignore a preview and say their
 * disposition of a conversation, `answerSeconds` after they were asked.
 */
export class SimulatedAnswers {
  #isRunning = false;
  #stop: () => void = () => {};

  constructor(
    private readonly parts: {
      invitations: Invitations;
      behaviour: (agentId: string) => AnsweringBehaviour;
      clock: Clock;
      activity: Activity;
      log: Logger;
    },
  ) {}

  start(): void {
    this.#isRunning = true;
    this.#stop = this.parts.invitations.onOffered((invitation) => this.#asked(invitation));
  }

  stop(): void {
    this.#isRunning = false;
    this.#stop();
  }

  #asked(invitation: Invitation): void {
    const { clock, activity } = this.parts;
    const behaviour = this.parts.behaviour(invitation.agent);
    const answer = answerOf(invitation, behaviour);
    if (!behaviour.auto || !answer) return;
    clock.at(clock.now() + behaviour.answerSeconds * 1000, () => {
      if (this.#isRunning) void activity.run(() => this.#answer(invitation, answer));
    });
  }

  async #answer({ agent, handle }: Invitation, answer: InvitationAnswer): Promise<void> {
    try {
      await this.parts.invitations.answer(agent, handle, answer);
    } catch (error) {
      // The application was faster: the question is not open any more.
      const level = error instanceof RingbackError && error.code === 'no-such-invitation' ? 'debug' : 'warn';
      this.parts.log[level]({ err: error, agent, handle }, 'A simulated agent could not answer about a callback');
    }
  }
}

function answerOf({ kind }: Invitation, { preview, disposition }: AnsweringBehaviour): InvitationAnswer | undefined {
  if (kind === 'disposition') return { type: 'disposition', data: disposition };
  return preview === 'ignore' ? undefined : { type: preview };
}
