import type { CustomFields } from './record.js';

/** What identifies the customer of a record: the text of the column that option `customer_id` names. */
export function customerIdOf(custom: CustomFields | undefined, column: string | undefined): string | undefined {
  if (custom === undefined || column === undefined) return undefined;
  const value = custom[column];
  return value === undefined || value === '' ? undefined : String(value);
}
