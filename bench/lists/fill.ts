import { zoneObjects } from 'ringback/dist/config/index.js';
import type { Transaction } from 'ringback/dist/store/index.js';

/** Long lists made inside the database, without indexes, which are made afterwards: minutes instead of hours. */

const WINDOWS = [
  [28_800, 64_800],
  [32_400, 72_000],
  [61_200, 75_600],
] as const;

/**
 * A list with all zone objects times three windows; one record in ten is the second of a chain; one in a hundred is
 * rescheduled and one a campaign callback, due within a day before or after `now`.
 */
export async function fillList(tx: Transaction, list: string, records: number, now: number): Promise<void> {
  const [created] = await tx.query<{ id: number }>(
    'insert into calling_list (name, next_record, next_chain) values ($1, $2, $2) returning id',
    [list, records + 1],
  );
  const zones = zoneObjects().map(({ tzName }) => tzName);
  await tx.query(
    `insert into calling_window (tz_name, daily_from, daily_till)
     select z, f, t from unnest($1::text[]) z, unnest($2::int[], $3::int[]) w (f, t)
     on conflict do nothing`,
    [zones, WINDOWS.map(([from]) => from), WINDOWS.map(([, till]) => till)],
  );
  const restore = await dropIndexes(tx, 'calling_record');
  await tx.query(
    `insert into calling_record (list_id, record_id, chain_id, chain_n, window_id, tz_name, daily_from, daily_till,
       record_type, dial_sched_time, contact_info, phone_key, customer_id, custom)
     select $1, i, case when i % 10 = 0 then i - 1 else i end, case when i % 10 = 0 then 2 else 1 end,
       w.id, w.tz_name, w.daily_from, w.daily_till,
       case i % 100 when 33 then 3 when 66 then 6 else 2 end,
       case when i % 100 in (33, 66) then $3::bigint + (i * 7919) % 172800 - 86400 end,
       '+1' || (2000000000 + i), '+1' || (2000000000 + i), 'C-' || i, jsonb_build_object('crm', 'C-' || i)
     from generate_series(1, $2::bigint) i
     join (select row_number() over (order by id) - 1 as place, count(*) over () as many, w.* from calling_window w) w
       on w.place = (i * 104729) % w.many`,
    [created?.id ?? 0, records, Math.floor(now / 1000)],
  );
  await restore();
}

/** Entries none of which is in the list: what nearly every check finds. */
export async function fillDoNotCall(tx: Transaction, entries: number, now: number): Promise<void> {
  const restore = await dropIndexes(tx, 'gsw_donotcall_list');
  await tx.query(
    `insert into gsw_donotcall_list (phone, phone_key, is_internal, time_stamp)
     select '+1' || (4000000000 + i), '+1' || (4000000000 + i), false, $2 from generate_series(1, $1::bigint) i`,
    [entries, new Date(now).toISOString()],
  );
  await restore();
}

async function dropIndexes(tx: Transaction, table: string): Promise<() => Promise<void>> {
  const indexes = await tx.query<{
    name: string;
    definition: string;
    constraint_name: string | null;
    text: string | null;
  }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition,
       c.conname as constraint_name, pg_get_constraintdef(c.oid) as text
     from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
     where i.indrelid = $1::regclass`,
    [table],
  );
  for (const { name, constraint_name } of indexes) {
    if (constraint_name === null) await tx.query(`drop index ${name}`);
    else await tx.query(`alter table ${table} drop constraint ${constraint_name}`);
  }
  return async () => {
    await tx.query(`set local maintenance_work_mem = '512MB'`);
    for (const { definition, constraint_name, text } of indexes) {
      if (constraint_name === null) await tx.query(definition);
      else await tx.query(`alter table ${table} add constraint ${constraint_name} ${text}`);
    }
  };
}
