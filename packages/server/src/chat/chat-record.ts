import { instant, type JsonObject } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';
import type { ChatEvent, ChatEventName, ChatState, Conversation, Party, PartyType } from './conversation.js';

/** What a customer's client says when it starts a chat. */
export interface ChatClient {
  nickname: string;
  firstName: string;
  lastName: string;
  email: string;
  subject: string;
  /** Its transcript comes over CometD; else it asks for it. */
  comet: boolean;
  /** Comes back as the tag of CometD messages. */
  subscription?: string;
  /** Device that is told of messages from agents while the client sleeps. */
  device?: { deviceId: string; type: string; language?: string; debug: boolean; provider?: string };
  verbose: boolean;
}

export interface ChatRecord {
  id: string;
  service: string;
  session: string;
  user: string | undefined;
  client: ChatClient;
  conversation: Conversation;
  /** Lines of the transcript. */
  events: number;
  /** Lines that the customer's client has. */
  clientRead: number;
  /** Milliseconds since 1970, as are all times. */
  startedAt: number;
  endedAt: number | undefined;
  /** When the customer's client counts as gone unless it is heard of. */
  silenceEndsAt: number | undefined;
}

/** A line of the transcript in its place. */
export interface TranscriptLine extends ChatEvent {
  position: number;
  at: number;
}

interface ChatRow {
  id: string;
  service: string;
  session: string;
  user_id: string | null;
  client: ChatClient & JsonObject;
  state: ChatState;
  parties: Party[];
  next_party: number;
  events: number;
  client_read: number;
  started_at: number;
  ended_at: number | null;
  silence_ends_at: number | null;
}

interface EventRow {
  position: number;
  event: ChatEventName;
  nickname: string;
  text: string;
  party: string;
  party_type: PartyType;
  at: number;
}

const COLUMNS =
  'id, service, session, user_id, client, state, parties, next_party, events, client_read, started_at, ended_at, silence_ends_at';

const ADD = statement(
  'chat-add',
  `insert into chat (id, service, session, user_id, client, state, parties, next_party, events, client_read, started_at)
   values ($1, $2, $3, $4, $5, 'waiting', '[]', 1, 0, 0, $6) on conflict (id) do nothing`,
);
const READ = statement('chat-read', `select ${COLUMNS} from chat where id = $1`);
const LOCK = statement('chat-lock', `select ${COLUMNS} from chat where id = $1 for update`);
const OF_USER = statement(
  'chat-of-user',
  `select ${COLUMNS} from chat where user_id = $1 and state <> 'ended' order by id for update`,
);
const LIST = statement(
  'chat-list',
  `select ${COLUMNS} from chat where state = any ($1) order by started_at desc, id limit $2`,
);
const WRITE = statement(
  'chat-write',
  `update chat set state = $2, parties = $3, next_party = $4, events = $5, client_read = $6, ended_at = $7,
          silence_ends_at = $8 where id = $1`,
);
const ADD_EVENTS = statement(
  'chat-add-events',
  `insert into chat_event (chat, position, event, nickname, text, party, party_type, at)
   select $1, position, event, nickname, text, party, party_type, $8
     from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
       as e (position, event, nickname, text, party, party_type)`,
);
const READ_EVENTS = statement(
  'chat-read-events',
  `select position, event, nickname, text, party, party_type, at from chat_event
    where chat = $1 and position > $2 order by position limit $3`,
);
const NEXT_SILENT = statement(
  'chat-next-silent',
  'select min(silence_ends_at) as due from chat where silence_ends_at is not null',
);
const SILENT = statement(
  'chat-silent',
  `select ${COLUMNS} from chat where silence_ends_at <= $1 order by silence_ends_at limit $2`,
);
const PURGE = statement('chat-purge', 'delete from chat where ended_at <= $1 or started_at <= $2');

const MOST_LINES = 10_000;

/** Chats and their transcripts, as they are stored. */
export const chatRecords = {
  async add(
    sql: Sql,
    chat: Pick<ChatRecord, 'id' | 'service' | 'session' | 'user' | 'client' | 'startedAt'>,
  ): Promise<void> {
    const { id, service, session, user, client, startedAt } = chat;
    await sql.query(ADD, [id, service, session, user ?? null, client, instant(startedAt)]);
  },

  async read(sql: Sql, id: string): Promise<ChatRecord | undefined> {
    const [row] = await sql.query<ChatRow>(READ, [id]);
    return row && toChat(row);
  },

  /** For a change, until the end of the transaction. */
  async lock(sql: Sql, id: string): Promise<ChatRecord | undefined> {
    const [row] = await sql.query<ChatRow>(LOCK, [id]);
    return row && toChat(row);
  },

  async lockOfUser(sql: Sql, user: string): Promise<ChatRecord[]> {
    return (await sql.query<ChatRow>(OF_USER, [user])).map(toChat);
  },

  /** The newest first. */
  async list(sql: Sql, states: readonly ChatState[], limit: number): Promise<ChatRecord[]> {
    return (await sql.query<ChatRow>(LIST, [states, limit])).map(toChat);
  },

  async write(sql: Sql, chat: ChatRecord): Promise<void> {
    const { state, parties, nextParty } = chat.conversation;
    await sql.query(WRITE, [
      chat.id,
      state,
      JSON.stringify(parties),
      nextParty,
      chat.events,
      chat.clientRead,
      chat.endedAt === undefined ? null : instant(chat.endedAt),
      chat.silenceEndsAt === undefined ? null : instant(chat.silenceEndsAt),
    ]);
  },

  /** @param after the position of the line before the first of them */
  async addEvents(sql: Sql, id: string, after: number, events: readonly ChatEvent[], at: number): Promise<void> {
    await sql.query(ADD_EVENTS, [
      id,
      events.map((_event, index) => after + index + 1),
      events.map(({ event }) => event),
      events.map(({ nickname }) => nickname),
      events.map(({ text }) => text),
      events.map(({ party }) => party),
      events.map(({ partyType }) => partyType),
      instant(at),
    ]);
  },

  async transcript(sql: Sql, id: string, after: number): Promise<TranscriptLine[]> {
    const rows = await sql.query<EventRow>(READ_EVENTS, [id, after, MOST_LINES]);
    return rows.map(({ party_type: partyType, ...line }) => ({ ...line, partyType }));
  },

  async nextSilent(sql: Sql): Promise<number | undefined> {
    return (await sql.query<{ due: number | null }>(NEXT_SILENT))[0]?.due ?? undefined;
  },

  async silent(sql: Sql, now: number, limit: number): Promise<ChatRecord[]> {
    return (await sql.query<ChatRow>(SILENT, [instant(now), limit])).map(toChat);
  },

  async purge(sql: Sql, endedBefore: number, startedBefore: number): Promise<void> {
    await sql.query(PURGE, [instant(endedBefore), instant(startedBefore)]);
  },
};

function toChat(row: ChatRow): ChatRecord {
  return {
    id: row.id,
    service: row.service,
    session: row.session,
    user: row.user_id ?? undefined,
    client: row.client,
    conversation: { state: row.state, parties: row.parties, nextParty: row.next_party },
    events: row.events,
    clientRead: row.client_read,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    silenceEndsAt: row.silence_ends_at ?? undefined,
  };
}
