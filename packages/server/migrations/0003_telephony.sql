-- Telephony: the legs of calls. A leg is stored as an intent before it is dialed, so that after a crash the network can
-- be asked what became of it.

create table leg (
  id            text        primary key,
  call_id       text        not null,
  role          text        not null check (role in ('customer', 'agent', 'inbound')),
  number        text        not null, -- dialed
  from_number   text        not null, -- of the caller
  caller_name   text,
  timeout_ms    integer     not null, -- of ringing; 0: none
  call_progress boolean     not null, -- whether its detection was asked for
  agent_id      text,
  session       text,
  callback      text,
  attempt       integer,
  user_data     jsonb       not null,
  life          text        not null, -- the life of the process that stored the intent
  state         text        not null check (state in ('intended', 'dialing', 'ringing', 'answered', 'ended')),
  progress      text,
  cause         text,
  intended_at   timestamptz not null,
  dialed_at     timestamptz,
  ringing_at    timestamptz,
  answered_at   timestamptz,
  ended_at      timestamptz,
  bridge_id     text,        -- from the request to join on; stays when the leg ends
  joined_at     timestamptz  -- when the network has confirmed it
) with (fillfactor = 70);     -- state changes touch no index until the end of the leg
create index leg_by_call on leg (call_id, intended_at);
create index leg_by_callback on leg (callback, intended_at) where callback is not null;
create index leg_by_session on leg (session, intended_at) where session is not null;
create index leg_by_bridge on leg (bridge_id) where bridge_id is not null;
create index leg_up on leg (id) where ended_at is null;
create index leg_ended on leg (ended_at) where ended_at is not null;

-- Bridges of which a leg is up. The row is locked whenever one of them ends, so that one of them is the last but one.
create table bridge (
  id            text    primary key,
  releases_last boolean not null
);
