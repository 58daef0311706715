import { RingbackError } from '../../kernel/index.js';
import { type Sql, statement } from '../../store/sql.js';
import { CallResult } from './call-result.js';
import type { ListNumbers } from './list-numbers.js';
import type { PhoneKeys } from './phone-key.js';
import type { ListRecord } from './record.js';
import { findRecords, type RecordQuery } from './record-search.js';
import type { RecordStatus } from './record-status.js';
import type { RecordType } from './record-type.js';

/** A page of the records of one list, in the order of their ids. */
export interface RecordPage {
  list: string;
  /** In any notation. */
  phone?: string | undefined;
  recordId?: number | undefined;
  chainId?: number | undefined;
  customerId?: string | undefined;
  /** Only records after this id; default 0. */
  after?: number | undefined;
  limit: number;
}

const CUSTOM_COLUMNS = statement(
  'calling-record-custom-columns',
  `select distinct jsonb_object_keys(r.custom) as name
   from calling_record r where r.list_id = $1 and r.custom is not null order by name`,
);
const COUNTS = statement(
  'calling-record-counts',
  `select r.record_type, r.record_status, r.call_result, count(*) as count
   from calling_record r where r.list_id = $1 group by 1, 2, 3 order by 1, 2, 3`,
);
const DELETE_SOME = statement(
  'calling-record-delete-some',
  `delete from calling_record r
   using (
     select list_id, chain_id, chain_n from calling_record
     where list_id = $1 and record_status <> 2 limit $2 for update skip locked
   ) picked
   where r.list_id = picked.list_id and r.chain_id = picked.chain_id and r.chain_n = picked.chain_n
   returning r.record_id`,
);
const ANY_RECORD = statement(
  'calling-record-any',
  'select exists (select from calling_record where list_id = $1) as any',
);
const ANY_HELD = statement(
  'calling-record-any-held',
  'select exists (select from calling_record where list_id = $1 and record_status = 2) as any',
);
const DELETED_AT_A_TIME = 10_000;

/** How many records of a list are alike. */
export interface RecordCount {
  recordType: RecordType;
  recordStatus: RecordStatus;
  callResult: CallResult;
  count: number;
}

/** What is in a list, for people: pages, counts, and the end of all its records. */
export class ListContents {
  readonly #database: Sql;
  readonly #numbers: ListNumbers;
  readonly #phoneKeys: () => PhoneKeys;

  constructor(database: Sql, numbers: ListNumbers, phoneKeys: () => PhoneKeys) {
    this.#database = database;
    this.#numbers = numbers;
    this.#phoneKeys = phoneKeys;
  }

  /** Records of one list, in the order of their ids. */
  page({ list, after, limit, ...search }: RecordPage, sql: Sql = this.#database): Promise<ListRecord[]> {
    return findRecords(sql, { ...this.#toQuery(search), lists: [list], afterRecord: after ?? 0, limit });
  }

  /** The names of the custom columns that records of a list have; reads all of them. */
  async customColumns(list: string, sql: Sql = this.#database): Promise<string[]> {
    const id = await this.#numbers.find(sql, list);
    if (id === undefined) return [];
    return (await sql.query<{ name: string }>(CUSTOM_COLUMNS, [id])).map(({ name }) => name);
  }

  /** How many records of a list have each type, status and result; reads all of them (some seconds for 10 million). */
  async counts(list: string, sql: Sql = this.#database): Promise<RecordCount[]> {
    const id = await this.#numbers.find(sql, list);
    if (id === undefined) return [];
    const rows = await sql.query<{
      record_type: RecordCount['recordType'];
      record_status: RecordCount['recordStatus'];
      call_result: number | null;
      count: number;
    }>(COUNTS, [id]);
    return rows.map((row) => ({
      recordType: row.record_type,
      recordStatus: row.record_status,
      callResult: row.call_result ?? CallResult.Unknown,
      count: row.count,
    }));
  }

  /** Whether a list has records. */
  async hasRecords(list: string, sql: Sql = this.#database): Promise<boolean> {
    const id = await this.#numbers.find(sql, list);
    return id !== undefined && ((await sql.query<{ any: boolean }>(ANY_RECORD, [id]))[0]?.any ?? false);
  }

  /**
   * Deletes the records of a list, some thousand per transaction.
   * @returns how many
   * @throws RingbackError `records-held` when campaign groups hold some: nothing is deleted
   */
  async deleteRecords(list: string): Promise<number> {
    const database = this.#database;
    const id = await this.#numbers.find(database, list);
    if (id === undefined) return 0;
    const [held] = await database.query<{ any: boolean }>(ANY_HELD, [id]);
    if (held?.any) {
      const message = `Campaign groups hold records of the calling list "${list}": unload them first.`;
      throw new RingbackError('records-held', message);
    }
    for (let deleted = 0; ; ) {
      const rows = await database.query(DELETE_SOME, [id, DELETED_AT_A_TIME]);
      deleted += rows.length;
      if (rows.length < DELETED_AT_A_TIME) return deleted;
    }
  }

  #toQuery({ phone, ...search }: Omit<RecordPage, 'list' | 'after' | 'limit'>): RecordQuery {
    return phone === undefined ? search : { ...search, phoneKey: this.#phoneKeys().keyOf(phone) };
  }
}
