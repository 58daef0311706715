import { type Bindable, type Sql, type Statement, statement } from '../../store/sql.js';
import { numberArray, textArray } from './array-literal.js';
import type { ListRecord } from './record.js';
import { RECORD_COLUMNS, type RecordRow, toRecord } from './record-row.js';

/** Which records; all that is given must hold. */
export interface RecordQuery {
  recordId?: number | undefined;
  /** Normal form. */
  phoneKey?: string | undefined;
  customerId?: string | undefined;
  chainId?: number | undefined;
  /** Only in these lists. */
  lists?: readonly string[] | undefined;
  /** Only records after this one, which must be of the only list. */
  afterRecord?: number | undefined;
  limit?: number | undefined;
}

const COLUMNS = RECORD_COLUMNS.map((name) => `r.${name}`).join(', ');

const CONDITIONS: readonly {
  name: string;
  condition: (parameter: string) => string;
  value: (query: RecordQuery) => Bindable | undefined;
}[] = [
  { name: 'record', condition: (p) => `r.record_id = ${p}::bigint`, value: ({ recordId }) => recordId },
  { name: 'phone', condition: (p) => `r.phone_key = ${p}`, value: ({ phoneKey }) => phoneKey },
  { name: 'customer', condition: (p) => `r.customer_id = ${p}`, value: ({ customerId }) => customerId },
  { name: 'chain', condition: (p) => `r.chain_id = ${p}::bigint`, value: ({ chainId }) => chainId },
  {
    name: 'lists',
    // As numbers of lists first, so that the indexes that begin with them serve.
    condition: (p) => `r.list_id = any (array(select id from calling_list where name = any (${p}::text[])))`,
    value: ({ lists }) => lists && textArray(lists),
  },
  { name: 'after', condition: (p) => `r.record_id > ${p}::bigint`, value: ({ afterRecord }) => afterRecord },
];

const statements = new Map<string, Statement>();

/**
 * Records by the list, then in the order of their ids.
 * @param lock for a change that follows in the same transaction
 */
export async function findRecords(sql: Sql, query: RecordQuery, lock = false): Promise<ListRecord[]> {
  const used = CONDITIONS.flatMap(({ name, condition, value }) => {
    const bound = value(query);
    return bound === undefined ? [] : [{ name, condition, bound }];
  });
  const limited = query.limit !== undefined;
  const name = ['calling-record-search', ...used.map((one) => one.name), limited && 'some', lock && 'lock']
    .filter((part) => part !== false)
    .join('-');
  let prepared = statements.get(name);
  if (!prepared) {
    const where = used.map(({ condition }, index) => condition(`$${index + 1}`)).join(' and ');
    const limit = limited ? ` limit $${used.length + 1}` : '';
    prepared = statement(
      name,
      `select c.name as list, ${COLUMNS}
       from calling_record r join calling_list c on c.id = r.list_id
       ${where && `where ${where}`}
       order by r.list_id, r.record_id${limit}${lock ? ' for update of r' : ''}`,
    );
    statements.set(name, prepared);
  }
  const values = used.map(({ bound }) => bound);
  const rows = await sql.query<RecordRow>(prepared, limited ? [...values, query.limit ?? 0] : values);
  return rows.map(toRecord);
}

const CHAINS = statement(
  'calling-record-chains',
  `select c.name as list, ${COLUMNS}
   from unnest($1::text[], $2::bigint[]) n (list, chain_id)
   join calling_list c on c.name = n.list
   join calling_record r on r.list_id = c.id and r.chain_id = n.chain_id
   order by r.list_id, r.chain_id, r.chain_n
   for update of r`,
);

/** All records of some chains, locked. */
export async function chainRecords(
  sql: Sql,
  chains: readonly { list: string; chainId: number }[],
): Promise<ListRecord[]> {
  if (chains.length === 0) return [];
  const rows = await sql.query<RecordRow>(CHAINS, [
    textArray(chains.map(({ list }) => list)),
    numberArray(chains.map(({ chainId }) => chainId)),
  ]);
  return rows.map(toRecord);
}
