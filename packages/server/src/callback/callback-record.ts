import { instant, type JsonObject } from '../kernel/index.js';
import { statement } from '../store/sql.js';
import type { CallbackState } from './life-cycle.js';
import { scalarText } from './service-parameters.js';

/** What has happened to a callback so far; moments in milliseconds since 1970. */
export interface Progress {
  submittedAt?: number;
  dialingAt?: number;
  answeredAt?: number;
  connectedAt?: number;
  completedAt?: number;
  /** The result of each attempt, the first one first (BUSY, NO_ANSWER, PERSON ...); null while it is under way. */
  dialResults?: (string | null)[];
  /** As the latest attempt dialed it, with its prefix. */
  dialedNumber?: string;
  /** Figures that the application has reported, by the names of Callback reporting (`_CB_*`). */
  facts?: JsonObject;
}

/** A callback as it is stored. */
export interface CallbackRow {
  id: string;
  service: string;
  state: CallbackState;
  reason: string | null;
  customer_number: string | null;
  immediate: boolean;
  desired_at: number;
  bucket: number | null;
  submit_at: number | null;
  submit_attempts: number;
  session: string | null;
  ttl: number;
  expires_at: number;
  properties: JsonObject;
  lookup: Record<string, string>;
  progress: Progress;
  created_at: number;
  changed_at: number;
}

export const CALLBACK_COLUMNS = `c.id, c.service, c.state, c.reason, c.customer_number, c.immediate, c.desired_at,
  c.bucket, c.submit_at, c.submit_attempts, c.session, c.ttl, c.expires_at, c.properties, c.lookup, c.progress,
  c.created_at, c.changed_at`;

export const READ_CALLBACK = statement('callback-read', `select ${CALLBACK_COLUMNS} from callback c where c.id = $1`);

/** Names in a request that say what the server itself knows better; they are not kept. */
export const SYSTEM_KEYS: ReadonlySet<string> = new Set([
  '_id',
  '_service_id',
  '_service_name',
  '_desired_time',
  '_new_desired_time',
  '_callback_state',
  '_callback_reason',
  '_expiration_time',
  '_ors_session_id',
  '_url',
]);

/** A callback as queries show it: all values are texts. */
export type CallbackRecord = Record<string, string>;

/**
 * @param shown names of further properties: lookup keys and the option `returned-keys`
 */
export function recordOf(row: CallbackRow, shown: Iterable<string>): CallbackRecord {
  const url = `/1/service/callback/${encodeURIComponent(row.service)}/${row.id}`;
  const record: CallbackRecord = {
    _id: row.id,
    _service_name: row.service,
    _callback_state: row.state,
    ...(row.reason !== null && { _callback_reason: row.reason }),
    _desired_time: instant(row.desired_at),
    _expiration_time: instant(row.expires_at),
    ...(row.customer_number !== null && { _customer_number: row.customer_number }),
    _url: url,
    ...(row.session !== null && { _ors_session_id: row.session }),
    desired_time: instant(row.desired_at),
    url,
  };
  for (const name of shown) {
    const value = record[name] === undefined ? propertyText(row, name) : undefined;
    if (value !== undefined) record[name] = value;
  }
  return record;
}

/** A property as text: nested values as their JSON; undefined when there is none. `_service_id` is the callback's id. */
export function propertyText(row: CallbackRow, name: string): string | undefined {
  if (name === '_service_id') return row.id;
  const value = row.properties[name];
  if (value === undefined || value === null) return undefined;
  return scalarText(value) ?? JSON.stringify(value);
}
