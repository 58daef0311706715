import type { CallingLists } from './calling-lists.js';
import { COLUMNS } from './columns.js';
import type { ListRecord } from './record.js';

export type ExportFormat = 'csv' | 'ndjson';

const PAGE = 1000;

/** A record under the names of its columns, custom ones among them; empty ones are left out. */
export function recordColumns(record: ListRecord): Record<string, string | number> {
  const columns: Record<string, string | number> = {};
  for (const { name, write } of COLUMNS) {
    const value = write(record);
    if (value !== undefined) columns[name] = value;
  }
  return { ...columns, ...record.custom };
}

/**
 * All records of a list as text, in the order of their ids: what an import takes. Custom columns of a CSV are those that
 * the list's fields declare and those of any record, which takes a first pass over the list.
 */
export async function* exportRecords(lists: CallingLists, list: string, format: ExportFormat): AsyncGenerator<string> {
  if (format === 'ndjson') {
    for await (const records of pages(lists, list)) {
      yield records.map((record) => `${JSON.stringify(recordColumns(record))}\n`).join('');
    }
    return;
  }
  const custom = new Set(lists.settings(list)?.fields.map(({ name }) => name));
  for (const name of await lists.contents.customColumns(list)) custom.add(name);
  const names = [...custom];
  yield `${[...COLUMNS.map(({ name }) => name), ...names].map(cell).join(',')}\n`;
  for await (const records of pages(lists, list)) yield records.map((record) => csvLine(record, names)).join('');
}

function csvLine(record: ListRecord, custom: readonly string[]): string {
  const values = COLUMNS.map(({ write }) => write(record));
  return `${[...values, ...custom.map((name) => record.custom[name])].map(cell).join(',')}\n`;
}

function cell(value: string | number | undefined): string {
  const text = String(value ?? '');
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function* pages(lists: CallingLists, list: string): AsyncGenerator<ListRecord[]> {
  for (let after = 0; ; ) {
    const records = await lists.contents.page({ list, after, limit: PAGE });
    const last = records.at(-1);
    if (!last) return;
    yield records;
    after = last.recordId;
  }
}
