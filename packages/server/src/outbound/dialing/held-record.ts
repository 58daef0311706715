import { type Sql, statement, type Transaction } from '../../store/index.js';
import type { HeldChain } from './held-chain.js';

/** The records of held chains under their handles, and the numbers that are being called. */

const HOLD_NUMBER = statement(
  'held-number-hold',
  `insert into held_number (phone_key, chain)
   select $1, $2
   where not exists (
     select from outbound_attempt where phone_key = $1 and ended_at is null and chain is distinct from $2
   )
   on conflict (phone_key) do update set chain = excluded.chain where held_number.chain = excluded.chain
   returning phone_key`,
);
const FREE_NUMBERS = statement('held-number-free', 'delete from held_number where chain = $1');
const HANDLES = statement(
  'held-record-handles',
  'select record_id, handle from held_record where list = $1 and record_id = any($2)',
);
const HANDLES_OF_CHAIN = statement(
  'held-record-handles-of-chain',
  'select record_id, handle from held_record where chain = $1',
);
const ADD_RECORD = statement(
  'held-record-add',
  `insert into held_record (chain, list, record_id) values ($1, $2, $3)
   on conflict (list, record_id) do update set chain = excluded.chain returning handle`,
);
const OF_HANDLE = statement(
  'held-record-of-handle',
  `select r.list, r.record_id, r.chain from held_record r where r.handle = $1`,
);

/** Keeps a number from being called for any other chain. @returns false when it is being called already */
export async function holdNumber(tx: Transaction, phoneKey: string, chain: number): Promise<boolean> {
  return (await tx.query(HOLD_NUMBER, [phoneKey, chain])).length > 0;
}

export async function freeNumbers(tx: Transaction, chain: number): Promise<void> {
  await tx.query(FREE_NUMBERS, [chain]);
}

/** Handles of held records of a list, by record id. */
export async function handlesOf(sql: Sql, list: string, recordIds: readonly number[]): Promise<Map<number, number>> {
  if (recordIds.length === 0) return new Map();
  const rows = await sql.query<{ record_id: number; handle: number }>(HANDLES, [list, recordIds]);
  return new Map(rows.map(({ record_id, handle }) => [record_id, handle]));
}

/** Handles of the records of a held chain, by record id. */
export async function handlesOfChain(sql: Sql, chain: number): Promise<Map<number, number>> {
  const rows = await sql.query<{ record_id: number; handle: number }>(HANDLES_OF_CHAIN, [chain]);
  return new Map(rows.map(({ record_id, handle }) => [record_id, handle]));
}

/** The handle of a record; one is given to a record that was added to its chain later. */
export async function handleOf(tx: Transaction, held: HeldChain, recordId: number): Promise<number> {
  const known = (await handlesOf(tx, held.list, [recordId])).get(recordId);
  if (known !== undefined) return known;
  const [row] = await tx.query<{ handle: number }>(ADD_RECORD, [held.id, held.list, recordId]);
  return row?.handle ?? 0;
}

export async function recordOfHandle(
  sql: Sql,
  handle: number,
): Promise<{ list: string; recordId: number; chain: number } | undefined> {
  const [row] = await sql.query<{ list: string; record_id: number; chain: number }>(OF_HANDLE, [handle]);
  return row && { list: row.list, recordId: row.record_id, chain: row.chain };
}
