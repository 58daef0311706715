import type { Callback } from '../../api/callbacks.js';

const FIRST = ['_id', '_service_name', '_callback_state', '_callback_reason', '_customer_number', '_desired_time'];

/** Callbacks as CSV (RFC 4180): the main columns, then every other key that any of them has, in order. */
export function callbackCsv(callbacks: readonly Callback[]): string {
  const others = new Set(callbacks.flatMap(({ record }) => Object.keys(record)));
  for (const name of FIRST) others.delete(name);
  const columns = [...FIRST, ...[...others].sort()];
  const lines = callbacks.map(({ record }) => columns.map((column) => record[column] ?? ''));
  return [columns, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would take for a formula is kept from being one. */
function cell(value: string): string {
  const safe = /^[=@]|^[+-](?![\d ()./-]*$)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
