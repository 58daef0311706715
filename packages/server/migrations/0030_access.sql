-- Access numbers and codes that services hand out to customers who then call.

alter table service add column template text; -- of a builtin service; null for one that runs an application

-- Numbers that one service at a time may hold (allocation strategies LOCAL and CLUSTER).
create table access_number (
  scope   text        not null, -- '' for all nodes, 'node:N' for one
  number  text        not null,
  service text,                 -- who holds it, or held it last
  free_at timestamptz not null, -- held until then
  primary key (scope, number)
);
-- Read from the number that has been free for the longest time.
create index access_number_by_age on access_number (scope, free_at, number);
create index access_number_by_service on access_number (service) where service is not null;

-- The access information of a service, by which a call that arrives is matched with it.
create table access (
  service      text        primary key, -- id of a service or of a callback
  sequence     bigint      generated always as identity,
  storage      text        not null,
  number_key   text        not null,    -- the number's digits
  code         text,
  phone_digits text,
  phone_e164   text,
  given_at     timestamptz not null,
  expires_at   timestamptz not null
);
create unique index access_by_number on access (number_key, code) where code is not null;
create index access_by_number_and_age on access (number_key, given_at);
create index access_by_expiry on access (expires_at);
