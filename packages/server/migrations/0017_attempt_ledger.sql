-- Every attempt to reach somebody, as the rules of jurisdictions count them: reserved before it is dialed.
create table attempt_ledger (
  attempt      text             primary key,
  at           timestamptz      not null,
  number       text collate "C" not null, -- E.164, or the digits
  customer_id  text collate "C",
  campaign     text             not null,
  campaign_group integer        not null,
  list         text             not null,
  record_id    bigint           not null,
  caller       text             not null, -- the number that was shown
  rules        text[]           not null, -- the packs that were checked
  settled_at   timestamptz,
  result       integer,                   -- call result of the original
  answered     boolean          not null default false,
  abandoned    boolean          not null default false,
  seconds_to_agent double precision,
  outcome      text check (outcome in ('conversation', 'refusal', 'abandoned', 'machine'))
);
create index attempt_ledger_by_number on attempt_ledger (number, at);
create index attempt_ledger_by_customer on attempt_ledger (customer_id, at) where customer_id is not null;
create index attempt_ledger_by_campaign on attempt_ledger (campaign, at);

-- What was not dialed, and by which rule: counted by day, for the reports.
create table attempt_blocked (
  campaign text    not null,
  day      date    not null,
  rule     text    not null,
  count    integer not null,
  primary key (campaign, day, rule)
);
