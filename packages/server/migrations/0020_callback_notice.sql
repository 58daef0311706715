-- What is told to the application that watches a callback (`_cbe_*`), and the reminders that are told at their time.
-- A row is there until its target has taken it, or has refused it too often.

create table callback_notice (
  id            bigint      generated always as identity primary key,
  callback      text        not null,
  event         text        not null,
  kind          text        not null check (kind in ('httpcb', 'orscb')),
  target        text        not null, -- an address, or the id of a session
  guarded       boolean     not null, -- the target came with the request, not from the configuration
  reminder      boolean     not null, -- waits for its time, and holds up no other one
  body          jsonb       not null,
  attempts      integer     not null default 0,
  most_attempts integer     not null,
  due_at        timestamptz not null
);
create index callback_notice_due on callback_notice (due_at);
create index callback_notice_order on callback_notice (callback, id);
