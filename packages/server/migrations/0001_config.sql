-- Configuration: named objects of several kinds, changed while the server runs.

-- One row. Taking it puts configuration changes in an order that is the same on every node.
create table config_revision (
  singleton boolean primary key default true check (singleton),
  revision bigint not null default 0
);
insert into config_revision default values;

create table config_object (
  kind text not null,
  name text not null,
  -- null: the object was deleted. The row stays, so that a node that was away hears of it.
  value jsonb,
  version integer not null,
  -- The configuration's revision in which this row changed last.
  revision bigint not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (kind, name)
);
-- What has changed since a revision that a node knows.
create index config_object_revision on config_object (revision);
