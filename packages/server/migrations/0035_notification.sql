-- Subscriptions to events by their tag, and notifications on their way to devices.

create table notification_subscription (
  id            text        primary key,
  subscriber    text        not null,
  user_id       text        not null, -- whose CometD sessions it reaches: header gms_user, else the subscriber
  filter        text        not null,
  pattern       text,                 -- the filter as a pattern of LIKE, if it has wildcards
  type          text        not null,
  device        text        not null,
  provider      text,
  auth          text,                 -- Authorization header of the channel customhttp
  language      text,
  properties    jsonb       not null,
  created_at    timestamptz not null,
  expires_at    timestamptz not null
);
create index notification_subscription_by_filter on notification_subscription (filter) where pattern is null;
create index notification_subscription_with_pattern on notification_subscription (id) where pattern is not null;
create index notification_subscription_by_device on notification_subscription (type, device);
create index notification_subscription_by_expiry on notification_subscription (expires_at);

-- One row for each recipient of an event.
create table notification (
  id            text        primary key,
  subscription  text,
  reference     text,                 -- what it means to the domain that published it
  tag           text        not null,
  event         text,
  type          text        not null,
  device        text        not null,
  provider      text,
  auth          text,
  language      text,
  properties    jsonb       not null,
  message       jsonb       not null,
  state         text        not null check (state in ('waiting', 'delivered', 'failed')),
  problem       text,
  attempts      integer     not null,
  most_attempts integer     not null,
  created_at    timestamptz not null,
  due_at        timestamptz,          -- of the next attempt, or the end of the lease of the one under way
  finished_at   timestamptz
);
create index notification_by_due_time on notification (due_at) where due_at is not null;
create index notification_by_finish on notification (finished_at) where finished_at is not null;

-- What waits for the CometD sessions of a user. Each session knows how far it has read.
create table comet_message (
  id            bigint      generated always as identity primary key,
  user_id       text        not null,
  data          jsonb       not null,
  delivered     boolean     not null default false, -- to one session at least; later sessions begin after it
  created_at    timestamptz not null,
  expires_at    timestamptz not null
);
create index comet_message_by_user on comet_message (user_id, id);
create index comet_message_by_expiry on comet_message (expires_at);

create table comet_session (
  id            text        primary key,
  user_id       text        not null,
  channels      text[]      not null,
  position      bigint      not null, -- the last message that the client is known to have
  sent          bigint      not null, -- the last message that was sent to it
  batch         bigint      not null, -- number of the last answer with messages (acknowledge extension)
  connection    bigint      not null, -- number of the last connect request: an older one that waits gives way
  seen_at       timestamptz not null
);
create index comet_session_by_time on comet_session (seen_at);
