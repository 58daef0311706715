-- Callbacks: the records, the places in time buckets that they hold, the keys by which customers' apps find them, and
-- what throttling counts.

create table callback (
  id              text        primary key,
  service         text        not null, -- the {callback-execution-name}
  state           text        not null
                  check (state in ('SCHEDULED', 'QUEUED', 'PAUSED', 'ROUTING', 'PROCESSING', 'COMPLETED')),
  reason          text,
  customer_number text,                 -- as the customer wrote it
  immediate       boolean     not null,
  desired_at      timestamptz not null, -- of an immediate callback: when it was started
  bucket          timestamptz,          -- start of the time bucket in which it holds a place
  submit_at       timestamptz,          -- when the scheduler has to hand it to a session; null: it does not
  submit_attempts integer     not null,
  session         text,
  ttl             integer     not null, -- seconds, option _ttl when it was started
  expires_at      timestamptz not null,
  properties      jsonb       not null, -- everything that the request carried: with _ for the application, else user data
  lookup          jsonb       not null, -- its rows in callback_lookup
  progress        jsonb       not null, -- moments and dial results, for reporting
  created_at      timestamptz not null,
  changed_at      timestamptz not null
) with (fillfactor = 85);
create index callback_by_service on callback (service, desired_at);
create index callback_to_submit on callback (submit_at) where submit_at is not null;
create index callback_by_expiry on callback (expires_at);
-- For people: the newest first.
create index callback_by_creation on callback (created_at, id);
create index callback_submitted on callback (service, state)
  where state in ('QUEUED', 'PAUSED', 'ROUTING', 'PROCESSING');

-- The counter of each bucket: a booking is `used + 1 where used < capacity` on one row, several bookings of a bucket at
-- once are `used + granted`. The sum of `used` is the number of callbacks that hold a place.
create table callback_slot (
  service  text        not null,
  bucket   timestamptz not null,
  used     integer     not null check (used >= 0),
  granted  integer     not null default 1, -- to the latest statement that took places
  capacity integer     not null,           -- as of that statement
  primary key (service, bucket)
) with (fillfactor = 50);

create table callback_lookup (
  key      text not null,
  value    text not null,
  callback text not null,
  primary key (key, value, callback)
);

-- One row per callback that was submitted by its own request (parameter ''), and one per limited parameter of it.
create table callback_throttle (
  service    text        not null,
  parameter  text        not null,
  value      text        not null,
  at         timestamptz not null,
  kept_until timestamptz not null
);
create index callback_throttle_count on callback_throttle (service, parameter, value, at);
create index callback_throttle_by_end on callback_throttle (kept_until);
