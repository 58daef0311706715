import type { JsonObject, JsonValue } from '../kernel/index.js';
import { statement } from '../store/index.js';

/** A configured object as it lies in the table; `value` null: deleted. */
export interface ConfigRow {
  kind: string;
  name: string;
  value: JsonObject | JsonValue[] | null;
  version: number;
  revision: number;
}

/** Waits for changes under way on other nodes, then makes the next revision this transaction's. */
export const takeRevision = statement(
  'config-take-revision',
  'update config_revision set revision = revision + 1 returning revision',
);

/** What has changed after revision $1, in the order of the changes; deleted objects too. */
export const changesSince = statement(
  'config-changes-since',
  `select kind, name, value, version, revision
     from config_object
    where revision > $1
    order by revision, kind, name`,
);

/** $1 kind, $2 name, $3 value or null to delete, $4 revision, $5 time, $6 user. */
export const storeObject = statement(
  'config-store-object',
  `insert into config_object as object (kind, name, value, version, revision, updated_at, updated_by)
   values ($1, $2, $3::jsonb, 1, $4, $5, $6)
   on conflict (kind, name) do update
      set value = excluded.value, version = object.version + 1, revision = excluded.revision,
          updated_at = excluded.updated_at, updated_by = excluded.updated_by
   returning kind, name, value, version, revision`,
);
