import { statement } from '../store/index.js';

/**
 * The statements on states and tasks ("steps" of a service). Each request is one statement: it finds the service alive
 * and changes the step. Starting one also takes the next number from the service, which makes starts of one service
 * wait for each other and no others.
 */
const SERVICE_ALIVE = `exists (select from cs_service where id = $1 and tenant = $2 and expires_at > $3::timestamptz)`;

/** Takes the next number of service $1. @param condition what must hold besides the service being alive */
function takeNumber(condition: string): string {
  return `update cs_service
     set last_step = last_step + 1,
       expires_at = case when retention_ms is null then expires_at
         else $3::timestamptz + retention_ms * interval '1 millisecond' end,
       expires_slot = date_trunc('hour', case when retention_ms is null then expires_at
         else $3::timestamptz + retention_ms * interval '1 millisecond' end, 'UTC')
     where id = $1 and tenant = $2 and expires_at > $3::timestamptz ${condition}
     returning last_step`;
}

/** $4 kind, $5 type, $6 previous state or state of the task, $7 estimate, $8 start, $9 attributes, $10 extensions. */
export const startStep = statement(
  'cs-start-step',
  `with service as (
     ${takeNumber(`and ($6::integer is null or exists (
       select from cs_step where service = $1 and kind = 'state' and number = $6::integer))`)}
   )
   insert into cs_step (service, kind, number, type, related_state, est_duration, started_at, started, extensions)
   select $1, $4, service.last_step, $5::jsonb, $6::integer, $7::double precision, $8::timestamptz, $9::jsonb, $10::jsonb
   from service
   returning number`,
);

/** $4 kind, $5 number, $6 end, $7 attributes, $8 disposition, $9 its description, $10 extensions. */
export const completeStep = statement(
  'cs-complete-step',
  `update cs_step
   set completed_at = $6::timestamptz, completed = $7::jsonb, disposition = $8::jsonb, disposition_desc = $9,
     extensions = extensions || $10::jsonb
   where service = $1 and kind = $4 and number = $5
     and completed_at is null and started_at <= $6::timestamptz and ${SERVICE_ALIVE}
   returning number`,
);

/**
 * Ends state $4 and starts its successor, both or neither. $5 time, $6 attributes of both events, $7 disposition,
 * $8 its description, $9 type, $10 estimate, $11 extensions of the successor.
 */
export const transition = statement(
  'cs-transition',
  `with service as (
     ${takeNumber(`and exists (
       select from cs_step where service = $1 and kind = 'state' and number = $4 and completed_at is null)`)}
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

/** $4 kind, $5 number, $6 an object with the one extension. */
export const putStepExtension = statement(
  'cs-put-step-extension',
  `update cs_step set extensions = extensions || $6::jsonb
   where service = $1 and kind = $4 and number = $5 and ${SERVICE_ALIVE}
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
