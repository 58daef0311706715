-- Campaigns: the state of campaign groups, sequences, what was counted, and the reports that are to be delivered.

-- Numbers (DBIDs) of objects that are configured without one.
create sequence outbound_number_next start 1000001;
create table outbound_number (
  kind   text    not null check (kind in ('campaigns', 'agent-groups', 'campaign-groups', 'calling-lists')),
  name   text    not null,
  number integer not null unique default nextval('outbound_number_next'),
  primary key (kind, name)
);

create table campaign_group_state (
  name            text        primary key, -- Campaign@Group
  number          integer     not null unique, -- DBID of the campaign group
  campaign        text        not null,
  campaign_number integer     not null,
  agent_group     text        not null,
  group_number    integer     not null,
  state           text        not null check (state in (
                    'NotLoaded', 'ActiveLater', 'RunningLater', 'Active', 'Running', 'WaitingUnload', 'UnloadInProgress')),
  settings        jsonb       not null, -- DialSettings
  sequence        text,       -- the agent group whose sequence holds it
  loaded_at       timestamptz,
  started_at      timestamptz, -- of the dialing under way, or of the last one since it was loaded
  report_due      timestamptz, -- of the next report of its state over HTTP
  changed_at      timestamptz not null
) with (fillfactor = 70);
create index campaign_group_report_due on campaign_group_state (report_due) where report_due is not null;

create table campaign_sequence (
  agent_group   text        primary key,
  group_number  integer     not null,
  schedule      jsonb       not null, -- as validated
  items         jsonb       not null, -- the campaign groups of its items
  progress      jsonb       not null, -- phase and item
  due_at        timestamptz, -- of the start, of the end of a pause, or of the item's stop
  claimed_until timestamptz, -- a node is at it
  changed_at    timestamptz not null
);
create index campaign_sequence_due on campaign_sequence (due_at) where due_at is not null;

-- What the item of a sequence that is running has done since it began.
create table campaign_sequence_item (
  group_number integer primary key, -- of the campaign group
  agent_group  text    not null,
  dials        integer not null default 0,
  contacts     integer not null default 0
) with (fillfactor = 50);

-- What was counted, as it happens; rows are only inserted, so that nobody waits for anybody.
create table campaign_action (
  group_number integer     not null, -- of the campaign group
  list         text        not null default '',
  action       text        not null, -- DialMade, Dial, Lead, CallbackScheduled ...
  result       smallint    not null default -1, -- of Dial and Lead
  count        integer     not null default 1,
  at           timestamptz not null
);
create index campaign_action_by_group on campaign_action (group_number, action, at);
create index campaign_action_at on campaign_action (at);

-- The same, summed up by quarters of an hour; an action is in exactly one of both tables.
create table campaign_count (
  quarter      timestamptz not null, -- beginning of the quarter of an hour
  group_number integer     not null,
  list         text        not null,
  action       text        not null,
  result       smallint    not null,
  count        bigint      not null,
  primary key (group_number, quarter, list, action, result)
);

-- Since when a campaign group was in which status and mode: StatusRunning, Mode... of the original.
create table campaign_period (
  id           bigint      generated always as identity primary key,
  group_number integer     not null,
  name         text        not null, -- Campaign@Group
  status       text        not null,
  dial_mode    text        not null,
  waiting      text        not null default '', -- records, ports, agents: comma list
  began_at     timestamptz not null,
  ended_at     timestamptz
);
create index campaign_period_by_group on campaign_period (group_number, began_at);
create unique index campaign_period_open on campaign_period (group_number) where ended_at is null;

-- Reports over HTTP that are to be delivered.
create table campaign_report (
  id         bigint      generated always as identity primary key,
  kind       text        not null check (kind in ('history', 'contact-processed')),
  facts      jsonb       not null, -- the attempt or chain; the body is made when it is sent
  due_at     timestamptz not null,
  attempts   integer     not null default 0,
  created_at timestamptz not null
) with (fillfactor = 70);
create index campaign_report_due on campaign_report (due_at, id);
