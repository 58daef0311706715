import { type Statement, statement } from '../store/index.js';

/**
 * The statements on services. `expires_at` moves with each change of a service that has a retention; `expires_slot` is
 * its hour, so that it seldom moves and the update stays within the row's page (HOT).
 */

/** The columns of the expiry after a change; $4: one that was given with the request, or null. */
const EXPIRY_COLUMNS_OR_GIVEN = `retention_ms = case when $4::timestamptz is null then retention_ms end,
      expires_at = coalesce($4::timestamptz, case when retention_ms is null then expires_at
        else $3::timestamptz + retention_ms * interval '1 millisecond' end),
      expires_slot = date_trunc('hour', coalesce($4::timestamptz, case when retention_ms is null then expires_at
        else $3::timestamptz + retention_ms * interval '1 millisecond' end), 'UTC')`;

const ALIVE = 'id = $1 and tenant = $2 and expires_at > $3::timestamptz';

/** $5 customer, $6 start event's attributes, $7 type, $8 estimated duration, $9 extensions, $10 start. */
export const associateService = statement(
  'cs-associate-service',
  `update cs_service
   set customer_id = $5, started = started || $6::jsonb, type = coalesce($7::jsonb, type),
      est_duration = coalesce($8, est_duration), extensions = extensions || $9::jsonb,
      started_at = coalesce($10::timestamptz, started_at),
      ${EXPIRY_COLUMNS_OR_GIVEN}
   where ${ALIVE}
   returning id`,
);

/**
 * Starts, completes and extends services, any number of them together, each once. $1 is an array of {action: start,
 * complete or extend, id, tenant, now, customer_id, contact_key, type, est_duration, at, attributes, disposition,
 * disposition_desc, extensions, retention_ms, expires_at}; a row comes back for each that was done. An `expires_at` with
 * a completion is an explicit one, and so is one with a start that has no `retention_ms`.
 */
export const changeServices = statement(
  'cs-change-services',
  `with wanted as materialized (
     select * from rows from (jsonb_to_recordset($1::jsonb) as (
       action text, id text, tenant integer, now timestamptz, customer_id text, contact_key text, type jsonb,
       est_duration double precision, at timestamptz, attributes jsonb, disposition jsonb, disposition_desc text,
       extensions jsonb, retention_ms bigint, expires_at timestamptz)) with ordinality as w (
       action, id, tenant, now, customer_id, contact_key, type, est_duration, at, attributes, disposition,
       disposition_desc, extensions, retention_ms, expires_at, place)
   ), started as (
     insert into cs_service (id, tenant, customer_id, contact_key, type, est_duration, started_at, started, extensions,
       last_step, retention_ms, expires_at, expires_slot)
     select id, tenant, customer_id, contact_key, type, est_duration, at, attributes, extensions, 0, retention_ms,
       expires_at, date_trunc('hour', expires_at, 'UTC')
     from wanted where action = 'start'
     on conflict (id) do nothing
     returning id
   ), changed as (
     update cs_service s
     set completed_at = case when w.action = 'complete' then w.at else s.completed_at end,
       completed = case when w.action = 'complete' then w.attributes else s.completed end,
       disposition = case when w.action = 'complete' then w.disposition else s.disposition end,
       disposition_desc = case when w.action = 'complete' then w.disposition_desc else s.disposition_desc end,
       extensions = s.extensions || w.extensions,
       retention_ms = case when w.expires_at is null then s.retention_ms end,
       expires_at = coalesce(w.expires_at, case when s.retention_ms is null then s.expires_at
         else w.now + s.retention_ms * interval '1 millisecond' end),
       expires_slot = date_trunc('hour', coalesce(w.expires_at, case when s.retention_ms is null then s.expires_at
         else w.now + s.retention_ms * interval '1 millisecond' end), 'UTC')
     from wanted w
     where w.action <> 'start' and s.id = w.id and s.tenant = w.tenant and s.expires_at > w.now
       and (w.action = 'extend' or (s.completed_at is null and s.started_at <= w.at))
     returning w.place
   )
   select w.place, null::integer as number from wanted w join started on started.id = w.id where w.action = 'start'
   union all
   select place, null from changed`,
);

export const expireService = statement(
  'cs-expire-service',
  `update cs_service
   set retention_ms = null, expires_at = $4::timestamptz, expires_slot = date_trunc('hour', $4::timestamptz, 'UTC')
   where ${ALIVE}
   returning id`,
);

export const lockService = statement('cs-lock-service', `select id from cs_service where ${ALIVE} for update`);

/** Removes services that are locked, with their states and tasks. Two statements: the second sees what the lock saw. */
export const deleteStepsOf = statement('cs-delete-steps-of', 'delete from cs_step where service = any($1::text[])');
export const deleteServices = statement('cs-delete-services', 'delete from cs_service where id = any($1::text[])');

export const COLUMNS = `id, customer_id, contact_key, type, est_duration, started_at, started, completed_at, completed,
     disposition, disposition_desc`;

/** $4: names of the extensions to return. */
export const readService = statement(
  'cs-read-service',
  `select ${COLUMNS}, ${wantedExtensions('$4')} as extensions
   from cs_service where ${ALIVE}`,
);

/** $4: nothing is filtered by null. The rows come newest first. */
function listServices(name: string, condition: string): Statement {
  return statement(
    `cs-list-services-${name}`,
    `select ${COLUMNS}, ${wantedExtensions('$4')} as extensions
     from cs_service
     where tenant = $1 and ${condition} and expires_at > $3::timestamptz
       and started_at >= coalesce($5::timestamptz, '-infinity') and started_at < coalesce($6::timestamptz, 'infinity')
       and ($7::timestamptz is null or completed_at >= $7::timestamptz)
       and ($8::timestamptz is null or completed_at < $8::timestamptz)
       and ($9::text[] is null or type #>> '{}' = any($9::text[]))
     order by started_at ${name.endsWith('oldest') ? 'asc, id asc' : 'desc, id desc'}
     limit $10 offset $11`,
  );
}

function wantedExtensions(parameter: string): string {
  return `case when cardinality(${parameter}::text[]) > 0 then extensions end`;
}

export type Completion = 'all' | 'active' | 'completed';
export type Owner = 'customer' | 'contact' | 'unidentified';
export type Order = 'oldest' | 'newest';

const OWNED_BY: Record<Owner, string> = {
  customer: 'customer_id = $2',
  contact: 'contact_key = $2',
  unidentified: 'contact_key = $2 and customer_id is null',
};
const COMPLETION: Record<Completion, string> = {
  all: '',
  active: 'and completed_at is null',
  completed: 'and completed_at is not null',
};

/** The list of an owner's services; a statement of its own for each combination, since each has another best index. */
export function listStatement(owner: Owner, completion: Completion, order: Order): Statement {
  const name = `${owner}-${completion}-${order}`;
  const known = lists.get(name);
  if (known) return known;
  const made = listServices(name, `${OWNED_BY[owner]} ${COMPLETION[completion]}`);
  lists.set(name, made);
  return made;
}
const lists = new Map<string, Statement>();
