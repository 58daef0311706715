import { type Statement, statement } from '../store/sql.js';
import type { OutboxLists } from './outbox.js';

/** The lists of an outbox in the order in which statements take them, as parameters after the first one. */
export const LISTS = ['sends', 'timers', 'cancels', 'answers', 'actions', 'journal'] as const;
type List = keyof OutboxLists;

/** Columns of a list; each element also names the `session` that asked. */
const COLUMNS: Readonly<Record<List, string>> = {
  sends: 'place integer, target text, child text, event jsonb, otherwise jsonb',
  timers: 'send_id text, due_at timestamptz, target text, event jsonb, action jsonb',
  cancels: 'place integer, send_id text, taken boolean, done jsonb, none jsonb',
  answers: 'place integer, id text, status integer, body jsonb, here boolean, done jsonb, none jsonb',
  actions: 'id text, module text, action text, phase text, subject text, request jsonb, node integer',
  journal: 'type text, callback text, data jsonb',
};

/** What follows from `moved` (session, step, at) and a list; lists are CTEs under their own names, joined to it. */
const FOLLOWS: Readonly<Record<List, string>> = {
  sends: '',
  timers: `timed as (
     insert into session_timer (session, send_id, due_at, target, event, action)
     select session, send_id, due_at, target, event, action from timers
   )`,
  cancels: `cancelled as (
     delete from session_timer t using cancels c where t.session = c.session and t.send_id = c.send_id
     returning t.session, t.send_id
   )`,
  answers: `answered as (
     update session_reply r set answered_at = a.at, status = a.status, body = a.body
       from answers a where r.id = a.id and r.answered_at is null and not a.here
     returning r.id
   ), handed_over as (
     delete from session_reply r using answers a where r.id = a.id and r.answered_at is null and a.here
     returning r.id
   )`,
  actions: `kept as (
     insert into session_action (id, session, module, action, phase, subject, request, created_at, node)
     select id, session, module, action, phase, subject, request, at, node from actions
   )`,
  journal: `journaled as (
     insert into event (at, type, callback, session, data) select at, type, callback, session, data from journal
   )`,
};

/** Events for mailboxes; one for a session that does not run is replaced by what its sender hears of that. */
const OUTGOING: Readonly<Partial<Record<List, string>>> = {
  sends: `select x.session as source, x.at, x.place, coalesce(t.id, x.session) as receiver,
            case when t.id is null then x.otherwise else x.event end as event
       from sends x left join lateral (
              select s.id from session s where s.id = x.target and s.state = 'running'
              union all
              (select s.id from session s
                where x.child is not null and s.parent = x.session and s.invoke_id = x.child and s.state = 'running'
                order by s.started_at desc limit 1)
            ) t on true`,
  cancels: `select c.session, c.at, c.place, c.session,
            case when c.taken or exists (
              select from cancelled k where k.session = c.session and k.send_id = c.send_id) then c.done else c.none end
       from cancels c`,
  answers: `select a.session, a.at, a.place, a.session,
            case when exists (select from answered k where k.id = a.id)
                   or exists (select from handed_over k where k.id = a.id) then a.done else a.none end
       from answers a`,
};

/** The CTEs of some lists; $2, $3 ... are those lists, in the order of `LISTS`. */
function effects(lists: readonly List[]): string {
  const parts = lists.map(
    (list, index) => `${list} as materialized (
     select v.at, x.* from moved v
       join json_to_recordset($${index + 2}::json) as x (session text, ${COLUMNS[list]}) on x.session = v.session
   )`,
  );
  parts.push(...lists.map((list) => FOLLOWS[list]).filter((text) => text !== ''));
  const outgoing = lists.flatMap((list) => OUTGOING[list] ?? []);
  if (outgoing.length > 0) {
    parts.push(`outgoing (source, at, place, receiver, event) as (
     ${outgoing.join('\n     union all\n     ')}
   ), posted as (
     insert into session_message (session, at, event)
     select receiver, at, event from outgoing where event is not null order by source, place
     returning session
   )`);
  }
  return parts.map((part) => `, ${part}`).join('');
}

/** What was done: `moved` and `posted` with the ids of sessions, `answered` with those of requests. */
function results(lists: readonly List[]): string {
  const answers = ['answered', 'handed_over'].map((name) => `select 'answered', id from ${name}`);
  return [
    ...(lists.some((list) => OUTGOING[list]) ? ["select 'posted', session from posted"] : []),
    ...(lists.includes('answers') ? answers : []),
  ]
    .map((text) => ` union all ${text}`)
    .join('');
}

const made = new Map<string, Statement>();

function once(name: string, lists: readonly List[], text: () => string): Statement {
  const key = [name, ...lists].join('-');
  const known = made.get(key) ?? statement(key, text());
  made.set(key, known);
  return known;
}

/**
 * Stores macrosteps of different sessions and the lists that are there. Each moves its session by one step and consumes
 * the message that caused it, if the session still stands at the step from which the macrostep ran; otherwise nothing of
 * that one is stored. One statement for each combination of lists: what is not there costs nothing.
 */
export function storeSteps(lists: readonly List[]): Statement {
  return once(
    'session-store-steps',
    lists,
    () => `with wanted as materialized (
     select * from json_to_recordset($1::json) as w (
       session text, "from" integer, step integer, snapshot text, configuration text[], environment jsonb, state text,
       final text, reason text, done_data jsonb, data jsonb, at timestamptz, message bigint, input jsonb, caused jsonb,
       earlier jsonb)
   ), moved as (
     update session s
        set step = w.step, begun = true, snapshot = w.snapshot, configuration = w.configuration,
            environment = coalesce(w.environment, s.environment), state = w.state, final = w.final, reason = w.reason,
            done_data = w.done_data, data = w.data, changed_at = w.at,
            ended_at = case when w.state = 'running' then null else w.at end
       from wanted w
      where s.id = w.session and s.step = w."from" and s.state = 'running'
     returning w.session, w.step, w.at, w.message, w.input, w.caused, w.earlier
   ), consumed as (
     delete from session_message m using moved v where m.id = v.message
   ), remembered as (
     insert into session_step (session, step, at, input, caused)
     select session, step, at, input, caused from moved
     union all
     select v.session, e.step, v.at, e.input, e.caused from moved v
      cross join lateral jsonb_to_recordset(v.earlier) as e (step integer, input jsonb, caused jsonb)
   )${effects(lists)}
   select 'moved' as kind, session as id from moved${results(lists)}`,
  );
}

/** What a macrostep that is stored by several statements asks for after its first one; $1: [{session, at}]. */
export function storeEffects(lists: readonly List[]): Statement {
  return once(
    'session-store-effects',
    lists,
    () => `with moved as materialized (
     select * from json_to_recordset($1::json) as w (session text, at timestamptz)
   )${effects(lists)}
   select 'done' as kind, session as id from moved${results(lists)}`,
  );
}

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
