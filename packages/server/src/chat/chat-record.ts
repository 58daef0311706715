import { instant, type JsonObject } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';
import type { ChatEvent, ChatEventName, ChatState, Conversation, Party, PartyType } from './conversation.js';
import type { ChatLoad, Refusals } from './offer.js';

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
  /** The agent who is asked whether to take it. */
  offeredTo: string | undefined;
  /** When the offer ends, or when an agent is looked for next; undefined when it does not wait. */
  offerDueAt: number | undefined;
  refused: Refusals;
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
  offered_to: string | null;
  offer_due_at: number | null;
  refused: Record<string, number>;
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
  'id, service, session, user_id, client, state, parties, next_party, events, client_read, started_at, ended_at, silence_ends_at, ' +
  'offered_to, offer_due_at, refused';

const ADD = statement(
  'chat-add',
  `insert into chat (id, service, session, user_id, client, state, parties, next_party, events, client_read, started_at,
                     offer_due_at)
   values ($1, $2, $3, $4, $5, 'waiting', '[]', 1, 0, 0, $6, $6) on conflict (id) do nothing`,
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
          silence_ends_at = $8, offered_to = $9, offer_due_at = $10, refused = $11 where id = $1`,
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
const OF_AGENT = statement(
  'chat-of-agent',
  `select ${COLUMNS} from chat
    where state <> 'ended' and (offered_to = $1 or parties @> jsonb_build_array(jsonb_build_object('agent', $1::text)))
    order by started_at, id`,
);
const LOCK_OFFERS = statement('chat-lock-offers', "select pg_advisory_xact_lock(hashtext('chat offers'))");
const NEXT_OFFER = statement(
  'chat-next-offer',
  'select min(offer_due_at) as due from chat where offer_due_at is not null',
);
const OFFERS_DUE = statement(
  'chat-offers-due',
  'select id from chat where offer_due_at <= $1 order by started_at, id limit $2',
);
const LOOK_AGAIN = statement(
  'chat-look-again',
  'update chat set offer_due_at = $1 where offer_due_at > $1 and offered_to is null',
);
const END_OFFERS = statement(
  'chat-end-offers',
  'update chat set offer_due_at = $2 where offer_due_at > $2 and offered_to = $1',
);
const LOAD = statement(
  'chat-load',
  `select agent, count(*) as chats
     from (select offered_to as agent from chat where state <> 'ended' and id <> $1
           union all
           select party ->> 'agent' from chat, jsonb_array_elements(parties) as party
            where state <> 'ended' and id <> $1) as taken
    where agent is not null group by agent`,
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
      chat.offeredTo ?? null,
      chat.offerDueAt === undefined ? null : instant(chat.offerDueAt),
      JSON.stringify(chat.refused),
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

  /** Chats that an agent is in or is asked to take, the oldest first. */
  async ofAgent(sql: Sql, agent: string): Promise<ChatRecord[]> {
    return (await sql.query<ChatRow>(OF_AGENT, [agent])).map(toChat);
  },

  /** Until the end of the transaction nobody else offers chats. */
  async lockOffers(sql: Sql): Promise<void> {
    await sql.query(LOCK_OFFERS);
  },

  async nextOffer(sql: Sql): Promise<number | undefined> {
    return (await sql.query<{ due: number | null }>(NEXT_OFFER))[0]?.due ?? undefined;
  },

  /** Ids of chats for which an agent is to be looked for, the oldest first. */
  async offersDue(sql: Sql, now: number, limit: number): Promise<string[]> {
    return (await sql.query<{ id: string }>(OFFERS_DUE, [instant(now), limit])).map(({ id }) => id);
  },

  /** Lets agents be looked for at once. */
  async lookAgain(sql: Sql, now: number): Promise<void> {
    await sql.query(LOOK_AGAIN, [instant(now)]);
  },

  /** Ends the offers to an agent. */
  async endOffers(sql: Sql, agent: string, now: number): Promise<void> {
    await sql.query(END_OFFERS, [agent, instant(now)]);
  },

  /** How many chats each agent has or is asked to take. @param besides a chat that does not count */
  async load(sql: Sql, besides: string): Promise<ChatLoad> {
    const rows = await sql.query<{ agent: string; chats: number }>(LOAD, [besides]);
    return new Map(rows.map(({ agent, chats }) => [agent, chats]));
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
    offeredTo: row.offered_to ?? undefined,
    offerDueAt: row.offer_due_at ?? undefined,
    refused: row.refused,
  };
}
