-- Chats between customers and agents, and what was said in them.

create table chat (
  id             text        primary key, -- the service's id
  service        text        not null,    -- execution name
  session        text        not null,    -- chatSessionId
  user_id        text,                    -- header gms_user of the customer
  client         jsonb       not null,    -- what the customer's client said at the start
  state          text        not null check (state in ('waiting', 'talking', 'ended')),
  parties        jsonb       not null,    -- who is in it: [{id, type, nickname, agent}]
  next_party     integer     not null,
  events         integer     not null,    -- how long the transcript is
  client_read    integer     not null,    -- up to where the customer's client has it
  started_at     timestamptz not null,
  ended_at       timestamptz,
  silence_ends_at timestamptz             -- when the customer's client counts as gone if it is not heard of
);
create index chat_open on chat (started_at) where state <> 'ended';
create index chat_silent on chat (silence_ends_at) where silence_ends_at is not null;
create index chat_of_user on chat (user_id) where state <> 'ended' and user_id is not null;
create index chat_by_end on chat (ended_at) where ended_at is not null;

create table chat_event (
  chat       text        not null references chat on delete cascade,
  position   integer     not null, -- from 1
  event      text        not null,
  nickname   text        not null,
  text       text        not null,
  party      text        not null,
  party_type text        not null,
  at         timestamptz not null,
  primary key (chat, position)
);
