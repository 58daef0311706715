import pg from 'pg';
import type { ContextServices } from 'ringback/dist/context/index.js';
import type { Database } from 'ringback/dist/store/index.js';

export interface Size {
  profiles: number;
  services: number;
  /** Share of the services that have states and tasks, 0 to 1. */
  stepShare: number;
}

const TENANT = 1;
const FIRST_NAMES = ['Ada', 'Bruce', 'Chen', 'Dora', 'Emil', 'Fatou', 'Grace', 'Hugo', 'Ines', 'Jamal'];
const LAST_NAMES = ['Abel', 'Baker', 'Costa', 'Doe', 'Evans', 'Fischer', 'Garcia', 'Haas', 'Ito', 'Jensen', 'Khan'];

const EXTENSIONS = [
  {
    name: 'Contact',
    type: 'multi-valued',
    unique: ['number'],
    attributes: [
      { name: 'number', type: 'string', length: 32 },
      { name: 'kind', type: 'string', length: 16 },
    ],
  },
  {
    name: 'Contract',
    type: 'multi-valued',
    unique: ['contract_id'],
    attributes: [
      { name: 'contract_id', type: 'string', length: 16 },
      { name: 'product', type: 'string', length: 32 },
      { name: 'since', type: 'date' },
    ],
  },
  {
    name: 'Preferences',
    type: 'single-valued',
    attributes: [
      { name: 'language', type: 'string', length: 2 },
      { name: 'newsletter', type: 'boolean' },
    ],
  },
];

/** The telephone number and the id of customer `index`; the generator's statements make the same ones. */
export const numberOf = (index: number) => `+1650${String(index).padStart(7, '0')}`;
export const customerOf = (index: number) => `C${String(index).padStart(15, '0')}`;

/**
 * Fills an empty database: the same seed gives the same data. Everything is made by statements on the server; the
 * secondary indexes of the large tables are made anew at the end.
 * @param seed goes into every choice
 */
export async function generate(context: ContextServices, size: Size, seed: number, say: (text: string) => void) {
  const { database } = context;
  for (const extension of EXTENSIONS) await context.metadata.createExtension(TENANT, extension);
  await context.metadata.createKey(TENANT, { name: 'Contact', source: 'Contact', attributes: ['number'] });
  const definitions = await context.metadata.of(TENANT);
  const extensionId = (name: string) => String(definitions.extensions.find((one) => one.name === name)?.id);
  const keyId = (name: string) => definitions.keys.find((one) => one.name === name)?.id ?? 0;

  const restore = await dropIndexes(database, ['cs_profile', 'cs_key_value', 'cs_service']);
  await long(database, PROFILES, [
    size.profiles,
    seed,
    FIRST_NAMES,
    LAST_NAMES,
    extensionId('Contact'),
    extensionId('Contract'),
    extensionId('Preferences'),
  ]);
  say(`${size.profiles} profiles`);
  for (const [key, value] of [
    ['PhoneNumber', "substr(attributes ->> 'PhoneNumber', 2) || chr(31)"],
    ['EmailAddress', "lower(attributes ->> 'EmailAddress') || chr(31)"],
    ['Name', "lower(attributes ->> 'LastName') || chr(31) || lower(attributes ->> 'FirstName') || chr(31)"],
    ['Contact', `substr(extensions -> '${extensionId('Contact')}' -> 0 ->> 'number', 2) || chr(31)`],
  ] as const) {
    const keys = `insert into cs_key_value (key_id, value, tenant, customer_id, is_unique)
      select $1, ${value}, tenant, customer_id, false from cs_profile`;
    await long(database, keys, [keyId(key)]);
  }
  say('key values');
  await long(database, SERVICES, [size.services, seed, size.profiles, new Date(Date.now()).toISOString()]);
  say(`${size.services} services`);
  const withSteps = Math.round(size.services * size.stepShare);
  if (withSteps > 0) await long(database, STEPS, [withSteps]);
  say(`states and tasks of ${withSteps} services`);
  await restore();
  say('indexes');
  await vacuum(database);
  say('vacuum');
}

/** A number from 0 to modulus - 1 that depends on `i`, the seed ($2) and a salt. */
const pick = (salt: string, modulus: string) =>
  `(abs(hashint8extended(i, $2::bigint * 1000 + ${salt}) % (${modulus})::bigint))::integer`;

const PROFILES = `
insert into cs_profile (tenant, customer_id, attributes, extensions, created_at, updated_at)
select ${TENANT}, 'C' || lpad(i::text, 15, '0'),
  jsonb_build_object(
    'FirstName', ($3::text[])[1 + ${pick('1', 'cardinality($3::text[])')}],
    'LastName', ($4::text[])[1 + ${pick('2', 'cardinality($4::text[])')}] || i,
    'PhoneNumber', '+1650' || lpad(i::text, 7, '0'),
    'EmailAddress', 'customer' || i || '@example.com',
    'City', 'City' || ${pick('3', '500')},
    'Segment', (array['gold', 'silver', 'bronze'])[1 + ${pick('4', '3')}]),
  jsonb_build_object(
    $5::text, jsonb_build_array(
      jsonb_build_object('number', '+1415' || lpad(i::text, 7, '0'), 'kind', 'mobile'),
      jsonb_build_object('number', '+1212' || lpad(i::text, 7, '0'), 'kind', 'work')),
    $6::text, jsonb_build_array(
      jsonb_build_object('contract_id', 'K' || i, 'product', 'product' || ${pick('5', '40')}, 'since', '2021-04-01')),
    $7::text, jsonb_build_array(jsonb_build_object('language', 'en', 'newsletter', ${pick('6', '2')} = 1))),
  timestamptz '2024-01-01' + i * interval '1 second', timestamptz '2024-01-01' + i * interval '1 second'
from generate_series(1, $1::bigint) i`;

/** Started evenly over the two years before $4; one in twenty of them is still active. */
const SERVICES = `
insert into cs_service (id, tenant, customer_id, type, started_at, started, completed_at, completed, disposition,
  extensions, last_step, retention_ms, expires_at, expires_slot)
select substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7' || substr(hex, 13, 3) || '-8' || substr(hex, 16, 3) || '-' ||
    substr(hex, 19, 12),
  ${TENANT}, 'C' || lpad((1 + ${pick('11', '$3')})::text, 15, '0'), to_jsonb(100 + ${pick('12', '20')}),
  at, '{"media_type": 1, "resource_type": 2, "interaction_id": "0001"}',
  case when ended then at + interval '7 minutes' end,
  case when ended then '{"media_type": 1}'::jsonb end,
  case when ended then to_jsonb(${pick('13', '10')}) end,
  '{"Offer": [{"offer_name": "upgrade", "type": 9, "comments": "asked to call again"}]}', 8,
  157680000000, at + interval '1825 days', date_trunc('hour', at + interval '1825 days', 'UTC')
from (
  select i, at, ${pick('14', '20')} > 0 as ended,
    lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || md5(i || ':' || $2) as hex
  from (
    select i, $4::timestamptz - (($1::bigint - i + 1)::double precision / $1 * 730) * interval '1 day' as at
    from generate_series(1, $1::bigint) i
  ) times
) moments`;

/** Five states and three tasks of each of the $1 services that were started last. */
const STEPS = `
insert into cs_step (service, kind, number, type, related_state, started_at, started, completed_at, completed, disposition,
  extensions)
select s.id, case when number <= 5 then 'state' else 'task' end, number, to_jsonb(number),
  case when number between 2 and 5 then number - 1 when number > 5 then 1 end,
  s.started_at, '{"media_type": 1}', s.started_at + interval '1 minute', '{"media_type": 1}', '1',
  '{"Result": {"score": 85, "agentID": 2025}}'
from (select id, started_at from cs_service order by started_at desc limit $1) s, generate_series(1, 8) number`;

/** Drops the indexes that are no primary keys. @returns what makes them again */
async function dropIndexes(database: Database, tables: string[]): Promise<() => Promise<void>> {
  const indexes = await database.query<{ indexname: string; indexdef: string }>(
    `select indexname, indexdef from pg_indexes where tablename = any($1) and indexname not like '%_pkey'`,
    [tables],
  );
  for (const { indexname } of indexes) await database.query(`drop index ${indexname}`);
  return async () => {
    for (const { indexdef } of indexes) {
      await long(database, `set local maintenance_work_mem = '512MB'`, [], indexdef);
    }
  };
}

/** On a connection of its own: neither within a transaction nor within the time that statements may take. */
async function vacuum(database: Database): Promise<void> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  for (const table of ['cs_profile', 'cs_key_value', 'cs_service', 'cs_step']) {
    await client.query(`vacuum (analyze, freeze) ${table}`);
  }
  await client.query('checkpoint');
  await client.end();
}

/** Runs statements in one transaction, however long they take. */
async function long(database: Database, first: string, values: unknown[], second?: string): Promise<void> {
  await database.transaction(
    async (tx) => {
      // The statements take texts, numbers and arrays of texts.
      await tx.query(first, values as (string | number | string[])[]);
      if (second) await tx.query(second);
    },
    { statementTimeoutMs: Number.POSITIVE_INFINITY },
  );
}
