import type { Activity, Clock, Logger } from '../kernel/index.js';
import { type Database, DueWork, type Transaction } from '../store/index.js';
import { type ChatRecord, chatRecords } from './chat-record.js';
import type { Chats } from './chats.js';
import { type ChatAgent, chooseAgent, UNANSWERED_MS } from './offer.js';

/** What routing knows of agents. */
export interface ChatStaff {
  /** Agents who may take a chat of a service and are ready. */
  ready(tx: Transaction, service: string): Promise<ChatAgent[]>;
  /** Hears that an agent has become ready, or is not ready any more. @returns a function that takes the handler away */
  onReady(handler: (agent: string, isReady: boolean) => void): () => void;
}

/** Where nobody can be asked, somebody is looked for again after so long; later and later, the longer a chat has waited. */
const LOOK_AGAIN_MS = 5_000;
const LOOK_AGAIN_SHARE = 1 / 60;
const BATCH = 20;

/**
 * Offers chats that wait to agents, the oldest first: one agent at a time, until one takes it. The offer is stored, so that
 * it outlives a crash; an agent who does not answer in time, or is not ready any more, is passed over.
 *
 * Driven by the due times of the rows; a chat that comes, an agent who becomes ready and a chat that ends make it look at
 * once. Any node may do it: one at a time counts who has how many chats.
 */
export class ChatRouting {
  readonly #work: DueWork<string>;
  #stops: (() => void)[] = [];
  /** False when no chat waited at the last look and none has come since: then nobody has to be told of agents. */
  #isAnyWaiting = false;
  #hasOneCome = false;

  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      activity: Activity;
      log: Logger;
      chats: Chats;
      staff: ChatStaff;
      /** How long an agent may take to answer, milliseconds. */
      offerMs: () => number;
    },
  ) {
    const { database } = parts;
    this.#work = new DueWork({
      ...parts,
      name: 'offers of chats',
      batch: BATCH,
      nextDue: async () => {
        this.#hasOneCome = false;
        const due = await chatRecords.nextOffer(database);
        this.#isAnyWaiting = due !== undefined || this.#hasOneCome;
        return due;
      },
      claim: (now, limit) => chatRecords.offersDue(database, now, limit),
      run: async (chats) => {
        for (const id of chats) await this.#look(id);
      },
    });
  }

  async start(): Promise<void> {
    const { chats, staff, activity } = this.parts;
    this.#stops = [
      chats.onEvent(({ conversation }) => this.#hear(conversation.state)),
      chats.onDeclined(() => this.#work.wake()),
      staff.onReady((agent, isReady) => {
        if (!this.#isAnyWaiting) return;
        void activity.run(() => (isReady ? this.#lookAgain() : this.#takeBack(agent)));
      }),
    ];
    await this.#work.start();
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#work.stop();
  }

  #hear(state: ChatRecord['conversation']['state']): void {
    if (state === 'waiting') {
      this.#isAnyWaiting = true;
      this.#hasOneCome = true;
      this.#work.wake();
    } else if (state === 'ended' && this.#isAnyWaiting) {
      // An agent has room again.
      void this.parts.activity.run(() => this.#lookAgain());
    }
  }

  async #lookAgain(): Promise<void> {
    await this.#changeDue(() => chatRecords.lookAgain(this.parts.database, this.parts.clock.now()));
  }

  async #takeBack(agent: string): Promise<void> {
    await this.#changeDue(() => chatRecords.endOffers(this.parts.database, agent, this.parts.clock.now()));
  }

  async #changeDue(change: () => Promise<void>): Promise<void> {
    try {
      await change();
      this.#work.wake();
    } catch (error) {
      // They are looked at when they are due.
      this.parts.log.warn({ err: error }, 'Chats that wait could not be looked at early');
    }
  }

  /** Finds the next agent for a chat that waits; the one who was asked has not answered. */
  async #look(id: string): Promise<void> {
    const { database, clock, staff, chats, offerMs } = this.parts;
    await database.transaction(async (tx) => {
      await chatRecords.lockOffers(tx);
      const chat = await chatRecords.lock(tx, id);
      const now = clock.now();
      if (chat?.offerDueAt === undefined || chat.offerDueAt > now) return;
      const { offeredTo: before } = chat;
      const ready = await staff.ready(tx, chat.service);
      // Who has been taken away by a call has not refused.
      const isSilent = before !== undefined && ready.some((agent) => agent.id === before);
      const refused = isSilent ? { ...chat.refused, [before]: now + UNANSWERED_MS } : chat.refused;
      const offeredTo = chooseAgent(ready, await chatRecords.load(tx, id), refused, now);
      const pause = Math.max(LOOK_AGAIN_MS, (now - chat.startedAt) * LOOK_AGAIN_SHARE);
      const offerDueAt = Math.round(now + (offeredTo === undefined ? pause : offerMs()));
      await chatRecords.write(tx, { ...chat, refused, offeredTo, offerDueAt });
      const concerned = [before, offeredTo].filter((agent) => agent !== undefined);
      if (concerned.length > 0) chats.announceAfter(tx, id, concerned);
    });
  }
}
