import { type Statement, statement } from '../store/index.js';

/**
 * The statements on services. Each request is one statement. `expires_at` moves with each change of a service that has
 * a retention; `expires_slot` is its hour, so that it seldom moves and the update stays within the row's page (HOT).
 */
const EXPIRY_COLUMNS = `expires_at = case when retention_ms is null then expires_at
        else $3::timestamptz + retention_ms * interval '1 millisecond' end,
      expires_slot = date_trunc('hour', case when retention_ms is null then expires_at
        else $3::timestamptz + retention_ms * interval '1 millisecond' end, 'UTC')`;

/** The same for an explicit expiry given with the request in $4; null: none was given. */
const EXPIRY_COLUMNS_OR_GIVEN = `retention_ms = case when $4::timestamptz is null then retention_ms end,
      expires_at = coalesce($4::timestamptz, case when retention_ms is null then expires_at
        else $3::timestamptz + retention_ms * interval '1 millisecond' end),
      expires_slot = date_trunc('hour', coalesce($4::timestamptz, case when retention_ms is null then expires_at
        else $3::timestamptz + retention_ms * interval '1 millisecond' end), 'UTC')`;

const ALIVE = 'id = $1 and tenant = $2 and expires_at > $3::timestamptz';

/** $8: the extensions; $10 null: explicit expiry. */
export const insertService = statement(
  'cs-insert-service',
  `insert into cs_service (id, tenant, customer_id, contact_key, type, est_duration, started_at, started, extensions,
     last_step, retention_ms, expires_at, expires_slot)
   values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8::jsonb, $9::jsonb, 0, $10, $11::timestamptz,
     date_trunc('hour', $11::timestamptz, 'UTC'))
   on conflict (id) do nothing
   returning id`,
);

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

/** $5 end, $6 end event's attributes, $7 disposition, $8 its description, $9 extensions. */
export const completeService = statement(
  'cs-complete-service',
  `update cs_service
   set completed_at = $5::timestamptz, completed = $6::jsonb, disposition = $7::jsonb, disposition_desc = $8,
      extensions = extensions || $9::jsonb,
      ${EXPIRY_COLUMNS_OR_GIVEN}
   where ${ALIVE} and completed_at is null and started_at <= $5::timestamptz
   returning id`,
);

/** $4: an object with the one extension. */
export const putServiceExtension = statement(
  'cs-put-service-extension',
  `update cs_service
   set extensions = extensions || $4::jsonb,
      ${EXPIRY_COLUMNS}
   where ${ALIVE}
   returning id`,
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
