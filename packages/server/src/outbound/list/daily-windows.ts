import { type Sql, statement, type Transaction } from '../../store/sql.js';
import { numberArray, textArray } from './array-literal.js';

/** The daily window of records, as they have it. */
export interface RecordWindow {
  readonly tzName: string;
  readonly dailyFrom: number;
  readonly dailyTill: number;
}

interface WindowRow {
  id: number;
  tz_name: string;
  daily_from: number;
  daily_till: number;
}

const FIND = statement(
  'calling-window-find',
  `select w.id, w.tz_name, w.daily_from, w.daily_till
   from unnest($1::text[], $2::int[], $3::int[]) n (tz_name, daily_from, daily_till)
   join calling_window w using (tz_name, daily_from, daily_till)`,
);
// In one order for all writers, so that two of them cannot wait for each other.
const CREATE = statement(
  'calling-window-create',
  `insert into calling_window (tz_name, daily_from, daily_till)
   select * from unnest($1::text[], $2::int[], $3::int[]) n (tz_name, daily_from, daily_till)
   order by tz_name, daily_from, daily_till
   on conflict do nothing`,
);

const MOST_REMEMBERED = 50_000;

/** The numbers by which the table of records knows daily windows. */
export class DailyWindows {
  readonly #ids = new Map<string, number>();

  /** The number of each window; new ones get theirs. */
  async of(tx: Transaction, windows: readonly RecordWindow[]): Promise<number[]> {
    const found = new Map<string, number>();
    const unknown = new Map<string, RecordWindow>();
    for (const window of windows) {
      const key = keyOf(window);
      const id = this.#ids.get(key);
      if (id === undefined) unknown.set(key, window);
      else found.set(key, id);
    }
    if (unknown.size > 0) {
      const values = columnsOf([...unknown.values()]);
      await tx.query(CREATE, values);
      for (const row of await tx.query<WindowRow>(FIND, values)) found.set(keyOfRow(row), row.id);
      // What this transaction has created may go with it.
      tx.afterCommit(() => this.#remember(found));
    }
    return windows.map((window) => found.get(keyOf(window)) ?? 0);
  }

  #remember(found: ReadonlyMap<string, number>): void {
    if (this.#ids.size > MOST_REMEMBERED) this.#ids.clear();
    for (const [key, id] of found) this.#ids.set(key, id);
  }
}

/** The windows that occur among the Ready records of a list, by record type: one probe of the index for each. */
const PRESENT = statement(
  'calling-record-windows-present',
  `with recursive present (record_type, window_id) as (
     (select record_type, window_id from calling_record
      where list_id = $1 and record_status = 1 order by record_type, window_id limit 1)
     union all
     select next.record_type, next.window_id from present
     cross join lateral (
       select record_type, window_id from calling_record
       where list_id = $1 and record_status = 1
         and (record_type, window_id) > (present.record_type, present.window_id)
       order by record_type, window_id limit 1
     ) next
   )
   select record_type as type, w.id, w.tz_name, w.daily_from, w.daily_till
   from present join calling_window w on w.id = present.window_id`,
);

/** A window that Ready records of one type have. */
export interface PresentWindow extends RecordWindow {
  type: number;
  id: number;
}

export async function windowsPresent(sql: Sql, list: number): Promise<PresentWindow[]> {
  const rows = await sql.query<WindowRow & { type: number }>(PRESENT, [list]);
  return rows.map((row) => ({
    type: row.type,
    id: row.id,
    tzName: row.tz_name,
    dailyFrom: row.daily_from,
    dailyTill: row.daily_till,
  }));
}

function keyOf({ tzName, dailyFrom, dailyTill }: RecordWindow): string {
  return `${dailyFrom}-${dailyTill} ${tzName}`;
}

function keyOfRow(row: WindowRow): string {
  return `${row.daily_from}-${row.daily_till} ${row.tz_name}`;
}

function columnsOf(windows: readonly RecordWindow[]): [string, string, string] {
  return [
    textArray(windows.map(({ tzName }) => tzName)),
    numberArray(windows.map(({ dailyFrom }) => dailyFrom)),
    numberArray(windows.map(({ dailyTill }) => dailyTill)),
  ];
}
