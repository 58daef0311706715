import { RingbackError } from '../kernel/index.js';

/** `waiting` for an agent -> `talking` -> `ended`; also `waiting` -> `ended`. Nothing follows the end. */
export type ChatState = 'waiting' | 'talking' | 'ended';
export type PartyType = 'AGENT' | 'CLIENT' | 'EXTERNAL' | 'SUPERVISOR';

export interface Party {
  /** Within its chat. */
  id: string;
  type: PartyType;
  nickname: string;
  /** The agent, where the party is one of ours. */
  agent?: string;
}

/** Names of events as clients know them (gms-services.md 3.8). */
export type ChatEventName =
  | 'Message.Text'
  | 'Notice.Joined'
  | 'Notice.Left'
  | 'Notice.TypingStarted'
  | 'Notice.TypingStopped'
  | 'Notice.PushUrl'
  | 'Notice.Custom';

/** One line of the transcript. */
export interface ChatEvent {
  event: ChatEventName;
  nickname: string;
  text: string;
  party: string;
  partyType: PartyType;
}

export interface Conversation {
  state: ChatState;
  /** Who is in it now. */
  parties: readonly Party[];
  nextParty: number;
}

/** What happens in a chat. Parties are named by their ids. */
export type ChatInput =
  | { type: 'join'; party: Omit<Party, 'id'> }
  | { type: 'say'; party: string; text: string }
  | { type: 'notice'; party: string; event: 'Notice.PushUrl' | 'Notice.Custom'; text: string }
  | { type: 'typing'; party: string; started: boolean; text?: string }
  | { type: 'leave'; party: string; text?: string };

export const NEW_CONVERSATION: Conversation = { state: 'waiting', parties: [], nextParty: 1 };

const JOINED = 'has joined the session';
const LEFT = 'has left the session';

/**
 * What a chat becomes by what happens in it, and what the transcript says of that. A chat ends when its customer leaves,
 * and when no agent is left in it.
 * @throws RingbackError `chat-ended`, `not-in-chat`, `already-in-chat`
 */
export function converse(chat: Conversation, input: ChatInput): { chat: Conversation; events: ChatEvent[] } {
  if (chat.state === 'ended') throw new RingbackError('chat-ended', 'The chat has ended');
  if (input.type === 'join') return join(chat, input.party);
  const party = chat.parties.find(({ id }) => id === input.party);
  if (!party) throw new RingbackError('not-in-chat', `Party ${input.party} is not in the chat`);
  switch (input.type) {
    case 'say':
      return { chat, events: [line('Message.Text', party, input.text)] };
    case 'notice':
      return { chat, events: [line(input.event, party, input.text)] };
    case 'typing': {
      const event = input.started ? 'Notice.TypingStarted' : 'Notice.TypingStopped';
      return { chat, events: [line(event, party, input.text ?? '')] };
    }
    case 'leave':
      return leave(chat, party, input.text);
  }
}

function join(chat: Conversation, joining: Omit<Party, 'id'>): { chat: Conversation; events: ChatEvent[] } {
  if (joining.agent !== undefined && chat.parties.some(({ agent }) => agent === joining.agent)) {
    throw new RingbackError('already-in-chat', `Agent ${joining.agent} is in the chat already`);
  }
  const party: Party = { ...joining, id: String(chat.nextParty) };
  const answers = party.type === 'AGENT' && chat.state === 'waiting';
  return {
    chat: {
      state: answers ? 'talking' : chat.state,
      parties: [...chat.parties, party],
      nextParty: chat.nextParty + 1,
    },
    events: [line('Notice.Joined', party, JOINED)],
  };
}

function leave(chat: Conversation, party: Party, text = LEFT): { chat: Conversation; events: ChatEvent[] } {
  const parties = chat.parties.filter(({ id }) => id !== party.id);
  const wasLast = party.type === 'AGENT' && !parties.some(({ type }) => type === 'AGENT');
  const ends = party.type === 'CLIENT' || wasLast;
  return {
    chat: { ...chat, state: ends ? 'ended' : chat.state, parties: ends ? [] : parties },
    events: [line('Notice.Left', party, text)],
  };
}

function line(event: ChatEventName, { id, type, nickname }: Party, text: string): ChatEvent {
  return { event, nickname, text, party: id, partyType: type };
}
