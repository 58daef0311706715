import { type Sql, type Statement, statement } from '../../store/sql.js';
import { numberArray } from './array-literal.js';
import { type PresentWindow, windowsPresent } from './daily-windows.js';
import type { FilterSql } from './filter.js';
import type { ListSettings } from './list-settings.js';
import { zoneOf } from './record-row.js';
import { type Callable, callableAt } from './window.js';

/** When the window of records is open, by the list's settings and their own. */
export function windowAt(window: PresentWindow, settings: ListSettings, now: number): Callable {
  const { dailyFrom, dailyTill, tzName } = window;
  return callableAt({ dailyFrom, dailyTill, zone: zoneOf(tzName) }, settings, now);
}

/** Of each type and window: whether a record is due, and when the next one becomes so. */
const NEXT = (where = '') => `
  select
    exists (select from calling_record r
      where r.list_id = $1 and r.record_status = 1 and r.record_type = w.type and r.window_id = w.id
        and r.due_at <= $4 and r.attempt < $5${where}) as due,
    (select r.due_at from calling_record r
      where r.list_id = $1 and r.record_status = 1 and r.record_type = w.type and r.window_id = w.id
        and r.due_at > $4 and r.attempt < $5${where}
      order by r.due_at limit 1) as later
  from unnest($2::smallint[], $3::int[]) with ordinality w (type, id, place)
  order by w.place`;
const NEXT_PLAIN = statement('calling-record-next-due', NEXT());

const COUNT = (where = '') => `
  select r.record_type as type, r.window_id as id,
    count(*) filter (where r.due_at <= $2) as due, count(*) filter (where r.due_at > $2) as later
  from calling_record r
  where r.list_id = $1 and r.record_status = 1 and r.record_type <> 7 and r.attempt < $3${where}
  group by r.record_type, r.window_id`;
const COUNT_PLAIN = statement('calling-record-count-ready', COUNT());

function withFilter(plain: Statement, text: (where: string) => string, { where }: FilterSql): Statement | string {
  return where === undefined ? plain : text(` and ${where}`);
}

/**
 * When the next record of a list becomes callable that is not callable now: because its time comes or its window opens.
 * @returns milliseconds since 1970; undefined: none will
 */
export async function nextDue(
  sql: Sql,
  list: number,
  settings: ListSettings,
  filter: FilterSql,
  now: number,
): Promise<number | undefined> {
  const windows = await windowsPresent(sql, list);
  const rows = await sql.query<{ due: boolean; later: number | null }>(withFilter(NEXT_PLAIN, NEXT, filter), [
    list,
    numberArray(windows.map(({ type }) => type)),
    numberArray(windows.map(({ id }) => id)),
    Math.floor(now / 1000),
    settings.maxAttempts,
  ]);
  let next = Number.POSITIVE_INFINITY;
  for (const [index, window] of windows.entries()) {
    const row = rows[index];
    const { open, opensAt } = windowAt(window, settings, now);
    if (row?.due && !open) next = Math.min(next, opensAt);
    const later = row?.later ?? undefined;
    if (later !== undefined) next = Math.min(next, windowAt(window, settings, later * 1000).opensAt);
  }
  return Number.isFinite(next) ? next : undefined;
}

/** How many Ready records of a list can be dialed now, and how many later; reads all of them (an index, 1 s for 10 million). */
export async function countReady(
  sql: Sql,
  list: number,
  settings: ListSettings,
  filter: FilterSql,
  now: number,
): Promise<{ callable: number; waiting: number }> {
  const windows = new Map((await windowsPresent(sql, list)).map((window) => [window.id, window]));
  const rows = await sql.query<{ type: number; id: number; due: number; later: number }>(
    withFilter(COUNT_PLAIN, COUNT, filter),
    [list, Math.floor(now / 1000), settings.maxAttempts],
  );
  const count = { callable: 0, waiting: 0 };
  for (const { id, due, later } of rows) {
    const window = windows.get(id);
    const open = window !== undefined && windowAt(window, settings, now).open;
    count.callable += open ? due : 0;
    count.waiting += open ? later : due + later;
  }
  return count;
}
