import type { JsonObject, JsonValue } from '../kernel/index.js';
import { statement } from '../store/sql.js';
import type { Environment, SessionEvent } from './session-event.js';

export type SessionState = 'running' | 'done' | 'failed' | 'terminated';

/** A session and the oldest message in its mailbox: what the next macrostep needs. */
export interface TurnRow {
  id: string;
  flow: string;
  version: number;
  step: number;
  snapshot: string;
  parameters: JsonObject;
  environment: Environment;
  callback: string | null;
  service: string | null;
  parent: string | null;
  invoke_id: string | null;
  /** Whether the application is written in the original's dialect. */
  ors: boolean;
  message_id: number | null;
  event: SessionEvent | null;
}

export const NEXT_TURN = statement(
  'session-next-turn',
  `select s.id, s.flow, s.version, s.step, s.snapshot, s.parameters, s.environment, s.callback, s.service, s.parent,
          s.invoke_id, f.ors, m.id as message_id, m.event
     from session s
     join flow_version f on f.flow = s.flow and f.version = s.version
     left join lateral (select id, event from session_message where session = s.id order by id limit 1) m on true
    where s.id = $1 and s.state = 'running'`,
);

export const CREATE_SESSION = statement(
  'session-create',
  `insert into session (id, flow, version, state, step, snapshot, configuration, parameters, environment, callback,
                        service, parent, invoke_id, started_at, changed_at)
   values ($1, $2, $3, 'running', 0, '', '{}', $4, $5, $6, $7, $8, $9, $10, $10)`,
);

/**
 * Moves a session by one macrostep and consumes the message that caused it, if the session still stands at the step
 * from which the macrostep ran. Answers no row when another node was faster.
 */
export const ADVANCE_SESSION = statement(
  'session-advance',
  `with moved as (
     update session
        set step = $3, snapshot = $4, configuration = $5, environment = $6, state = $7, final = $8, reason = $9,
            done_data = $10, data = coalesce($13, data), changed_at = $11, ended_at = case when $7 = 'running' then null else $11::timestamptz end
      where id = $1 and step = $2 and state = 'running'
      returning id
   ), consumed as (
     delete from session_message using moved where session_message.session = moved.id and session_message.id = $12
   )
   select id from moved`,
);

export const SET_TIMER = statement(
  'session-set-timer',
  `insert into session_timer (session, send_id, due_at, target, event) values ($1, $2, $3, $4, $5)
   on conflict (session, send_id) do update
      set due_at = excluded.due_at, target = excluded.target, event = excluded.event`,
);

export const CHILD_SESSION = statement(
  'session-child',
  `select id from session where parent = $1 and invoke_id = $2 and state = 'running' order by started_at desc limit 1`,
);

/** The sessions that a session invoked and that still run. */
export const CHILD_SESSIONS = statement(
  'session-children',
  `select id from session where parent = $1 and invoke_id is not null and state = 'running'`,
);

/** After a session has ended, nothing that was sent to it has a meaning any more. */
export const CLEAR_ENDED_SESSION = statement(
  'session-clear-ended',
  `with messages as (delete from session_message where session = $1),
        timers as (delete from session_timer where session = $1)
   select id from session_reply where session = $1 and answered_at is null`,
);

export const POST_MESSAGE = statement(
  'session-post',
  `insert into session_message (session, at, event)
   select s.id, $2, $3 from session s where s.id = $1 and s.state = 'running'
   returning id`,
);

export const ASK_REPLY = statement(
  'session-ask',
  `with asked as (
     insert into session_reply (id, session, asked_at)
     select $4, s.id, $2 from session s where s.id = $1 and s.state = 'running'
     returning session
   )
   insert into session_message (session, at, event) select session, $2, $3 from asked returning id`,
);

export const ANSWER_REPLY = statement(
  'session-answer',
  `update session_reply set answered_at = $2, status = $3, body = $4
    where id = $1 and answered_at is null returning session`,
);

export const READ_REPLY = statement(
  'session-read-reply',
  'select status, body from session_reply where id = $1 and answered_at is not null',
);

export const FORGET_REPLY = statement('session-forget-reply', 'delete from session_reply where id = $1');

export const CANCEL_TIMER = statement(
  'session-cancel-timer',
  'delete from session_timer where session = $1 and send_id = $2 returning send_id',
);

export const NEXT_TIMER = statement('session-next-timer', 'select min(due_at) as due from session_timer');

/** Moves due timers into the mailboxes of their targets, in due order. */
export const FIRE_TIMERS = statement(
  'session-fire-timers',
  `with due as (
     select session, send_id from session_timer where due_at <= $1 order by due_at, send_id limit $2
        for update skip locked
   ), fired as (
     delete from session_timer t using due
      where t.session = due.session and t.send_id = due.send_id
      returning t.target, t.due_at, t.send_id, t.event
   ), ordered as (
     select f.target, f.event from fired f join session s on s.id = f.target and s.state = 'running'
      order by f.due_at, f.send_id
   )
   insert into session_message (session, at, event) select target, $1, event from ordered returning session`,
);

/** Sessions that have something to do: never started, or with a message waiting since before $1. */
export const WAITING_SESSIONS = statement(
  'session-waiting',
  `select s.id from session s
    where s.state = 'running'
      and (s.step = 0 and s.started_at <= $1
           or exists (select from session_message m where m.session = s.id and m.at <= $1))`,
);

export interface SessionRow {
  id: string;
  flow: string;
  version: number;
  state: SessionState;
  step: number;
  data: JsonValue;
  configuration: string[];
  parameters: JsonObject;
  callback: string | null;
  service: string | null;
  parent: string | null;
  final: string | null;
  reason: string | null;
  done_data: JsonValue;
  main: string;
  started_at: number;
  changed_at: number;
  ended_at: number | null;
}

const DESCRIPTION = `s.id, s.flow, s.version, s.state, s.step, s.data, s.configuration, s.parameters, s.callback,
          s.service, s.parent, s.final, s.reason, s.done_data, s.started_at, s.changed_at, s.ended_at, f.main`;

export const READ_SESSION = statement(
  'session-read',
  `select ${DESCRIPTION} from session s join flow_version f on f.flow = s.flow and f.version = s.version
    where s.id = $1`,
);

export const LIST_SESSIONS = statement(
  'session-list',
  `select ${DESCRIPTION} from session s join flow_version f on f.flow = s.flow and f.version = s.version
    where ($1::text is null or s.state = $1) and ($2::text is null or s.flow = $2)
      and ($3::timestamptz is null or (s.started_at, s.id) < ($3, $4))
    order by s.started_at desc, s.id desc limit $5`,
);

export const SESSION_STATE = statement('session-state', 'select state from session where id = $1');

export const PURGE_SESSIONS = statement('session-purge', 'delete from session where ended_at < $1');
