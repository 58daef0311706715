-- The event journal: what happened, for the history of a callback, session, call or agent and for the live feed.

create sequence event_id;

create table event (
  -- Order of writing; of one subject's events, whose writers wait for each other, also the order of happening.
  id bigint not null default nextval('event_id'),
  -- Order of the feed together with id: below the oldest transaction under way nothing is added any more, so a reader
  -- that stays below it misses no late commit.
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null,
  type text not null,
  callback text,
  session text,
  call text,
  agent text,
  data jsonb not null default '{}'
) partition by range (at);

alter sequence event_id owned by event.id;

create index event_feed on event (xid, id);
create index event_of_callback on event (callback, id) where callback is not null;
create index event_of_session on event (session, id) where session is not null;
create index event_of_call on event (call, id) where call is not null;
create index event_of_agent on event (agent, id) where agent is not null;

-- Partitions are made ahead for each month (reporting/partitions.ts); this one catches what lies outside of them.
create table event_default partition of event default;
