-- For which of several campaign groups an agent works at a time, where option agent-assignment says so.
create table agent_assignment (
  agent      text        primary key,
  group_dbid integer     not null references dialing_group on delete cascade,
  since      timestamptz not null
);
create index agent_assignment_of_group on agent_assignment (group_dbid);
