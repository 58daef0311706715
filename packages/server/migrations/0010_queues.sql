-- What applications ask of the router beyond their turn, what is counted of agents for the choice among them, and what
-- a session has set up for the requests of its interactions.

alter table route_request
  add column preferences jsonb,          -- order of the agents, excluded agents, bounds of the priority ...
  add column answered_at timestamptz;    -- when the selected agent took the call
-- The statistics of a virtual queue for a day.
create index route_request_by_queue on route_request (virtual_queue, submitted_at);

-- Those of a routing point.
create index route_request_by_interaction on route_request (interaction) where interaction is not null;
create index interaction_by_dnis on interaction (dnis, created_at);

-- Counted since `counted_from`, the midnight before the last change.
alter table agent_state
  add column counted_from  timestamptz not null default '1970-01-01T00:00:00Z',
  add column answered      integer     not null default 0,
  add column completed     integer     not null default 0,
  add column occupied_ms   bigint      not null default 0,
  add column staffed_ms    bigint      not null default 0,
  add column staffed_since timestamptz;
update agent_state set staffed_since = since where state <> 'logged-out';

-- What holds for the next requests of an interaction (`_genesys.queue` functions), and the targets that stay in
-- consideration after a timeout. The interaction is '' where the session has none.
create table session_queue (
  session     text  not null references session on delete cascade,
  interaction text  not null,
  settings    jsonb not null,
  primary key (session, interaction)
);

create table statistic_subscription (
  session     text             not null references session on delete cascade,
  object      text             not null, -- as the application wrote it
  statistic   text             not null,
  interval_ms bigint           not null, -- between two updates at least
  value       double precision,          -- what the session knows
  told_at     timestamptz      not null,
  primary key (session, object, statistic)
) with (fillfactor = 70);

alter table interaction add column categories jsonb; -- what classification found
