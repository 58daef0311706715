import { statement } from '../store/index.js';

/**
 * The statements on states and tasks ("steps" of a service). Each finds the service alive and changes the steps; starting
 * one takes its number from the service, which makes starts of one service wait for each other and no others.
 */

/**
 * Starts, completes and extends states and tasks, any number of them together, at most one of each service. $1 is an
 * array of {action: start, complete or extend, service, tenant, now, kind, number, type, related_state, est_duration,
 * at, attributes, disposition, disposition_desc, extensions}; a row comes back for each that was done. A start takes the
 * next number from its service; `related_state` has to exist.
 */
export const changeSteps = statement(
  'cs-change-steps',
  `with wanted as materialized (
     select * from rows from (jsonb_to_recordset($1::jsonb) as (
       action text, service text, tenant integer, now timestamptz, kind text, number integer, type jsonb,
       related_state integer, est_duration double precision, at timestamptz, attributes jsonb, disposition jsonb,
       disposition_desc text, extensions jsonb)) with ordinality as w (
       action, service, tenant, now, kind, number, type, related_state, est_duration, at, attributes, disposition,
       disposition_desc, extensions, place)
   ), numbered as (
     update cs_service s
     set last_step = s.last_step + 1,
       expires_at = case when s.retention_ms is null then s.expires_at
         else w.now + s.retention_ms * interval '1 millisecond' end,
       expires_slot = date_trunc('hour', case when s.retention_ms is null then s.expires_at
         else w.now + s.retention_ms * interval '1 millisecond' end, 'UTC')
     from wanted w
     where w.action = 'start' and s.id = w.service and s.tenant = w.tenant and s.expires_at > w.now
       and (w.related_state is null or exists (
         select from cs_step p where p.service = w.service and p.kind = 'state' and p.number = w.related_state))
     returning w.place, s.last_step as number
   ), started as (
     insert into cs_step (service, kind, number, type, related_state, est_duration, started_at, started, extensions)
     select w.service, w.kind, n.number, w.type, w.related_state, w.est_duration, w.at, w.attributes, w.extensions
     from numbered n join wanted w on w.place = n.place
   ), changed as (
     update cs_step t
     set completed_at = case when w.action = 'complete' then w.at else t.completed_at end,
       completed = case when w.action = 'complete' then w.attributes else t.completed end,
       disposition = case when w.action = 'complete' then w.disposition else t.disposition end,
       disposition_desc = case when w.action = 'complete' then w.disposition_desc else t.disposition_desc end,
       extensions = t.extensions || w.extensions
     from wanted w join cs_service s on s.id = w.service and s.tenant = w.tenant and s.expires_at > w.now
     where w.action <> 'start' and t.service = w.service and t.kind = w.kind and t.number = w.number
       and (w.action = 'extend' or (t.completed_at is null and t.started_at <= w.at))
     returning w.place, t.number
   )
   select place, number from numbered union all select place, number from changed`,
);

/**
 * Ends state $4 and starts its successor, both or neither. $5 time, $6 attributes of both events, $7 disposition,
 * $8 its description, $9 type, $10 estimate, $11 extensions of the successor.
 */
export const transition = statement(
  'cs-transition',
  `with service as (
     update cs_service
     set last_step = last_step + 1,
       expires_at = case when retention_ms is null then expires_at
         else $3::timestamptz + retention_ms * interval '1 millisecond' end,
       expires_slot = date_trunc('hour', case when retention_ms is null then expires_at
         else $3::timestamptz + retention_ms * interval '1 millisecond' end, 'UTC')
     where id = $1 and tenant = $2 and expires_at > $3::timestamptz and exists (
       select from cs_step where service = $1 and kind = 'state' and number = $4 and completed_at is null)
     returning last_step
   ), ended as (
     update cs_step
     set completed_at = $5::timestamptz, completed = $6::jsonb, disposition = $7::jsonb, disposition_desc = $8
     from service
     where service = $1 and kind = 'state' and number = $4
       and completed_at is null and started_at <= $5::timestamptz
     returning service.last_step
   )
   insert into cs_step (service, kind, number, type, related_state, est_duration, started_at, started, extensions)
   select $1, 'state', ended.last_step, $9::jsonb, $4, $10::double precision, $5::timestamptz, $6::jsonb, $11::jsonb
   from ended
   returning number`,
);

/** What is known of a step, for the error that says why nothing was changed. */
export const stepStanding = statement(
  'cs-step-standing',
  `select s.id, t.number, t.started_at, t.completed_at
   from cs_service s left join cs_step t on t.service = s.id and t.kind = $4 and t.number = $5
   where s.id = $1 and s.tenant = $2 and s.expires_at > $3::timestamptz`,
);

const COLUMNS = `t.service, t.kind, t.number, t.type, t.related_state, t.est_duration, t.started_at, t.started,
     t.completed_at, t.completed, t.disposition, t.disposition_desc`;

/**
 * One row per step of kind $4, oldest first; one row without a number when the service has none; no row when the
 * service does not exist. $5 only this number, $6 only active (true) or completed (false), $7 only these types,
 * $8 only tasks of this state, $9 names of the extensions to return.
 */
export const listSteps = statement(
  'cs-list-steps',
  `select ${COLUMNS}, case when cardinality($9::text[]) > 0 then t.extensions end as extensions
   from cs_service s
   left join cs_step t on t.service = s.id and t.kind = $4
     and ($5::integer is null or t.number = $5::integer)
     and ($6::boolean is null or (t.completed_at is null) = $6::boolean)
     and ($7::text[] is null or t.type #>> '{}' = any($7::text[]))
     and ($8::integer is null or t.related_state = $8::integer)
   where s.id = $1 and s.tenant = $2 and s.expires_at > $3::timestamptz
   order by t.started_at, t.number`,
);

/** Everything that the services $1 consist of. */
export const stepsOfServices = statement(
  'cs-steps-of-services',
  `select ${COLUMNS}, t.extensions
   from cs_step t where t.service = any($1::text[]) order by t.service, t.started_at, t.number`,
);
