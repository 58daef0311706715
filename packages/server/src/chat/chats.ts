import {
  type Activity,
  type Clock,
  instant,
  type JsonObject,
  Listeners,
  type Logger,
  newId,
  RingbackError,
} from '../kernel/index.js';
import type { Notifications } from '../notify/index.js';
import { type Database, DueWork, type Transaction } from '../store/index.js';
import { type ChatClient, type ChatRecord, chatRecords, type TranscriptLine } from './chat-record.js';
import {
  type ChatEvent,
  type ChatInput,
  type ChatState,
  converse,
  NEW_CONVERSATION,
  type Party,
} from './conversation.js';
import { DECLINED_MS } from './offer.js';

type OptionMap = Readonly<Record<string, string>>;

/** What the customer's client is told: the chat, and the part of the transcript that it does not have yet. */
export interface ChatView {
  chat: ChatRecord;
  lines: TranscriptLine[];
}

/** Who acts for the customer, and what the client has already. */
export interface ClientRequest {
  /** Lines of the transcript that it has; what it was last told without. */
  transcriptPosition?: number;
}

const MOST_TEXT = 16_000;
const KEPT_MS = 90 * 86_400_000;
/** A chat that nobody ever ended is forgotten after so long. */
const LONGEST_CHAT_MS = 100 * 86_400_000;
const SILENT_BATCH = 50;
const MOST_LISTED = 1000;
/** What nodes tell each other: which chat has changed, and which agents it concerns. */
const CHANNEL = 'chat';
const GONE = 'has been silent for too long and has left the session';

/**
 * Chats of customers with agents (gms-services.md 3.8). Whatever happens is a line of the stored transcript before anybody
 * is told; the customer's client asks for it, or hears it over CometD, each line once.
 */
export class Chats {
  readonly #happened = new Listeners<[chat: ChatRecord, events: readonly ChatEvent[]]>();
  readonly #changed = new Listeners<[chat: string, agents: readonly string[]]>();
  readonly #declined = new Listeners<[chat: string]>();
  readonly #silence: DueWork<ChatRecord>;
  #stopListening = () => {};

  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      activity: Activity;
      log: Logger;
      notifications: Pick<Notifications, 'isEnabled' | 'publish'>;
      /** Options of the configured service. */
      service: (name: string) => OptionMap | undefined;
      /** What agents are called in a chat; undefined when there is no such agent. */
      nicknameOf: (agent: string) => string | undefined;
      /** How a chat is shown to its customer's client over CometD. */
      show: (view: ChatView) => JsonObject;
    },
  ) {
    const { database } = parts;
    this.#silence = new DueWork({
      ...parts,
      name: 'silent chats',
      batch: SILENT_BATCH,
      nextDue: () => chatRecords.nextSilent(database),
      claim: (now, limit) => chatRecords.silent(database, now, limit),
      run: async (chats) => {
        for (const { id } of chats) await this.#endSilent(id);
      },
    });
  }

  async start(): Promise<void> {
    this.#stopListening = await this.parts.database.listen(CHANNEL, (news) => {
      // Written by `announceAfter` of another node.
      const { chat, agents } = JSON.parse(news) as { chat: string; agents: string[] };
      this.#changed.notify(chat, agents);
    });
    await this.#silence.start();
  }

  async stop(): Promise<void> {
    this.#stopListening();
    await this.#silence.stop();
  }

  /** Hears, on this node and after the commit, what happens in chats. @returns a function that takes the handler away */
  onEvent(handler: (chat: ChatRecord, events: readonly ChatEvent[]) => void): () => void {
    return this.#happened.add(handler);
  }

  /**
   * Hears, on every node and after the commit, that a chat has changed which concerns these agents. What it has become is
   * to be read. @returns a function that takes the handler away
   */
  onChange(handler: (chat: string, agents: readonly string[]) => void): () => void {
    return this.#changed.add(handler);
  }

  /** Hears, on this node, that an agent has declined a chat. @returns a function that takes the handler away */
  onDeclined(handler: (chat: string) => void): () => void {
    return this.#declined.add(handler);
  }

  /** Tells all nodes, if the transaction commits, that a chat has changed. */
  announceAfter(tx: Transaction, chat: string, agents: readonly string[]): void {
    tx.afterCommit(() => {
      this.#changed.notify(chat, agents);
      this.parts.database.signal(CHANNEL, JSON.stringify({ chat, agents }));
    });
  }

  /** Starts the chat of a service; that of a service which has one already is shown. */
  async open(id: string, service: string, user: string | undefined, client: ChatClient): Promise<ChatView> {
    const { database, clock } = this.parts;
    return database.transaction(async (tx) => {
      const session = newId();
      await chatRecords.add(tx, { id, service, session, user, client, startedAt: clock.now() });
      const chat = await chatRecords.lock(tx, id);
      if (!chat) throw unknown(id);
      if (chat.conversation.nextParty > NEW_CONVERSATION.nextParty) return this.#view(tx, chat, 0);
      return this.#change(tx, chat, { type: 'join', party: { type: 'CLIENT', nickname: client.nickname } }, {});
    });
  }

  /**
   * What the customer does, or only asks: without an input.
   * @throws RingbackError `unknown-chat`, `chat-ended`, `text-too-long`
   */
  async client(id: string, request: ClientRequest, input?: (party: string) => ChatInput): Promise<ChatView> {
    return this.parts.database.transaction(async (tx) => {
      const chat = await this.#lock(tx, id);
      if (!input) return this.#answer(tx, chat, request);
      return this.#change(tx, chat, input(clientOf(chat)), request);
    });
  }

  /**
   * Lets an agent join.
   * @throws RingbackError `unknown-chat`, `unknown-agent`, `chat-ended`, `already-in-chat`
   */
  async join(id: string, agent: string): Promise<ChatRecord> {
    const nickname = this.#nickname(agent);
    return this.#agents(id, () => ({ type: 'join', party: { type: 'AGENT', nickname, agent } }));
  }

  /**
   * What an agent does in a chat.
   * @throws RingbackError `unknown-chat`, `not-in-chat`, `chat-ended`, `text-too-long`
   */
  async agent(id: string, agent: string, input: (party: string) => ChatInput): Promise<ChatRecord> {
    return this.#agents(id, (chat) => {
      const party = chat.conversation.parties.find((candidate) => candidate.agent === agent);
      // Nobody is in a chat that has ended, which is the better thing to say.
      if (!party && chat.conversation.state !== 'ended') {
        throw new RingbackError('not-in-chat', `Agent ${agent} is not in the chat ${id}`);
      }
      return input(party?.id ?? '');
    });
  }

  /**
   * Lets an agent take the chat that is offered.
   * @throws RingbackError `not-offered`, `unknown-agent`
   */
  async accept(id: string, agent: string): Promise<ChatRecord> {
    const nickname = this.#nickname(agent);
    return this.#agents(id, (chat) => {
      if (chat.offeredTo !== agent) throw notOffered(id, agent);
      return { type: 'join', party: { type: 'AGENT', nickname, agent } };
    });
  }

  /**
   * Lets an agent say no to the chat that is offered: the next one is asked.
   * @throws RingbackError `not-offered`
   */
  async decline(id: string, agent: string): Promise<void> {
    const { database, clock } = this.parts;
    await database.transaction(async (tx) => {
      const chat = await this.#lock(tx, id);
      if (chat.offeredTo !== agent) throw notOffered(id, agent);
      const now = clock.now();
      const refused = { ...chat.refused, [agent]: now + DECLINED_MS };
      await chatRecords.write(tx, { ...chat, refused, offeredTo: undefined, offerDueAt: now });
      this.announceAfter(tx, id, [agent]);
      tx.afterCommit(() => this.#declined.notify(id));
    });
  }

  /** Chats that an agent is in or is asked to take, the oldest first. */
  ofAgent(agent: string): Promise<ChatRecord[]> {
    return chatRecords.ofAgent(this.parts.database, agent);
  }

  get(id: string): Promise<ChatRecord | undefined> {
    return chatRecords.read(this.parts.database, id);
  }

  /** The transcript behind a position. */
  transcript(id: string, after: number): Promise<TranscriptLine[]> {
    return chatRecords.transcript(this.parts.database, id, after);
  }

  /** The newest first. */
  list(states: readonly ChatState[]): Promise<ChatRecord[]> {
    return chatRecords.list(this.parts.database, states, MOST_LISTED);
  }

  /** A chat with its whole transcript. */
  async find(id: string): Promise<ChatView | undefined> {
    const { database } = this.parts;
    const chat = await chatRecords.read(database, id);
    return chat && { chat, lines: await chatRecords.transcript(database, id, 0) };
  }

  /** A client that takes leave of CometD says up to where it has read: what follows is sent again (gms-services.md 6.5). */
  async continueFrom(user: string, transcriptPosition: number): Promise<void> {
    await this.parts.database.transaction(async (tx) => {
      for (const chat of await chatRecords.lockOfUser(tx, user)) {
        if (!chat.client.comet || transcriptPosition >= chat.clientRead) continue;
        await chatRecords.write(tx, { ...chat, clientRead: transcriptPosition });
      }
    });
  }

  async purge(): Promise<void> {
    const now = this.parts.clock.now();
    await chatRecords.purge(this.parts.database, now - KEPT_MS, now - LONGEST_CHAT_MS);
  }

  async #agents(id: string, input: (chat: ChatRecord) => ChatInput): Promise<ChatRecord> {
    return this.parts.database.transaction(async (tx) => {
      const chat = await this.#lock(tx, id);
      const { changed } = await this.#happen(tx, chat, input(chat));
      return changed;
    });
  }

  #nickname(agent: string): string {
    const nickname = this.parts.nicknameOf(agent);
    if (nickname === undefined) throw new RingbackError('unknown-agent', `There is no agent ${agent}.`);
    return nickname;
  }

  async #endSilent(id: string): Promise<void> {
    await this.parts.database.transaction(async (tx) => {
      const chat = await chatRecords.lock(tx, id);
      // It may have been heard of since it was found.
      if (chat?.silenceEndsAt === undefined || chat.silenceEndsAt > this.parts.clock.now()) return;
      const client = chat.conversation.parties.find(({ type }) => type === 'CLIENT');
      if (client) await this.#happen(tx, chat, { type: 'leave', party: client.id, text: GONE });
      else await chatRecords.write(tx, { ...chat, silenceEndsAt: undefined });
    });
  }

  async #lock(tx: Transaction, id: string): Promise<ChatRecord> {
    const chat = await chatRecords.lock(tx, id);
    if (!chat) throw unknown(id);
    return chat;
  }

  /** Lets something happen that the customer's client asked for, and answers it. */
  async #change(tx: Transaction, chat: ChatRecord, input: ChatInput, request: ClientRequest): Promise<ChatView> {
    const { changed } = await this.#happen(tx, chat, input);
    return this.#answer(tx, changed, request);
  }

  async #happen(tx: Transaction, chat: ChatRecord, input: ChatInput): Promise<{ changed: ChatRecord }> {
    if ('text' in input && (input.text?.length ?? 0) > MOST_TEXT) {
      throw new RingbackError('text-too-long', `The text is longer than ${MOST_TEXT} characters`);
    }
    const now = this.parts.clock.now();
    const { chat: conversation, events } = converse(chat.conversation, input);
    await chatRecords.addEvents(tx, chat.id, chat.events, events, now);
    const changed: ChatRecord = {
      ...chat,
      conversation,
      events: chat.events + events.length,
      ...(conversation.state !== 'waiting' && { offeredTo: undefined, offerDueAt: undefined, refused: {} }),
      ...(conversation.state === 'ended' && { endedAt: now, silenceEndsAt: undefined }),
    };
    const told = await this.#tell(tx, changed, events);
    await chatRecords.write(tx, told);
    tx.afterCommit(() => this.#happened.notify(told, events));
    const concerned = new Set([...concernedBy(chat), ...concernedBy(changed)]);
    if (concerned.size > 0) this.announceAfter(tx, chat.id, [...concerned]);
    return { changed: told };
  }

  /** Sends the customer's client what it does not have, if it listens; and its device what an agent says. */
  async #tell(tx: Transaction, chat: ChatRecord, events: readonly ChatEvent[]): Promise<ChatRecord> {
    const { notifications, show } = this.parts;
    const { client, user, id } = chat;
    const said = events.some(({ event, partyType }) => event === 'Message.Text' && partyType === 'AGENT');
    if (said && client.device && notifications.isEnabled(client.device.type)) {
      const { debug, ...device } = client.device;
      const to = { ...device, properties: { debug: String(debug) } };
      await notifications.publish(tx, {
        tag: tagOf(chat),
        message: { _id: id, _action: 'refresh' },
        to,
        event: 'chat',
      });
    }
    if (!client.comet || user === undefined || !notifications.isEnabled('comet')) return chat;
    const view = await this.#view(tx, chat, chat.clientRead);
    const to = { type: 'comet', deviceId: user, properties: {} };
    await notifications.publish(tx, { tag: tagOf(chat), message: show(view), to });
    return { ...chat, clientRead: chat.events };
  }

  /** What the client does not have yet; from then on it has it. */
  async #answer(tx: Transaction, chat: ChatRecord, request: ClientRequest): Promise<ChatView> {
    const from = Math.min(request.transcriptPosition ?? chat.clientRead, chat.events);
    const read = this.#heard({ ...chat, clientRead: chat.events });
    await chatRecords.write(tx, read);
    const { silenceEndsAt } = read;
    if (silenceEndsAt !== undefined) tx.afterCommit(() => this.#silence.wake(silenceEndsAt));
    return this.#view(tx, read, from);
  }

  async #view(tx: Transaction, chat: ChatRecord, after: number): Promise<ChatView> {
    return { chat, lines: after < chat.events ? await chatRecords.transcript(tx, chat.id, after) : [] };
  }

  /** Who asks for the transcript counts as gone after the silence that the service allows. */
  #heard(chat: ChatRecord): ChatRecord {
    const allowed = Number(this.parts.service(chat.service)?._client_timeout);
    const watched = allowed > 0 && !chat.client.comet && chat.conversation.state !== 'ended';
    return { ...chat, silenceEndsAt: watched ? this.parts.clock.now() + allowed * 1000 : undefined };
  }
}

function tagOf({ id, client }: ChatRecord): string {
  return client.subscription ?? `chat.${id}`;
}

/** The id of the customer's party. */
function clientOf({ conversation }: ChatRecord): string {
  return conversation.parties.find(({ type }) => type === 'CLIENT')?.id ?? '';
}

function unknown(id: string): RingbackError {
  return new RingbackError('unknown-chat', `No chat with id ${id}`);
}

/** The agents who are in a chat, or asked to take it. */
function concernedBy({ conversation, offeredTo }: ChatRecord): string[] {
  return [offeredTo, ...conversation.parties.map(({ agent }) => agent)].filter((agent) => agent !== undefined);
}

function notOffered(id: string, agent: string): RingbackError {
  return new RingbackError('not-offered', `The chat ${id} is not offered to agent ${agent}`);
}

/** For people: who is in a chat, when it began and how it stands. */
export function described(chat: ChatRecord): JsonObject {
  const { id, service, conversation, client, events, offeredTo, startedAt, endedAt } = chat;
  const { nickname, firstName, lastName, email, subject } = client;
  return {
    id,
    service,
    state: conversation.state,
    subject,
    customer: { nickname, firstName, lastName, email },
    parties: conversation.parties.map((party: Party) => ({ ...party })),
    events,
    ...(offeredTo !== undefined && { offeredTo }),
    startedAt: instant(startedAt),
    ...(endedAt !== undefined && { endedAt: instant(endedAt) }),
  };
}
