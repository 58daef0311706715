-- Telephones of the house that are known to be off or on. What they do while they are on is kept in memory.
create table phone_presence (
  dn         text        primary key,
  is_offline boolean     not null,
  changed_at timestamptz not null
);
