import { type ChatRecord, type Chats, described, type TranscriptLine } from '../../chat/index.js';
import { instant, type JsonObject } from '../../kernel/index.js';
import type { ChatFrame, DesktopAnswer } from './frame.js';

/** What a desktop has been told of a chat: that it is offered, or its transcript up to a position. */
type Told = 'offered' | { position: number };

/**
 * The chats on one desktop: those that its agent is in, and those that the agent is asked to take. Whatever happens in one,
 * it is read as it is stored, and the desktop is told what is new to it: each line of a transcript once, in order. So it
 * is the same whether something happened here or on another node, and nothing is told that could be lost.
 */
export class DesktopChats {
  readonly #chats: Chats;
  readonly #agentId: string;
  readonly #send: (answer: DesktopAnswer) => void;
  readonly #told = new Map<string, Told>();

  constructor(parts: { chats: Chats; agentId: string; send: (answer: DesktopAnswer) => void }) {
    this.#chats = parts.chats;
    this.#agentId = parts.agentId;
    this.#send = parts.send;
  }

  /** For a desktop that connects (again). */
  async greet(): Promise<void> {
    for (const chat of await this.#chats.ofAgent(this.#agentId)) await this.#tell(chat.id, chat);
  }

  /** Something has happened in a chat. */
  async update(id: string): Promise<void> {
    await this.#tell(id, await this.#chats.get(id));
  }

  /** @throws RingbackError `not-offered`, `unknown-chat`, `not-in-chat`, `chat-ended`, `text-too-long` */
  async act(frame: ChatFrame): Promise<void> {
    const { chat } = frame;
    const agent = this.#agentId;
    switch (frame.type) {
      case 'chat-accept':
        await this.#chats.accept(chat, agent);
        return;
      case 'chat-decline':
        return this.#chats.decline(chat, agent);
      case 'chat-message':
        await this.#chats.agent(chat, agent, (party) => ({ type: 'say', party, text: frame.text }));
        return;
      case 'chat-typing':
        await this.#chats.agent(chat, agent, (party) => ({ type: 'typing', party, started: frame.typing }));
        return;
      case 'chat-push-url':
        await this.#chats.agent(chat, agent, (party) => {
          return { type: 'notice', party, event: 'Notice.PushUrl', text: frame.url };
        });
        return;
      case 'chat-end':
        await this.#chats.agent(chat, agent, (party) => ({ type: 'leave', party }));
        return;
    }
  }

  async #tell(id: string, chat: ChatRecord | undefined): Promise<void> {
    const told = this.#told.get(id);
    if (chat?.conversation.parties.some(({ agent }) => agent === this.#agentId)) {
      await this.#transcribe(chat, typeof told === 'object' ? told : undefined);
      return;
    }
    if (typeof told === 'object') {
      await this.#transcribe(chat, told, id);
      this.#say(id, 'ended');
    } else if (chat?.offeredTo === this.#agentId) {
      if (told === undefined) this.#say(id, 'offered', { ...described(chat), ...until(chat) });
      this.#told.set(id, 'offered');
      return;
    } else if (told === 'offered') {
      this.#say(id, 'withdrawn');
    }
    this.#told.delete(id);
  }

  async #transcribe(chat: ChatRecord | undefined, told: { position: number } | undefined, id = chat?.id ?? '') {
    const lines = await this.#chats.transcript(id, told?.position ?? 0);
    if (told) for (const line of lines) this.#say(id, 'line', { line: shown(line) });
    else if (chat) this.#say(id, 'joined', { ...described(chat), transcript: lines.map(shown) });
    this.#told.set(id, { position: lines.at(-1)?.position ?? told?.position ?? 0 });
  }

  #say(chat: string, event: string, more: JsonObject = {}): void {
    const { id: _id, ...rest } = more;
    this.#send({ type: 'chat', event, chat, ...rest });
  }
}

function until({ offerDueAt }: ChatRecord): JsonObject {
  return offerDueAt === undefined ? {} : { until: instant(offerDueAt) };
}

function shown({ at, ...line }: TranscriptLine): JsonObject {
  return { ...line, at: instant(at) };
}
