-- Versions of applications that may not be started any more, because their sessions kept over-running their budgets.
create table suspended_flow (
  flow         text not null,
  version      integer not null,
  suspended_at timestamptz not null,
  reason       text not null,
  primary key (flow, version)
);
