import type { Activity, Logger } from '../../kernel/index.js';
import { type Database, type Sql, statement } from '../../store/index.js';
import { numberArray, textArray } from './array-literal.js';
import { customerIdOf } from './customer.js';
import type { PhoneKeys } from './phone-key.js';
import type { CustomFields } from './record.js';

/** What `phone_key` and `customer_id` are derived by. */
export interface KeySettings {
  readonly country: string | undefined;
  readonly customerColumn: string | undefined;
}

const STORED = statement('calling-list-keys', 'select country, customer_column from calling_list_keys');
const NOTE = statement('calling-list-keys-note', 'update calling_list_keys set country = $1, customer_column = $2');
const RECORDS = statement(
  'calling-record-keys',
  `select list_id, record_id, contact_info, phone_key, customer_id, custom from calling_record
   where (list_id, record_id) > ($1, $2) order by list_id, record_id limit $3`,
);
const RECORD_KEYS = statement(
  'calling-record-keys-write',
  `update calling_record r set phone_key = n.phone_key, customer_id = n.customer_id
   from unnest($1::int[], $2::bigint[], $3::text[], $4::text[]) n (list_id, record_id, phone_key, customer_id)
   where r.list_id = n.list_id and r.record_id = n.record_id`,
);
const ENTRIES = statement(
  'do-not-call-keys',
  'select id, phone, phone_key from gsw_donotcall_list where phone is not null and id > $1 order by id limit $2',
);
// Of two notations that turn out to be one number, one entry stays.
const ENTRY_KEY = statement(
  'do-not-call-key-write',
  `with other as (select from gsw_donotcall_list where phone_key = $2 and id <> $1),
     twice as (delete from gsw_donotcall_list where id = $1 and exists (select from other))
   update gsw_donotcall_list set phone_key = $2 where id = $1 and not exists (select from other)`,
);
const BATCH = 2000;

interface RecordKeys {
  list_id: number;
  record_id: number;
  contact_info: string;
  phone_key: string;
  customer_id: string | null;
  custom: CustomFields | null;
}

/**
 * Derives the keys of records and do-not-call entries anew when the options that they come from change (`customer_id`,
 * `default-country`). Goes through the tables in the background, batch by batch, and notes when it is through: a server
 * that was stopped meanwhile begins again. Until then records that are not reached yet are found under their former keys.
 */
export class Rekeying {
  readonly #database: Database;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #current: () => { settings: KeySettings; keys: PhoneKeys };
  #running = false;
  #again = false;
  #stopped = false;

  constructor(
    { database, activity, log }: { database: Database; activity: Activity; log: Logger },
    current: () => { settings: KeySettings; keys: PhoneKeys },
  ) {
    this.#database = database;
    this.#activity = activity;
    this.#log = log;
    this.#current = current;
  }

  /** Compares what is stored with what is configured, and brings it up to date in the background. */
  check(): void {
    this.#again = true;
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#activity
      .run(async () => {
        while (this.#again && !this.#stopped) {
          this.#again = false;
          await this.#bringUpToDate();
        }
      })
      .catch((error: unknown) => {
        this.#log.error({ err: error }, 'Keys of calling lists could not be derived anew; the next start tries again');
      })
      .finally(() => {
        this.#running = false;
      });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #bringUpToDate(): Promise<void> {
    const { settings, keys } = this.#current();
    const { country = '', customerColumn = '' } = settings;
    const [stored] = await this.#database.query<{ country: string; customer_column: string }>(STORED);
    const sameCountry = stored?.country === country;
    if (sameCountry && stored.customer_column === customerColumn) return;
    const records = await this.#records(keys, settings.customerColumn);
    const entries = sameCountry ? 0 : await this.#entries(keys);
    if (this.#again || this.#stopped) return;
    await this.#database.query(NOTE, [country, customerColumn]);
    if (records + entries > 0) this.#log.info({ records, entries }, 'Keys of calling lists were derived anew');
  }

  async #records(keys: PhoneKeys, customerColumn: string | undefined): Promise<number> {
    let changed = 0;
    for (let last = { list_id: 0, record_id: 0 }; !this.#stopped; ) {
      const rows = await this.#database.query<RecordKeys>(RECORDS, [last.list_id, last.record_id, BATCH]);
      changed += await writeRecordKeys(this.#database, rows, keys, customerColumn);
      const end = rows.at(-1);
      if (!end) break;
      last = end;
    }
    return changed;
  }

  async #entries(keys: PhoneKeys): Promise<number> {
    let changed = 0;
    for (let last = 0; !this.#stopped; ) {
      const rows = await this.#database.query<{ id: number; phone: string; phone_key: string }>(ENTRIES, [last, BATCH]);
      for (const { id, phone, phone_key } of rows) {
        const key = keys.keyOf(phone);
        if (key === phone_key) continue;
        await this.#database.query(ENTRY_KEY, [id, key]);
        changed += 1;
      }
      const end = rows.at(-1);
      if (!end) break;
      last = end.id;
    }
    return changed;
  }
}

async function writeRecordKeys(
  sql: Sql,
  rows: readonly RecordKeys[],
  keys: PhoneKeys,
  customerColumn: string | undefined,
): Promise<number> {
  const changed = rows.flatMap((row) => {
    const phoneKey = keys.keyOf(row.contact_info);
    const customerId = customerIdOf(row.custom ?? undefined, customerColumn);
    return phoneKey === row.phone_key && customerId === (row.customer_id ?? undefined)
      ? []
      : [{ ...row, phoneKey, customerId }];
  });
  if (changed.length === 0) return 0;
  await sql.query(RECORD_KEYS, [
    numberArray(changed.map((row) => row.list_id)),
    numberArray(changed.map((row) => row.record_id)),
    textArray(changed.map(({ phoneKey }) => phoneKey)),
    textArray(changed.map(({ customerId }) => customerId)),
  ]);
  return changed.length;
}
