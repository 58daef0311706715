import { instant } from '../../kernel/index.js';
import { type Bindable, type Sql, type Statement, statement } from '../../store/sql.js';
import { textArray } from './array-literal.js';
import type { PhoneKeys } from './phone-key.js';

/** A number or a customer that must not be called; one of the two. */
export interface DoNotCallEntry {
  phone?: string | undefined;
  customerId?: string | undefined;
}

/** What else is known about a request not to be called. */
export interface DoNotCallOrigin {
  message?: string | undefined;
  /** DBID of the campaign in which it was said. */
  campaignId?: number | undefined;
  /** DBID of the calling list. */
  listId?: number | undefined;
  /** False for entries of a list that was bought or published; default true: the customer has asked for it. */
  isInternal?: boolean | undefined;
}

export interface StoredDoNotCall extends DoNotCallEntry, DoNotCallOrigin {
  id: number;
  isInternal: boolean;
  /** When it was entered, in milliseconds since 1970. */
  at: number;
}

interface Row {
  id: number;
  phone: string | null;
  customer_id: string | null;
  dnc_message: string | null;
  campaign_dbid: number | null;
  list_dbid: number | null;
  is_internal: boolean;
  time_stamp: number;
}

const LONGEST = 64;
const LONGEST_MESSAGE = 255;

const ADD = statement(
  'do-not-call-add',
  `with added as (
     insert into gsw_donotcall_list
       (phone, phone_key, customer_id, dnc_message, campaign_dbid, list_dbid, is_internal, time_stamp)
     select phone, phone_key, customer_id, $4, $5, $6, $7, $8
     from unnest($1::text[], $2::text[], $3::text[]) n (phone, phone_key, customer_id)
     on conflict do nothing
     returning 1
   )
   select count(*)::int as count from added`,
);
const REMOVE = statement(
  'do-not-call-remove',
  `with removed as (
     delete from gsw_donotcall_list where phone_key = any ($1::text[]) or customer_id = any ($2::text[]) returning 1
   )
   select count(*)::int as count from removed`,
);
const COLUMNS = 'id, phone, customer_id, dnc_message, campaign_dbid, list_dbid, is_internal, time_stamp';
const BY_PHONE = statement('do-not-call-by-phone', `select ${COLUMNS} from gsw_donotcall_list where phone_key = $1`);
const BY_CUSTOMER = statement(
  'do-not-call-by-customer',
  `select ${COLUMNS} from gsw_donotcall_list where customer_id = $1`,
);
const PAGE = statement(
  'do-not-call-page',
  `select ${COLUMNS} from gsw_donotcall_list where id > $1 order by id limit $2`,
);

/** What is wrong with an entry; undefined: nothing. */
export function doNotCallProblem({ phone, customerId }: DoNotCallEntry): string | undefined {
  if ((phone === undefined) === (customerId === undefined)) return 'must have a phone or a customer_id';
  const value = phone ?? customerId ?? '';
  if (value.trim() === '') return phone === undefined ? 'customer_id is empty' : 'phone is empty';
  if (value.length > LONGEST) return `has ${value.length} characters, at most ${LONGEST} are allowed`;
  return value.includes('\0') ? 'contains a NUL character' : undefined;
}

/**
 * The numbers and customers that must not be called: table `gsw_donotcall_list`. Numbers are compared in their normal form
 * (`ListRecord.phoneKey`), so that the notation does not count. Selection and dialing look entries up in the index; nothing
 * is kept in memory, and an entry counts from its commit on.
 */
export class DoNotCallList {
  readonly #keys: () => PhoneKeys;

  /** @param keys of the country that is configured at the time */
  constructor(keys: () => PhoneKeys) {
    this.#keys = keys;
  }

  /**
   * Enters numbers and customers; those that are there already stay as they are.
   * @param entries without a problem (`doNotCallProblem`)
   * @param now milliseconds since 1970
   * @returns how many were new
   */
  async add(sql: Sql, entries: readonly DoNotCallEntry[], origin: DoNotCallOrigin, now: number): Promise<number> {
    if (entries.length === 0) return 0;
    const keys = this.#keys();
    const values: Bindable[] = [
      textArray(entries.map(({ phone }) => phone?.trim())),
      textArray(entries.map(({ phone }) => (phone === undefined ? undefined : keys.keyOf(phone)))),
      textArray(entries.map(({ customerId }) => customerId?.trim())),
      origin.message?.slice(0, LONGEST_MESSAGE) ?? null,
      origin.campaignId ?? null,
      origin.listId ?? null,
      origin.isInternal ?? true,
      instant(now),
    ];
    const [row] = await sql.query<{ count: number }>(ADD, values);
    return row?.count ?? 0;
  }

  /** @returns how many there were */
  async remove(sql: Sql, entries: readonly DoNotCallEntry[]): Promise<number> {
    const keys = this.#keys();
    const phones = entries.flatMap(({ phone }) => (phone === undefined ? [] : [keys.keyOf(phone)]));
    const customers = entries.flatMap(({ customerId }) => (customerId === undefined ? [] : [customerId.trim()]));
    const [row] = await sql.query<{ count: number }>(REMOVE, [textArray(phones), textArray(customers)]);
    return row?.count ?? 0;
  }

  /** The entry that forbids calling a number or a customer; the number goes before the customer. */
  async check(sql: Sql, { phone, customerId }: DoNotCallEntry): Promise<StoredDoNotCall | undefined> {
    const byPhone = phone === undefined ? [] : await this.#find(sql, BY_PHONE, this.#keys().keyOf(phone));
    if (byPhone[0] !== undefined || customerId === undefined) return byPhone[0];
    return (await this.#find(sql, BY_CUSTOMER, customerId.trim()))[0];
  }

  /** Entries in the order in which they were made, after the one with the id `after`. */
  async page(sql: Sql, { after = 0, limit }: { after?: number; limit: number }): Promise<StoredDoNotCall[]> {
    return (await sql.query<Row>(PAGE, [after, limit])).map(toEntry);
  }

  async #find(sql: Sql, find: Statement, value: string): Promise<StoredDoNotCall[]> {
    return (await sql.query<Row>(find, [value])).map(toEntry);
  }
}

function toEntry(row: Row): StoredDoNotCall {
  return {
    id: row.id,
    ...(row.phone !== null && { phone: row.phone }),
    ...(row.customer_id !== null && { customerId: row.customer_id }),
    ...(row.dnc_message !== null && { message: row.dnc_message }),
    ...(row.campaign_dbid !== null && { campaignId: row.campaign_dbid }),
    ...(row.list_dbid !== null && { listId: row.list_dbid }),
    isInternal: row.is_internal,
    at: row.time_stamp,
  };
}
