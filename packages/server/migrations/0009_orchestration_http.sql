-- Orchestration for clients over HTTP: applications fetched from addresses, sessions that begin later, the nodes that
-- clients are sent to, and timers that are not confused when a send id is used twice.

-- `embedded`: a document inside another application, which `<invoke>` runs.
alter table flow_version drop constraint flow_version_origin_check;
alter table flow_version add constraint flow_version_origin_check
  check (origin in ('shipped', 'uploaded', 'fetched', 'embedded'));
-- The attributes of the root element as they are written: name, _maxtime, _persist ...
alter table flow_version add column attributes jsonb not null default '{}';

-- What was found at an address, and until when it need not be asked again.
create table flow_source (
  url         text        primary key,
  flow        text        not null,
  version     integer     not null,
  fetched_at  timestamptz not null,
  fresh_until timestamptz not null,
  hash        text        not null
);

-- Version 0 of a flow: its documents are still to be fetched. State `scheduled`: it starts when its timer is due.
alter table session drop constraint session_state_check;
alter table session add constraint session_state_check
  check (state in ('scheduled', 'running', 'done', 'failed', 'terminated'));
-- The node that started it, to which clients of the original are sent.
alter table session add column node integer;

-- A send id may be used several times. Without an event, a timer starts the session; with an action, it is carried out
-- instead of posting the event.
alter table session_timer drop constraint session_timer_pkey;
alter table session_timer add column id bigint generated always as identity primary key;
alter table session_timer alter column send_id drop not null;
alter table session_timer alter column event drop not null;
alter table session_timer add column action jsonb;
create index session_timer_by_session on session_timer (session, send_id);

-- Processes of a cluster that serve clients. Numbers are given anew when their owner has gone.
create table orchestration_node (
  number  integer     primary key,
  owner   text        not null,
  url     text,
  seen_at timestamptz not null
);
