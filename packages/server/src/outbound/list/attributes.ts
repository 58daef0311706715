import type { ListSettings } from './list-settings.js';
import type { ListRecord } from './record.js';

/** Values as the protocols carry them, by key (`GSW_PHONE`, names of columns). */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * A record under the keys of the protocols: what acknowledgements, `PreviewRecord` and attached data say about the record
 * itself (spec outbound.md 3.1, 3.4). Custom columns come under their own names, or the `send_attribute` of their field.
 */
export function recordAttributes(
  record: ListRecord,
  settings: ListSettings | undefined,
  now: number,
): Record<string, string | number> {
  throw new Error(`not there yet ${record} ${settings} ${now}`);
}

/**
 * A record with what a request changes: protocol keys (`GSW_CALL_RESULT`), names of list columns (`contact_info`) and
 * custom columns. Keys that identify or address a record are left out of account.
 * @throws OutboundError `invalid-attribute` with the key, `invalid-date-time`
 */
export function changeRecord(
  record: ListRecord,
  attributes: Attributes,
  settings: ListSettings | undefined,
  now: number,
): ListRecord {
  throw new Error(`not there yet ${record} ${attributes} ${settings} ${now}`);
}
