-- Outbound schedules: where each of them stands, and what its items have done.

create table outbound_schedule (
  name          text        primary key,
  progress      jsonb,      -- the day and the phases of its items
  due_at        timestamptz, -- of the next start or stop
  claimed_until timestamptz, -- a node is at it
  changed_at    timestamptz not null
);
create index outbound_schedule_due on outbound_schedule (due_at) where due_at is not null;

-- What an item with limits has done since it began.
create table outbound_schedule_item (
  group_number   integer primary key, -- of the campaign group
  campaign_group text    not null,
  schedule       text    not null,
  dials          integer not null default 0,
  contacts       integer not null default 0
) with (fillfactor = 50);

alter table outbound_number drop constraint outbound_number_kind_check;
alter table outbound_number add constraint outbound_number_kind_check
  check (kind in ('campaigns', 'agent-groups', 'campaign-groups', 'calling-lists', 'outbound-schedules'));
