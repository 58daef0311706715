-- Calling lists: their records, the daily windows that these have, what must not be called, and imports.
-- Names and meanings of the columns are those of the original's mandatory fields.

-- One row per list that ever had a record. The object itself is configuration; its name is what the two share.
create table calling_list (
  id          integer generated always as identity primary key,
  name        text    not null unique,
  next_record bigint  not null default 1, -- the lowest record_id that is neither in use nor given out
  next_chain  bigint  not null default 1
);

-- Every daily window that some record has. Records with the same window are callable at the same times, so a batch is
-- picked window by window and no record whose window is closed is ever read.
create table calling_window (
  id         integer generated always as identity primary key,
  tz_name    text    not null, -- a zone object (PST) or an IANA name
  daily_from integer not null,
  daily_till integer not null,
  unique (tz_name, daily_from, daily_till)
);

create table calling_record (
  list_id           integer  not null, -- of calling_list, whose rows are never deleted: no foreign key, which costs a third of an import
  chain_id          bigint   not null,
  chain_n           integer  not null,
  record_id         bigint   not null,
  dial_sched_time   bigint,            -- seconds since 1970; counts for record types 3 to 6
  call_time         bigint,            -- seconds since 1970
  -- From when on it may be dialed as far as its schedule is concerned, in seconds since 1970.
  due_at            bigint   not null generated always as (
    case when record_type between 3 and 6 then coalesce(dial_sched_time, 0) else 0 end
  ) stored,
  window_id         integer  not null, -- of (tz_name, daily_from, daily_till)
  daily_from        integer  not null check (daily_from between 0 and 86400),
  daily_till        integer  not null check (daily_till between 0 and 86400),
  attempt           integer  not null default 0 check (attempt >= 0),
  campaign_id       integer,
  group_id          integer,
  app_id            integer,
  media_ref         integer,
  email_template_id integer,
  switch_id         integer,
  contact_info_type smallint not null default 1 check (contact_info_type between 0 and 11),
  record_type       smallint not null default 2 check (record_type between 0 and 7),
  record_status     smallint not null default 1 check (record_status between 0 and 9),
  status_before     smallint,          -- of a retrieved record: what it goes back to
  call_result       smallint default 28,
  contact_info      text     not null check (length(contact_info) between 1 and 128),
  phone_key         text     not null, -- contact_info in the form in which numbers are compared
  tz_name           text     not null,
  agent_id          text     check (length(agent_id) <= 32),
  treatments        text     check (length(treatments) <= 255),
  email_subject     text     check (length(email_subject) <= 255),
  customer_id       text,              -- value of the custom column that option customer_id names
  custom            jsonb,             -- user-defined columns; null: none
  primary key (list_id, chain_id, chain_n),
  unique (list_id, record_id)
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);

-- What may be dialed, by type, window and due time: the next batch is read from its beginning.
create index calling_record_callable on calling_record (list_id, record_type, window_id, due_at, record_id)
  include (chain_id, attempt) where record_status = 1;
create index calling_record_personal on calling_record (list_id, agent_id, due_at)
  where record_status = 1 and record_type in (4, 5);
create index calling_record_held on calling_record (app_id, group_id, campaign_id) where record_status = 2;
create index calling_record_phone on calling_record (phone_key);
create index calling_record_customer on calling_record (customer_id) where customer_id is not null;

-- The original's do-not-call table: an entry names a number or a customer.
create table gsw_donotcall_list (
  id           bigint  generated always as identity primary key,
  phone        text,             -- as it was given
  phone_key    text,
  customer_id  text,
  dnc_message  text,
  campaign_dbid integer,         -- where the request came from; an entry holds everywhere
  list_dbid    integer,
  is_internal  boolean not null, -- asked for by the customer, not taken from a list of somebody else
  time_stamp   timestamptz not null,
  check ((phone is null) = (phone_key is null)),
  check ((phone is null) <> (customer_id is null))
);
create unique index gsw_donotcall_phone on gsw_donotcall_list (phone_key) where phone_key is not null;
create unique index gsw_donotcall_customer on gsw_donotcall_list (customer_id) where customer_id is not null;

-- Imports, for progress and for going on after an interruption: what a row says is committed with the records it counts.
create table calling_list_import (
  id          text        primary key,
  list        text        not null,
  state       text        not null check (state in ('running', 'done', 'failed', 'interrupted')),
  format      text        not null,
  started_at  timestamptz not null,
  changed_at  timestamptz not null,
  bytes       bigint      not null,
  total_bytes bigint,            -- as far as the client has said it
  line        bigint      not null, -- the last physical line whose fate is decided
  inserted    bigint      not null,
  rejected    bigint      not null,
  errors      jsonb       not null, -- the first of them
  problem     text,
  started_by  text
);
create index calling_list_import_by_list on calling_list_import (list, started_at);

-- The settings by which phone_key and customer_id of all rows were derived; where the configuration says others they are
-- derived anew.
create table calling_list_keys (
  one_row         boolean primary key default true check (one_row),
  country         text not null default '',
  customer_column text not null default ''
);
insert into calling_list_keys default values;
