import { statement } from '../store/index.js';

export const insertTenant = statement(
  'cs-insert-tenant',
  'insert into cs_tenant (tenant, version) values ($1, 1) on conflict (tenant) do nothing returning tenant',
);

export const readVersion = statement('cs-read-version', 'select version from cs_tenant where tenant = $1');

/** Makes every write of a profile wait until this transaction has ended, and then find other definitions. */
export const raiseVersion = statement(
  'cs-raise-version',
  'update cs_tenant set version = version + 1 where tenant = $1 returning version',
);

export const readSchemas = statement(
  'cs-read-schemas',
  `select id, subject, name, definition from cs_schema
   where tenant = $1 and dropped_at is null order by id`,
);

export const readKeys = statement(
  'cs-read-keys',
  'select id, name, source, attributes, is_unique from cs_identification_key where tenant = $1 order by id',
);

export const insertSchema = statement(
  'cs-insert-schema',
  `insert into cs_schema (tenant, subject, name, definition, created_at)
   values ($1, $2, $3, $4::jsonb, $5) returning id`,
);

export const replaceSchema = statement(
  'cs-replace-schema',
  `update cs_schema set definition = $4::jsonb
   where tenant = $1 and subject = $2 and name = $3 and dropped_at is null returning id`,
);

export const dropSchema = statement('cs-drop-schema', 'update cs_schema set dropped_at = $2 where id = $1');

export const insertKey = statement(
  'cs-insert-key',
  `insert into cs_identification_key (tenant, name, source, attributes, is_unique, created_at)
   values ($1, $2, $3, $4::text[], $5, $6) returning id`,
);

export const deleteKey = statement('cs-delete-key', 'delete from cs_identification_key where id = $1');

/** Extensions that were dropped and whose records may still be in profiles. */
export const droppedSchemas = statement(
  'cs-dropped-schemas',
  `select id, tenant from cs_schema where dropped_at is not null and subject = 'profile-extension'`,
);

/** Removes the records of a dropped extension from the profiles after customer $3; answers how far it came. */
export const eraseDroppedRecords = statement(
  'cs-erase-dropped-records',
  `with page as (
     select customer_id from cs_profile
     where tenant = $1 and customer_id > $3
     order by customer_id limit $4
   ), erased as (
     update cs_profile p set extensions = extensions - $2::text
     from page where p.tenant = $1 and p.customer_id = page.customer_id and p.extensions ? $2::text
   )
   select max(customer_id) as last from page`,
);

export const forgetSchema = statement('cs-forget-schema', 'delete from cs_schema where id = $1');
