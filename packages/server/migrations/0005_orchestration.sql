-- Orchestration: call-flow applications as immutable versions, the sessions that run them, and everything that a
-- session waits for. A session is moved by one macrostep at a time: `step` is compared and set, so that of two nodes
-- that ran the same macrostep only one commits.

create table flow_version (
  flow       text        not null,
  version    integer     not null,
  main       text        not null, -- URL of the main document, a key of documents
  documents  jsonb       not null, -- URL -> text
  origin     text        not null check (origin in ('shipped', 'uploaded', 'fetched')),
  hash       text        not null,
  ors        boolean     not null, -- written in the original's dialect
  created_at timestamptz not null,
  primary key (flow, version)
);
create index flow_version_by_hash on flow_version (flow, hash);

create table session (
  id            text        primary key,
  flow          text        not null,
  version       integer     not null,
  state         text        not null check (state in ('running', 'done', 'failed', 'terminated')),
  step          integer     not null, -- 0: created, not started yet
  snapshot      text        not null,
  data          jsonb, -- the data model as people read it
  configuration text[]      not null,
  parameters    jsonb       not null,
  environment   jsonb       not null, -- the objects under _genesys as this session sees them
  callback      text,
  service       text,
  parent        text,
  invoke_id     text,
  final         text,
  reason        text,
  done_data     jsonb,
  started_at    timestamptz not null,
  changed_at    timestamptz not null,
  ended_at      timestamptz
) with (fillfactor = 70);
create index session_running on session (started_at) where state = 'running';
create index session_ended on session (ended_at) where ended_at is not null;
create index session_by_parent on session (parent) where parent is not null;

-- The mailbox: whatever has something to say to a session appends here.
create table session_message (
  id      bigint      generated always as identity primary key,
  session text        not null references session on delete cascade,
  at      timestamptz not null,
  event   jsonb       not null
);
create index session_message_by_session on session_message (session, id);

-- Delayed sends, at absolute times.
create table session_timer (
  session text        not null references session on delete cascade,
  send_id text        not null,
  due_at  timestamptz not null,
  target  text        not null, -- the session that will receive it
  event   jsonb       not null,
  primary key (session, send_id)
);
create index session_timer_by_due on session_timer (due_at);

-- Actions that a session has asked for and that are not answered yet. Those in phase `execute` are carried out again
-- after a crash; those in phase `waiting` are answered by what `subject` names (a leg, a playback ...).
create table session_action (
  id         text        primary key, -- the request id
  session    text        not null references session on delete cascade,
  module     text        not null,
  action     text        not null,
  phase      text        not null check (phase in ('execute', 'waiting')),
  subject    text,
  request    jsonb       not null,
  created_at timestamptz not null
);
create index session_action_by_session on session_action (session);
create index session_action_by_subject on session_action (subject) where subject is not null;

-- Requests that wait for the application's answer (`<ws:response>`).
create table session_reply (
  id          text        primary key,
  session     text        not null references session on delete cascade,
  asked_at    timestamptz not null,
  answered_at timestamptz,
  status      integer,
  body        jsonb
);
create index session_reply_by_session on session_reply (session);

-- Interactions (calls) that sessions own.
create table interaction (
  id         text        primary key,
  session    text        not null,
  kind       text        not null check (kind in ('inbound', 'outbound')),
  ani        text        not null,
  dnis       text        not null,
  customer   text        not null, -- the customer's leg
  agent      text,                 -- the agent's leg, while there is one
  user_data  jsonb       not null,
  created_at timestamptz not null,
  ended_at   timestamptz
);
create index interaction_by_session on interaction (session);
create index interaction_by_customer on interaction (customer);
create index interaction_by_agent on interaction (agent) where agent is not null;
