-- Context Services: customer profiles and their identification keys; services, states and tasks; what was asked for by
-- law. Rows are narrow and their indexes grow at one end (ids begin with the time), so that a table of ten million
-- services costs a request what a table of ten thousand does.

-- What is defined for a tenant: the version is compared by every profile write (for share) and raised by every change
-- of a definition, so that no profile is written with definitions that have just ceased to hold.
create table cs_tenant (
  tenant  integer primary key,
  version integer not null
);

create table cs_schema (
  id         integer     generated always as identity primary key, -- the key under which profiles hold its records
  tenant     integer     not null references cs_tenant,
  subject    text        not null
             check (subject in ('profile', 'profile-extension', 'service-extension', 'state-extension', 'task-extension')),
  name       text        not null,
  definition jsonb       not null, -- {type, unique, attributes}
  created_at timestamptz not null,
  dropped_at timestamptz           -- set while its records are still being removed from the profiles
);
create unique index cs_schema_by_name on cs_schema (tenant, subject, lower(name)) where dropped_at is null;

create table cs_identification_key (
  id         integer     generated always as identity primary key,
  tenant     integer     not null references cs_tenant,
  name       text        not null,
  source     text        not null, -- 'profile' or the name of a profile extension
  attributes text[]      not null,
  is_unique  boolean     not null,
  created_at timestamptz not null
);
create unique index cs_identification_key_by_name on cs_identification_key (tenant, lower(name));

create table cs_profile (
  tenant      integer          not null,
  customer_id text collate "C" not null,
  attributes  jsonb            not null,
  extensions  jsonb            not null, -- schema id -> array of records
  created_at  timestamptz      not null,
  updated_at  timestamptz      not null,
  primary key (tenant, customer_id)
) with (fillfactor = 90);

-- One row per value by which a customer can be found, in normal form (see context/identification.ts).
create table cs_key_value (
  key_id      integer          not null references cs_identification_key on delete cascade,
  value       text collate "C" not null,
  tenant      integer          not null,
  customer_id text collate "C" not null,
  is_unique   boolean          not null, -- belongs to a unique key, and all of the key's attributes are present
  primary key (key_id, value, customer_id)
);
create unique index cs_key_value_unique on cs_key_value (key_id, value) where is_unique;
create index cs_key_value_by_customer on cs_key_value (tenant, customer_id);

create table cs_service (
  id               text collate "C" primary key,
  tenant           integer          not null,
  customer_id      text collate "C",
  contact_key      text collate "C",
  type             jsonb,
  est_duration     double precision,
  started_at       timestamptz      not null,
  started          jsonb            not null,
  completed_at     timestamptz,
  completed        jsonb,
  disposition      jsonb,
  disposition_desc text,
  extensions       jsonb            not null,
  last_step        integer          not null, -- the number of the state or task started last
  retention_ms     bigint,                    -- null: expires_at was set explicitly and does not move
  expires_at       timestamptz      not null,
  expires_slot     timestamptz      not null, -- expires_at by the hour: updates within one hour leave every index alone
  check (customer_id is not null or contact_key is not null)
) with (fillfactor = 75);
create index cs_service_by_customer on cs_service (tenant, customer_id, started_at) where customer_id is not null;
create index cs_service_active on cs_service (tenant, customer_id, started_at)
  where customer_id is not null and completed_at is null;
create index cs_service_by_contact on cs_service (tenant, contact_key, started_at) where contact_key is not null;
create index cs_service_by_start on cs_service (tenant, started_at);
create index cs_service_by_completion on cs_service (tenant, completed_at) where completed_at is not null;
create index cs_service_by_expiry on cs_service (expires_slot);

-- States and tasks. Rows belong to a service by its id; without a foreign key, since every writer of a step updates the
-- service's row in the same statement or has found it alive, and whoever removes a service locks it first.
create table cs_step (
  service          text collate "C" not null,
  kind             text collate "C" not null check (kind in ('state', 'task')),
  number           integer          not null,
  type             jsonb,
  related_state    integer,          -- of a state the previous one, of a task the one that it belongs to
  est_duration     double precision,
  started_at       timestamptz      not null,
  started          jsonb            not null,
  completed_at     timestamptz,
  completed        jsonb,
  disposition      jsonb,
  disposition_desc text,
  extensions       jsonb            not null,
  primary key (service, kind, number)
) with (fillfactor = 75);

create table cs_server (
  one  boolean primary key default true check (one),
  mode text    not null check (mode in ('production', 'maintenance'))
);
insert into cs_server (mode) values ('production');

-- Purges that the sections scheduled-job-NN ask for: the minute of the last run, so that one node runs each.
create table cs_scheduled_job (
  name     text        primary key,
  last_run timestamptz not null
);

-- Who asked for one person's data, or for its erasure, and what was handed out or erased. Holds no personal data but
-- the customer's id.
create table cs_audit (
  id          bigint           generated always as identity primary key,
  at          timestamptz      not null,
  tenant      integer          not null,
  actor       text             not null,
  action      text             not null check (action in ('export', 'erasure')),
  customer_id text collate "C" not null,
  reason      text,
  profiles    integer          not null,
  services    integer          not null
);
create index cs_audit_by_customer on cs_audit (tenant, customer_id, id);
