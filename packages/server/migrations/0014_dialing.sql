-- Dialing: the campaign groups that are loaded, the records that they hold, and every attempt to reach somebody.

create table dialing_group (
  dbid           integer     primary key, -- of the campaign group
  name           text        not null,    -- Campaign@Group
  campaign       text        not null,
  campaign_dbid  integer     not null,
  agent_group    text        not null,
  group_dbid     integer     not null,
  app_id         integer     not null,
  state          text        not null check (state in ('loaded', 'running', 'unloading')),
  settings       jsonb       not null,
  loaded_at      timestamptz not null,    -- what is counted for pacing counts from here
  waiting_for    text check (waiting_for in ('records', 'ports', 'agents')),
  is_exhausted   boolean     not null default false, -- the last request to the lists gave nothing
  is_depleted    boolean     not null default false, -- and that was told
  pacing         jsonb                    -- what the pacer keeps over a restart
);

-- Chains that a group has taken out of their lists. Times are those of the clock that the server runs on.
create table held_chain (
  id             bigint      generated always as identity primary key,
  group_dbid     integer     not null references dialing_group on delete cascade,
  list           text        not null,
  chain_id       bigint      not null,
  -- buffered: to be dialed or given out; waiting: for the time of a redial; dialing: a call is under way;
  -- offered: the router looks for an agent to give it to; desktop: with an agent; deciding: an SCXML treatment runs
  state          text        not null
                 check (state in ('buffered', 'waiting', 'dialing', 'offered', 'desktop', 'deciding')),
  record_id      bigint      not null, -- the record of the chain that is next, or under way
  for_agent      text,                 -- personal: nobody else gets it
  is_callback    boolean     not null, -- it came as a callback: given out as ScheduledCall
  agent          text,                 -- on whose desktop
  due_at         timestamptz,          -- waiting: until when
  attempt        text,                 -- the attempt under way, or the last one
  request        text,                 -- offered, or on a desktop by it: the request at the router
  result         integer,              -- of the last attempt, while the record is with an agent
  history        text,                 -- of the treatments
  reschedule     jsonb,                -- what the agent asked for, in effect when the record is processed
  treatment      text,                 -- the session of an SCXML treatment
  options        jsonb,                -- options and extensions that it has set for the next dial
  since          timestamptz not null,
  unique (list, chain_id)
) with (fillfactor = 70);
create index held_chain_next on held_chain (group_dbid, state, id);
create index held_chain_due on held_chain (group_dbid, due_at) where due_at is not null;
create index held_chain_of_agent on held_chain (agent) where agent is not null;
create index held_chain_of_request on held_chain (request) where request is not null;
create index held_chain_of_treatment on held_chain (treatment) where treatment is not null;

-- The record handles of the protocols: one for each record of a held chain, never given out twice.
create table held_record (
  -- Far from the record_ids of lists: both name records in /ocs/records/{id}, and a handle that is over must not mean another record.
  handle         integer     generated always as identity (start with 1000000001) primary key,
  chain          bigint      not null references held_chain on delete cascade,
  list           text        not null,
  record_id      bigint      not null,
  unique (list, record_id)
);
create index held_record_of_chain on held_record (chain);

-- Numbers that are being called or talked to: nobody is called twice at once, whatever list or campaign asks.
create table held_number (
  phone_key      text        primary key,
  chain          bigint      not null references held_chain on delete cascade
);
create index held_number_of_chain on held_number (chain);

create table outbound_attempt (
  id             text        primary key, -- also of the call and of the customer's leg
  group_dbid     integer     not null,
  campaign       text        not null,
  mode           text        not null,
  chain          bigint,                  -- held_chain, as long as it is held
  handle         integer     not null,
  list           text        not null,
  record_id      bigint      not null,
  chain_id       bigint      not null,
  chain_n        integer     not null,
  phone          text        not null,
  phone_key      text        not null,    -- the form in which numbers are compared
  kind           text        not null check (kind in ('routed', 'engaged', 'agent-first', 'ivr')),
  state          text        not null,    -- attempt.ts
  agent          text,
  agent_leg      text,
  request        text,                    -- the request for an agent, at the router
  result         integer,
  blocked_by     text,                    -- why it was not dialed
  nobody_free    double precision,        -- probability at the dial that nobody would be free at the answer
  at             timestamptz not null,
  dialed_at      timestamptz,
  answered_at    timestamptz,
  connected_at   timestamptz,
  ended_at       timestamptz
) with (fillfactor = 70);
create index outbound_attempt_open on outbound_attempt (group_dbid) where ended_at is null;
create index outbound_attempt_of_phone on outbound_attempt (phone_key) where ended_at is null;
create index outbound_attempt_of_request on outbound_attempt (request) where ended_at is null and request is not null;
create index outbound_attempt_of_record on outbound_attempt (list, record_id, at);
create index outbound_attempt_of_handle on outbound_attempt (handle);
create index outbound_attempt_recent on outbound_attempt (group_dbid, at);

-- Agents who are on the line before anybody is dialed for them (the "and seize" modes).
create table engagement (
  id             text        primary key, -- also of the request at the router, of the agent's call and leg
  group_dbid     integer     not null references dialing_group on delete cascade,
  state          text        not null check (state in ('requested', 'ringing', 'engaged', 'serving')),
  agent          text,
  attempt        text,
  since          timestamptz not null
) with (fillfactor = 70);
create index engagement_of_group on engagement (group_dbid);

-- What agents have announced to the dialer.
create table desktop_agent (
  agent          text        primary key,
  previews       boolean     not null default false, -- PreviewDialingModeStart
  ready_at       timestamptz,                        -- ReadyTime
  leaving        boolean     not null default false  -- LogOut
);
