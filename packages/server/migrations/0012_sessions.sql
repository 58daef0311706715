-- Sessions at a rate: macrosteps of many sessions share a statement, idle ones rest on few bytes, and what a session
-- did can be looked at step by step.

-- Every event and every delayed send paid for a check that its statement makes itself, with a lock on the session's row.
-- Messages and timers leave with the end of their session.
alter table session_message drop constraint session_message_session_fkey;
alter table session_timer drop constraint session_timer_session_fkey;
alter table session_action drop constraint session_action_session_fkey;

-- Lists go by the time of the start, of all sessions or of those of one state or application; the few sessions that have
-- not begun are found at once.
drop index session_running;
create index session_by_start on session (started_at, id);
create index session_by_state on session (state, started_at, id);
create index session_by_flow on session (flow, started_at, id);
create index session_unstarted on session (started_at) where step = 0 and state = 'running';

-- What each macrostep consumed and what it asked for: the history of a session, and enough to repeat it.
create table session_step (
  session text        not null,
  step    integer     not null,
  at      timestamptz not null,
  input   jsonb       not null, -- {event, environment, ioprocessors}
  caused  jsonb       not null, -- [{kind, ...}], in the order of the requests
  primary key (session, step)
);
create index session_step_by_time on session_step using brin (at);
