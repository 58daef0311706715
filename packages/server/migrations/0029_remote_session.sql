-- Services whose sessions run on other orchestration servers (option _ors of a service).
create table remote_session (
  service    text        primary key references service on delete cascade,
  session    text        not null, -- its id there
  server     text        not null, -- base address
  cookie     text,                 -- which that server wants back
  created_at timestamptz not null
);
create unique index remote_session_by_session on remote_session (session);
