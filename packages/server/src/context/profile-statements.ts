import { statement } from '../store/index.js';

/** Holds a tenant's definitions in place for the transaction and says which version they are. */
export const holdDefinitions = statement(
  'cs-hold-definitions',
  'select version from cs_tenant where tenant = $1 for share',
);

/**
 * Creates profiles and their key values: all or none. $3 array of {customer_id, attributes, extensions}; $5 to $8, in
 * parallel, the key values. No row is returned for profiles when the definitions have another version than $2, and none
 * for ids that exist.
 */
export const insertProfiles = statement(
  'cs-insert-profiles',
  `with definitions as materialized (
     select version from cs_tenant where tenant = $1 for share
   ), created as (
     insert into cs_profile (tenant, customer_id, attributes, extensions, created_at, updated_at)
     select $1, given.customer_id, given.attributes, given.extensions, $4::timestamptz, $4::timestamptz
     from definitions,
       jsonb_to_recordset($3::jsonb) as given (customer_id text, attributes jsonb, extensions jsonb)
     where definitions.version = $2
     on conflict do nothing
     returning customer_id
   ), keyed as (
     insert into cs_key_value (key_id, value, tenant, customer_id, is_unique)
     select given.key_id, given.value, $1, created.customer_id, given.is_unique
     from created
     join unnest($5::integer[], $6::text[], $7::text[], $8::boolean[]) as given (key_id, value, customer_id, is_unique)
       on given.customer_id = created.customer_id
   )
   select definitions.version, created.customer_id
   from definitions left join created on true`,
);

export const readProfileRow = statement(
  'cs-read-profile',
  'select attributes, extensions from cs_profile where tenant = $1 and customer_id = $2',
);

export const lockProfiles = statement(
  'cs-lock-profiles',
  `select customer_id, attributes, extensions from cs_profile
   where tenant = $1 and customer_id = any($2::text[]) order by customer_id for update`,
);

export const updateProfile = statement(
  'cs-update-profile',
  `update cs_profile set attributes = $3::jsonb, extensions = $4::jsonb, updated_at = $5::timestamptz
   where tenant = $1 and customer_id = $2`,
);

/** Removes the key values of a customer that are not among the given ones. */
export const deleteOtherKeyValues = statement(
  'cs-delete-other-key-values',
  `delete from cs_key_value
   where tenant = $1 and customer_id = $2
     and not exists (
       select from unnest($3::integer[], $4::text[]) as kept (key_id, value)
       where kept.key_id = cs_key_value.key_id and kept.value = cs_key_value.value)`,
);

export const insertKeyValues = statement(
  'cs-insert-key-values',
  `insert into cs_key_value (key_id, value, tenant, customer_id, is_unique)
   select given.key_id, given.value, $1, given.customer_id, given.is_unique
   from unnest($2::integer[], $3::text[], $4::text[], $5::boolean[]) as given (key_id, value, customer_id, is_unique)
   on conflict (key_id, value, customer_id) do nothing`,
);

export const deleteProfile = statement(
  'cs-delete-profile',
  `with keys as (
     delete from cs_key_value where tenant = $1 and customer_id = $2
   )
   delete from cs_profile where tenant = $1 and customer_id = $2 returning customer_id`,
);

/** The customers who have the value $3 of key $2, in order of creation. */
export const identifyExactly = statement(
  'cs-identify-exactly',
  `select p.customer_id, p.attributes, p.extensions
   from cs_key_value v
   join cs_profile p on p.tenant = $1 and p.customer_id = v.customer_id
   where v.key_id = $2 and v.value = $3
   order by p.created_at, p.customer_id
   limit $4`,
);

/** Who has the values $2 of key $1: at most $3 customers of each. */
export const customersByValues = statement(
  'cs-customers-by-values',
  `select wanted.value, v.customer_id
     from unnest($2::text[]) as wanted (value)
     cross join lateral (
       select customer_id from cs_key_value where key_id = $1 and value = wanted.value order by customer_id limit $3
     ) v`,
);

/** The customers who have a value of key $2 in one of the ranges from $3 (inclusive) to $4, in order of creation. */
export const identifyProfiles = statement(
  'cs-identify-profiles',
  `select p.customer_id, p.attributes, p.extensions
   from (
     select distinct v.customer_id
     from unnest($3::text[], $4::text[]) as range (low, high)
     join cs_key_value v on v.key_id = $2 and v.value >= range.low collate "C" and v.value < range.high collate "C"
     limit $5
   ) found
   join cs_profile p on p.tenant = $1 and p.customer_id = found.customer_id
   order by p.created_at, p.customer_id`,
);

/** The profiles after customer $2, in order of their ids. */
export const pageOfProfiles = statement(
  'cs-page-of-profiles',
  `select customer_id, attributes, extensions from cs_profile
   where tenant = $1 and customer_id > $2
   order by customer_id limit $3`,
);

export const moveServices = statement(
  'cs-move-services',
  `with moved as (update cs_contact_link set customer_id = $3 where tenant = $1 and customer_id = $2)
   update cs_service set customer_id = $3 where tenant = $1 and customer_id = $2`,
);
