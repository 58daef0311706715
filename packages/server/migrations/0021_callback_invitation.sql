-- What an agent is asked about a callback: whether to take it (preview), and how it went (disposition). A row is there
-- while the question is open. Handles begin where those of outbound records never get to, since desktops know both.

create sequence callback_invitation_handle as bigint start 1000000001;

create table callback_invitation (
  handle     bigint      primary key default nextval('callback_invitation_handle'),
  callback   text        not null,
  session    text        not null,
  agent      text        not null,
  kind       text        not null check (kind in ('preview', 'disposition')),
  data       jsonb       not null,
  offered_at timestamptz not null
);
alter sequence callback_invitation_handle owned by callback_invitation.handle;
create index callback_invitation_by_agent on callback_invitation (agent);
create index callback_invitation_by_session on callback_invitation (session);
