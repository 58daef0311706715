import type pg from 'pg';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const BUCKET_MS = 5 * MINUTE_MS;

/** Scheduled callbacks as the booking stores them, spread over the days from tomorrow on. */
export async function fillCallbacks(
  client: pg.Client,
  { service, count, days, now }: { service: string; count: number; days: number; now: number },
): Promise<void> {
  const first = Math.ceil((now + DAY_MS) / BUCKET_MS) * BUCKET_MS;
  const buckets = ((days - 1) * DAY_MS) / BUCKET_MS;
  const indexes = await dropIndexes(client, ['callback', 'callback_lookup', 'callback_slot']);
  await client.query(
    `insert into callback (id, service, state, customer_number, immediate, desired_at, bucket, submit_at,
                           submit_attempts, ttl, expires_at, properties, lookup, progress, created_at, changed_at)
     select gen_random_uuid()::text, $1, 'SCHEDULED', n.number, false, b.at, b.at, b.at - interval '120 s', 0, 86400,
            b.at + interval '1 day', ${PROPERTIES}, jsonb_build_object('_customer_number', n.number), '{}', $4, $4
       from generate_series(1, $2::integer) i
      cross join lateral (select $3::timestamptz + (i * 7919::bigint % $5::bigint) * interval '5 min' as at) b
      cross join lateral (select '+1650' || (2000000 + i) as number) n`,
    [service, count, new Date(first).toISOString(), new Date(now).toISOString(), buckets],
  );
  await client.query(
    `insert into callback_lookup (key, value, callback) select '_customer_number', customer_number, id from callback`,
  );
  await client.query(
    `insert into callback_slot (service, bucket, used, capacity)
     select service, bucket, count(*), 1000000 from callback group by service, bucket`,
  );
  await client.query("set maintenance_work_mem = '512MB'");
  for (const index of indexes) await client.query(index);
  await client.query('vacuum analyze callback, callback_lookup, callback_slot');
}

/** Callbacks whose submission is due within one second from `at`, evenly. */
export async function addDue(
  client: pg.Client,
  { service, count, at, now }: { service: string; count: number; at: number; now: number },
): Promise<void> {
  await client.query(
    `insert into callback (id, service, state, customer_number, immediate, desired_at, bucket, submit_at,
                           submit_attempts, ttl, expires_at, properties, lookup, progress, created_at, changed_at)
     select 'due-' || i, $1, 'SCHEDULED', n.number, false, b.at + interval '120 s', null, b.at, 0, 86400,
            b.at + interval '1 day', ${PROPERTIES}, jsonb_build_object('_customer_number', n.number), '{}', $4, $4
       from generate_series(1, $2::integer) i
      cross join lateral (select $3::timestamptz + (i - 1) * interval '1 s' / $2::integer as at) b
      cross join lateral (select '+1650' || (2000000 + i) as number) n`,
    [service, count, new Date(at).toISOString(), new Date(now).toISOString()],
  );
  await client.query(
    `insert into callback_lookup (key, value, callback)
     select '_customer_number', customer_number, id from callback where id like 'due-%'`,
  );
}

const PROPERTIES = `jsonb_build_object('_customer_number', n.number, '_usr_customer_name', 'Bob Markel',
  '_usr_reason', 'billing question', '_device_os', 'comet')`;

/** @returns the statements that make them again */
async function dropIndexes(client: pg.Client, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; own: string | null; drop: string; make: string }>(
    `select case when c.oid is null then format('drop index %s', i.indexrelid::regclass)
                 else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as drop,
            case when c.oid is null then pg_get_indexdef(i.indexrelid)
                 else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname,
                             pg_get_constraintdef(c.oid)) end as make
       from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
      where i.indrelid = any ($1::text[]::regclass[])`,
    [tables],
  );
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ make }) => make);
}
