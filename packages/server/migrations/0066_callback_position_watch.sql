-- Sessions of callbacks that are told where they stand in line: what they were last told, and when it is looked at next.
create table callback_position_watch (
  session  text        primary key,
  request  text        not null, -- for an agent, whose place it is
  least    integer     not null, -- milliseconds between looks, at least and at most
  most     integer     not null,
  position integer,              -- as it was last told; null: not yet
  eta      real,                 -- seconds
  due_at   timestamptz not null
);
create index callback_position_watch_due on callback_position_watch (due_at);
