-- Routing: who owns what in a cluster, the agents' states, and the requests for agents.

-- One owner at a time. The fence grows with every new owner; what an owner does commits only under its own fence.
create table lease (
  name       text        primary key,
  owner      text        not null,
  fence      bigint      not null,
  expires_at timestamptz not null
) with (fillfactor = 50);

create table agent_state (
  agent          text        primary key,
  state          text        not null
                 check (state in ('logged-out', 'not-ready', 'ready', 'reserved', 'busy', 'after-call-work')),
  since          timestamptz not null,
  reason         text,
  call           text,        -- the leg at the agent's phone
  answered_at    timestamptz,
  request        text,        -- the request that the agent is reserved or busy for
  occupied_since timestamptz,
  idle_since     timestamptz, -- orders the ready agents
  until          timestamptz, -- end of the reservation or of the after-call work
  next_state     text check (next_state in ('not-ready', 'logged-out')),
  next_reason    text,
  version        bigint      not null -- +1 per change: compared and set
) with (fillfactor = 70);

create table route_request (
  id                 text        primary key,
  sequence           bigint      generated always as identity, -- order of the submits
  session            text,
  interaction        text,
  callback           text,
  virtual_queue      text        not null,
  targets            jsonb       not null,
  targets_since      timestamptz not null,
  priority           bigint      not null,
  increment          bigint,     -- of the priority, per
  increment_interval bigint,     -- milliseconds of waiting since arrival
  arrival            timestamptz not null,
  submitted_at       timestamptz not null,
  selectable         boolean     not null,
  paused             boolean     not null,
  timeout_at         timestamptz,
  reservation_ms     bigint      not null,
  state              text        not null
                     check (state in ('waiting', 'selected', 'released', 'expired', 'timed-out', 'cancelled')),
  agent              text,
  target             text,       -- the target that the agent was found by
  ended_at           timestamptz, -- when it left the line
  handled_ms         bigint,     -- from the reservation to the end of the after-call work, after a conversation
  version            bigint      not null
) with (fillfactor = 70);
create index route_request_waiting on route_request (sequence) where state = 'waiting';
create index route_request_by_session on route_request (session) where state in ('waiting', 'selected');
create index route_request_ended on route_request (ended_at) where ended_at is not null;
