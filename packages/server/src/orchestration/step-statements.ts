import { statement } from '../store/sql.js';

/**
 * What macrosteps asked for, from the CTE `moved` (session, at, step and the lists of `OutboxRecord` as json): delayed
 * sends are taken back and set, events posted in their order, actions kept, the journal and the history written. An
 * event for a session that does not run is replaced by what its sender hears of that.
 */
const EFFECTS = `
   cancelled as (
     delete from session_timer t
      using moved v cross join lateral json_to_recordset(v.cancels) as c (send_id text)
      where t.session = v.session and t.send_id = c.send_id
     returning t.session, t.send_id
   ), timed as (
     insert into session_timer (session, send_id, due_at, target, event, action)
     select v.session, x.send_id, x.due_at, x.target, x.event, x.action
       from moved v cross join lateral json_to_recordset(v.timers)
            as x (send_id text, due_at timestamptz, target text, event jsonb, action jsonb)
   ), outgoing as (
     select v.session as source, v.at, x.place, coalesce(t.id, v.session) as receiver,
            case when t.id is null then x.otherwise else x.event end as event
       from moved v
            cross join lateral json_to_recordset(v.sends)
              as x (place integer, target text, child text, event jsonb, otherwise jsonb)
            left join lateral (
              select s.id from session s where s.id = x.target and s.state = 'running'
              union all
              (select s.id from session s
                where x.child is not null and s.parent = v.session and s.invoke_id = x.child and s.state = 'running'
                order by s.started_at desc limit 1)
            ) t on true
     union all
     select v.session, v.at, c.place, v.session,
            case when c.taken or exists (
              select from cancelled k where k.session = v.session and k.send_id = c.send_id) then c.done else c.none end
       from moved v cross join lateral json_to_recordset(v.cancels)
            as c (place integer, send_id text, taken boolean, done jsonb, none jsonb)
   ), posted as (
     insert into session_message (session, at, event)
     select receiver, at, event from outgoing where event is not null order by source, place
     returning session
   ), kept as (
     insert into session_action (id, session, module, action, phase, subject, request, created_at)
     select x.id, v.session, x.module, x.action, x.phase, x.subject, x.request, v.at
       from moved v cross join lateral json_to_recordset(v.actions)
            as x (id text, module text, action text, phase text, subject text, request jsonb)
   ), journaled as (
     insert into event (at, type, callback, session, data)
     select v.at, x.type, x.callback, v.session, x.data
       from moved v cross join lateral json_to_recordset(v.journal) as x (type text, callback text, data jsonb)
   ), remembered as (
     insert into session_step (session, step, at, input, caused)
     select v.session, v.step, v.at, v.input, v.caused from moved v where v.input is not null
   )`;

const LISTS = 'sends json, timers json, cancels json, actions json, journal json, input jsonb, caused jsonb';

/**
 * Stores macrosteps of different sessions. Each moves its session by one step and consumes the message that caused it,
 * if the session still stands at the step from which the macrostep ran; otherwise nothing of that one is stored.
 * $1: an array of `StepRecord`. Answers a row (moved) for each that was stored, and one for each event that was posted.
 */
export const STORE_STEPS = statement(
  'session-store-steps',
  `with wanted as materialized (
     select * from json_to_recordset($1::json) as w (
       session text, "from" integer, step integer, snapshot text, configuration text[], environment jsonb, state text,
       final text, reason text, done_data jsonb, data jsonb, at timestamptz, message bigint, ${LISTS})
   ), moved as (
     update session s
        set step = w.step, snapshot = w.snapshot, configuration = w.configuration,
            environment = coalesce(w.environment, s.environment), state = w.state, final = w.final, reason = w.reason,
            done_data = w.done_data, data = w.data, changed_at = w.at,
            ended_at = case when w.state = 'running' then null else w.at end
       from wanted w
      where s.id = w.session and s.step = w."from" and s.state = 'running'
     returning w.*
   ), consumed as (
     delete from session_message m using moved v where m.id = v.message
   ),${EFFECTS}
   select session, true as moved from moved union all select session, false from posted`,
);

/** What a macrostep that is stored by several statements asks for after its first one; $1 as above. */
export const STORE_EFFECTS = statement(
  'session-store-effects',
  `with moved as materialized (
     select * from json_to_recordset($1::json) as w (session text, step integer, at timestamptz, ${LISTS})
   ),${EFFECTS}
   select session, false as moved from posted`,
);

/**
 * Appends events to mailboxes. $1: [{place, session, at, event, most}]; `most` (0: any number) bounds how many may wait.
 * Answers place and id of the messages of those whose session runs and has room.
 */
export const POST_MESSAGES = statement(
  'session-post-messages',
  `with wanted as materialized (
     select * from json_to_recordset($1::json)
       as w (place integer, session text, at timestamptz, event jsonb, most integer)
   ), found as materialized (
     select w.*, nextval('session_message_id_seq') as id
       from (
         select w.* from wanted w join session s on s.id = w.session and s.state = 'running'
          where w.most = 0
             or (select count(*) from (select from session_message where session = w.session limit w.most) m) < w.most
          order by w.place
       ) w
   ), posted as (
     insert into session_message (id, session, at, event) overriding system value
     select id, session, at, event from found
   )
   select place, id from found`,
);
