-- Sessions of callbacks on other orchestration servers (option _ors): those that work, and those still to be ended there.
create table callback_remote_session (
  callback   text        not null,
  session    text        not null,           -- its id there
  server     text        not null,           -- base address
  cookie     text,                           -- which that server wants back
  asked_at   timestamptz not null,           -- when it was last seen to live, or asked whether it does
  unanswered integer     not null default 0, -- times in a row that its server could not be asked
  ending_at  timestamptz,                    -- when it is to be ended next; null: it works
  attempts   integer     not null default 0, -- to end it
  primary key (callback, session)
);
create index callback_remote_session_by_session on callback_remote_session (session);
create index callback_remote_session_to_ask on callback_remote_session (asked_at) where ending_at is null;
create index callback_remote_session_to_end on callback_remote_session (ending_at) where ending_at is not null;
