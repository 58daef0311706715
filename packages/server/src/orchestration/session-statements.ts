import type { JsonObject } from '../kernel/index.js';
import { statement } from '../store/sql.js';
import type { Action } from './action-module.js';
import type { Environment, SessionEvent } from './session-event.js';

export type SessionState = 'scheduled' | 'running' | 'done' | 'failed' | 'terminated';

/** A session and the oldest message in its mailbox: what the next macrostep needs. */
export interface TurnRow {
  id: string;
  flow: string;
  /** 0: the documents of the application are still to be fetched. */
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
  /** The attributes of the application's root element. */
  attributes: Readonly<Record<string, string>>;
  message_id: number | null;
  event: SessionEvent | null;
}

/** What is known of a session that has just been stored, so that it need not be read before its first macrostep. */
export interface CreatedRow {
  /** False when there was one of that id. */
  created: boolean;
  ors: boolean;
  attributes: Readonly<Record<string, string>>;
  /** Id of its first message. */
  message: number | null;
}

/** Stores a new session; with $13 also the request of that id as its first event ($14), whose answer is awaited. */
export const CREATE_SESSION = statement(
  'session-create',
  `with created as (
     insert into session (id, flow, version, state, step, snapshot, configuration, parameters, environment, callback,
                          service, parent, invoke_id, started_at, changed_at, node)
     values ($1, $2, $3, $11, 0, '', '{}', $4, $5, $6, $7, $8, $9, $10, $10, $12)
     on conflict (id) do nothing
     returning id
   ), asked as (
     insert into session_reply (id, session, asked_at)
     select $13::text, $1, $10::timestamptz where $13::text is not null
   ), first as (
     insert into session_message (session, at, event)
     select $1, $10::timestamptz, $14::jsonb where $13::text is not null
     returning id
   )
   select exists (select from created) as created, coalesce(f.ors, false) as ors, coalesce(f.attributes, '{}') as attributes,
          (select id from first) as message
     from (select) as one left join flow_version f on f.flow = $2 and f.version = $3`,
);

/** Many at once ($1: a JSON array of them), none of which has a request to answer. */
export const CREATE_SESSIONS = statement(
  'session-create-many',
  `insert into session (id, flow, version, state, step, snapshot, configuration, parameters, environment, callback,
                        service, started_at, changed_at, node)
   select s.id, s.flow, s.version, 'running', 0, '', '{}', s.parameters, s.environment, s.callback, s.service, $2, $2, $3
     from jsonb_to_recordset($1::jsonb) as s (id text, flow text, version integer, parameters jsonb, environment jsonb,
                                             callback text, service text)
   on conflict (id) do nothing`,
);

/** The documents of a session's application have been fetched. */
export const SET_APPLICATION = statement(
  'session-set-application',
  'update session set flow = $2, version = $3 where id = $1 and version = 0',
);

/** A session that was to start later never will. */
export const CANCEL_SCHEDULED = statement(
  'session-cancel-scheduled',
  `update session set state = 'terminated', reason = $2, ended_at = $3, changed_at = $3
    where id = $1 and state = 'scheduled' returning id`,
);

/** Moves the start of a session that has not begun. */
export const MOVE_START = statement(
  'session-move-start',
  `update session_timer t set due_at = $2 from session s
    where s.id = $1 and s.state = 'scheduled' and t.session = s.id and t.event is null and t.action is null
   returning t.id`,
);

export const SET_TIMER = statement(
  'session-set-timer',
  'insert into session_timer (session, send_id, due_at, target, event, action) values ($1, $2, $3, $4, $5, $6)',
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

/** Posts a request of a client, with the same bound. */
export const ASK_REPLY = statement(
  'session-ask',
  `with asked as (
     insert into session_reply (id, session, asked_at)
     select $4, s.id, $2 from session s
      where s.id = $1 and s.state in ('running', 'scheduled')
        and ($5 = 0 or (select count(*) from (select from session_message where session = $1 limit $5) m) < $5)
     returning session
   )
   insert into session_message (session, at, event) select session, $2, $3 from asked returning id`,
);

export const FORGET_REPLY = statement(
  'session-forget-reply',
  'delete from session_reply where id = $1 returning status, body',
);

export const NEXT_TIMER = statement('session-next-timer', 'select min(due_at) as due from session_timer');

/**
 * Moves due timers into the mailboxes of their targets, in due order, or tells the sender that the target has ended;
 * starts sessions, and stores actions, whose time has come: for node $3 to carry out.
 */
export const FIRE_TIMERS = statement(
  'session-fire-timers',
  `with due as (
     select id from session_timer where due_at <= $1 order by due_at, id limit $2 for update skip locked
   ), fired as (
     delete from session_timer t using due where t.id = due.id
      returning t.id, t.session, t.send_id, t.target, t.due_at, t.event, t.action
   ), ordered as (
     select f.target, f.event - 'sentFrom' as event from fired f join session s on s.id = f.target and s.state = 'running'
      where f.event is not null order by f.due_at, f.id
   ), posted as (
     insert into session_message (session, at, event) select target, $1, event from ordered
   ), lost as (
     insert into session_message (session, at, event)
     select o.id, $1, jsonb_build_object(
              'name', case when v.ors then 'error.send.nosuchsession' else 'error.communication' end, 'type', 'platform',
              'sendid', f.send_id, 'data', coalesce(f.event->'sentFrom', '{}') || jsonb_build_object(
                'target', f.target, 'sendid', f.send_id,
                'description', 'There is no running session ''' || f.target || '''.'))
       from fired f
       join session o on o.id = f.session and o.state = 'running'
       join flow_version v on v.flow = o.flow and v.version = o.version
       left join session s on s.id = f.target and s.state = 'running'
      where f.event is not null and s.id is null
   ), begun as (
     update session s set state = 'running', started_at = $1 from fired f
      where f.event is null and f.action is null and s.id = f.session and s.state = 'scheduled'
   ), acting as (
     insert into session_action (id, session, module, action, phase, request, created_at, node)
     select f.action->>'requestId', f.session, f.action->>'module', f.action->>'name', 'execute', f.action, $1, $3
       from fired f where f.action is not null
   )
   select session, target, action from fired order by due_at, id`,
);

/** Whether more than $2 messages wait for a session. */
export const IS_FLOODED = statement(
  'session-is-flooded',
  'select count(*) > $2 as flooded from (select from session_message where session = $1 limit $2 + 1) m',
);

/** Running sessions that are not to survive their process, which is none of the nodes $1. */
export const UNKEPT_SESSIONS = statement(
  'session-unkept',
  `select s.id from session s join flow_version f on f.flow = s.flow and f.version = s.version
    where s.state = 'running' and f.attributes->>'_persist' = 'false' and f.ors
      and not coalesce(s.node = any($1::integer[]), false)`,
);

export interface FiredTimer {
  session: string;
  target: string;
  action: (Action & { module: string }) | null;
}

/** Sessions that have something to do: never started, or with a message waiting since before $1. */
export const WAITING_SESSIONS = statement(
  'session-waiting',
  `select id from session where state = 'running' and not begun and step = 0 and started_at <= $1
   union
   select s.id from (select distinct session from session_message where at <= $1) m
     join session s on s.id = m.session and s.state = 'running'`,
);

export const SESSION_STATE = statement('session-state', 'select state from session where id = $1');

/** Forgets the sessions that ended before $1, and what was left of them. */
export const PURGE_SESSIONS = statement(
  'session-purge',
  `with gone as (
     delete from session where ended_at < $1 returning id
   ), messages as (
     delete from session_message m using gone where m.session = gone.id
   ), timers as (
     delete from session_timer t using gone where t.session = gone.id
   ), actions as (
     delete from session_action a using gone where a.session = gone.id
   )
   delete from session_step s using gone where s.session = gone.id`,
);

/** Forgets what sessions, also those that still run, did before $1; they cannot be repeated any more. */
export const PURGE_STEPS = statement('session-purge-steps', 'delete from session_step where at < $1');
