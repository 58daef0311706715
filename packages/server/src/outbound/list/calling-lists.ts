import type { Activity, Clock, Logger } from '../../kernel/index.js';
import { Listeners } from '../../kernel/index.js';
import type { Journal } from '../../reporting/index.js';
import { type Database, type Sql, statement, type Transaction } from '../../store/index.js';
import { OutboundError } from '../errors.js';
import { type AddedAs, draftToAdd } from './adding.js';
import type { Attributes } from './attributes.js';
import { DailyWindows, type PresentWindow, windowsPresent } from './daily-windows.js';
import { DoNotCallList } from './do-not-call.js';
import { type FilterSql, filterSql } from './filter.js';
import { interruptImports } from './import/import-log.js';
import { ListContents } from './list-contents.js';
import { ListNumbers } from './list-numbers.js';
import { countryOf, customerColumn, type ListConfiguration, type ListSettings, listSettings } from './list-settings.js';
import { PhoneKeys } from './phone-key.js';
import type { TurnOfTypes } from './priority.js';
import type { Chain, ListRecord, RecordOwner } from './record.js';
import { stateOf } from './record-event.js';
import { findRecords } from './record-search.js';
import { RecordStatus } from './record-status.js';
import { isCallback, RecordType } from './record-type.js';
import { Rekeying } from './rekeying.js';
import { type Retrieval, type RetrievalContext, retrieveChains, retrievePersonal } from './retrieval.js';
import { standingOf } from './taking.js';
import { countReady, nextDue } from './waiting.js';
import type { Withdrawal } from './withdrawal.js';
import {
  type CancelRequest,
  type DoNotCallRequest,
  isEmpty,
  queryOf,
  type RecordSearch,
  Withdrawing,
} from './withdrawing.js';
import { insertRecords, updateRecords } from './writing.js';

export interface CallingListsOptions {
  database: Database;
  configuration: ListConfiguration;
  journal: Pick<Journal, 'record'>;
  clock: Clock;
  activity: Activity;
  log: Logger;
}

export interface PersonalRetrieval {
  list: string;
  owner: RecordOwner;
  /** Whose records; absent: anybody's (those that their agents have not taken). */
  agentId?: string | undefined;
  /** Only what was due before this time; default `now`. */
  dueBefore?: number | undefined;
  /** Most chains. */
  limit: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** Whether a held record may still be dialed. */
export type Standing =
  | 'callable'
  /** Its number or customer is on the do-not-call list. */
  | 'do-not-call'
  /** It was cancelled, taken away or is gone. */
  | 'withdrawn';

const TAKE_BACK = statement(
  'calling-record-take-back',
  `update calling_record r
   set record_status = case when $4 then 4 else coalesce(r.status_before, 1) end,
     call_result = case when $4 then 46 else r.call_result end,
     status_before = null
   from calling_list c
   where r.app_id = $1 and r.group_id = $2 and r.campaign_id = $3 and r.record_status = 2 and c.id = r.list_id
   returning c.name as list`,
);

/** Imports write their progress with every batch, several times a second while bytes arrive. */
const STALLED_IMPORT_MS = 60_000;

/** Signals of other nodes may be missed while the database is away. */
const WINDOWS_REMEMBERED_MS = 5000;

/** Signalled with the name of a list whose records may now be worth a look. */
const CHANNEL = 'calling_list';

/**
 * The records of all calling lists.
 *
 * State is in the database alone: a record that a campaign group holds is Retrieved and names its owner
 * (`app_id, group_id, campaign_id`), so that a dialer that starts again takes its records back (`takeBack`) and goes on.
 * Whoever changes records does it in a transaction of his own, together with what he concludes from it. Times are
 * parameters, in milliseconds since 1970.
 */
export class CallingLists {
  readonly doNotCallList: DoNotCallList;
  readonly contents: ListContents;
  readonly numbers = new ListNumbers();
  readonly windows = new DailyWindows();
  readonly #options: CallingListsOptions;
  readonly #settings = new Map<string, { settings: ListSettings; filter: FilterSql }>();
  readonly #turns = new Map<string, TurnOfTypes | undefined>();
  readonly #present = new Map<string, { at: number; windows: readonly PresentWindow[] }>();
  readonly #fresh = new Listeners<[list: string]>();
  readonly #stops: (() => void)[] = [];
  readonly #rekeying: Rekeying;
  readonly #withdrawing = new Withdrawing(this);
  #phoneKeys: PhoneKeys | undefined;

  constructor(options: CallingListsOptions) {
    this.#options = options;
    this.doNotCallList = new DoNotCallList(() => this.phoneKeys);
    this.contents = new ListContents(options.database, this.numbers, () => this.phoneKeys);
    this.#rekeying = new Rekeying(options, () => ({
      settings: { country: countryOf(options.configuration), customerColumn: customerColumn(options.configuration) },
      keys: this.phoneKeys,
    }));
    this.#stops.push(
      options.configuration.onChange(({ kind }) => {
        this.#settings.clear();
        this.#phoneKeys = undefined;
        if (kind === 'options') this.#rekeying.check();
      }),
    );
  }

  /** Hears of records that other nodes add, and settles what a stopped server has left. */
  async start(): Promise<void> {
    this.#rekeying.check();
    await interruptImports(this.#options.database, this.#options.clock.now() - STALLED_IMPORT_MS);
    this.#stops.push(await this.#options.database.listen(CHANNEL, (list) => this.#hear(list)));
  }

  stop(): void {
    this.#rekeying.stop();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** A list as it is configured; undefined when there is no such list. */
  settings(list: string): ListSettings | undefined {
    return this.#configured(list)?.settings;
  }

  /** The form in which numbers are compared. */
  get phoneKeys(): PhoneKeys {
    this.#phoneKeys ??= new PhoneKeys(countryOf(this.#options.configuration));
    return this.#phoneKeys;
  }

  /**
   * Hears of lists that have got records to dial, on any node: a dialer that waits for records looks again.
   * @returns a function that takes the handler away again
   */
  onFresh(handler: (list: string) => void): () => void {
    return this.#fresh.add(handler);
  }

  /** Tells the dialers of all nodes, after the commit, that a list has got records to dial. */
  announce(tx: Transaction, list: string): void {
    tx.afterCommit(() => {
      this.#hear(list);
      this.#options.database.signal(CHANNEL, list);
    });
  }

  /**
   * Takes the next chains for a campaign group: their records become Retrieved. Records on the do-not-call list are
   * finalised (NoCall, result 51) instead and passed over. Fewer than `limit` come back only when no more are callable.
   */
  async retrieve(tx: Transaction, request: Retrieval): Promise<Chain[]> {
    const context = await this.#contextOf(tx, request);
    if (!context) return [];
    const turn = `${request.list}/${request.owner.groupId}/${request.owner.campaignId}`;
    const retrieved = await retrieveChains(tx, context, request.priorities, this.#turns.get(turn));
    this.#turns.set(turn, retrieved.turn);
    await this.#journal(tx, retrieved.barred, request.now);
    return retrieved.chains;
  }

  /** Takes chains with personal callbacks and personal rescheduled records that are due, earliest first. */
  async dueForAgent(tx: Transaction, request: PersonalRetrieval): Promise<Chain[]> {
    const context = await this.#contextOf(tx, request);
    if (!context) return [];
    const { agentId, dueBefore = request.now } = request;
    const retrieved = await retrievePersonal(tx, context, { agentId, dueBefore });
    await this.#journal(tx, retrieved.barred, request.now);
    return retrieved.chains;
  }

  /** When the next record becomes callable that is not callable now, by its time or its window; undefined: none will. */
  async nextDue(list: string, now: number, sql: Sql = this.#options.database): Promise<number | undefined> {
    const configured = this.#configured(list);
    const id = await this.numbers.find(sql, list);
    if (!configured || id === undefined) return undefined;
    return nextDue(sql, id, configured.settings, configured.filter, now);
  }

  /** How many Ready records can be dialed now and how many later. Reads an index entry of each: not for every second. */
  async ready(
    list: string,
    now: number,
    sql: Sql = this.#options.database,
  ): Promise<{ callable: number; waiting: number }> {
    const configured = this.#configured(list);
    const id = await this.numbers.find(sql, list);
    if (!configured || id === undefined) return { callable: 0, waiting: 0 };
    return countReady(sql, id, configured.settings, configured.filter, now);
  }

  /**
   * Puts the records that an owner holds back: as they were (`ready`: a dialer that starts again, a rejected or unloaded
   * buffer) or as Stale with result 46.
   * @returns how many
   */
  async takeBack(tx: Transaction, owner: RecordOwner, how: 'ready' | 'stale'): Promise<number> {
    const values = [owner.appId, owner.groupId, owner.campaignId, how === 'stale'];
    const rows = await tx.query<{ list: string }>(TAKE_BACK, values);
    if (how === 'ready') for (const list of new Set(rows.map((row) => row.list))) this.announce(tx, list);
    return rows.length;
  }

  /**
   * Writes changed records and journals them. A record that somebody else has made final meanwhile (cancelled, do-not-call)
   * does not come back to life: it stays as it is, unless an administrator opens it again (`reopen`).
   * @returns for each record, whether it was written
   */
  async store(
    tx: Transaction,
    records: readonly ListRecord[],
    now = this.#options.clock.now(),
    options: { reopen?: boolean } = {},
  ): Promise<boolean[]> {
    if (records.length === 0) return [];
    const numbered = await this.#numbered(tx, records);
    const known = numbered.filter(({ list }) => list !== 0);
    const written = await updateRecords(tx, known, this.windows, options);
    const done = new Set(known.filter((_record, index) => written[index]).map(({ record }) => record));
    await this.#journal(tx, [...done], now);
    const waiting = [...done].filter(({ recordStatus }) => recordStatus === RecordStatus.Ready);
    for (const list of new Set(waiting.map((record) => record.list))) this.announce(tx, list);
    return records.map((record) => done.has(record));
  }

  /**
   * Adds the record that an AddRecord request, or a row of columns, describes.
   * @param attributes under the keys of the protocols, or names of columns
   * @throws OutboundError `calling-list-not-found`, `invalid-attribute` with the key, `invalid-date-time`,
   *   `desktop-campaign-not-found`, `cannot-insert-record`
   */
  async add(
    tx: Transaction,
    list: string,
    attributes: Attributes,
    { now = this.#options.clock.now(), as = 'request' }: { now?: number; as?: AddedAs } = {},
  ): Promise<ListRecord> {
    const settings = this.settings(list);
    if (!settings?.enabled) throw new OutboundError('calling-list-not-found', list);
    const draft = draftToAdd(attributes, settings, this.#options.configuration.objects('campaigns'), { now, as });
    const id = await this.numbers.of(tx, list);
    const [inserted] = await insertRecords(tx, id, [draft], {
      numbers: this.numbers,
      windows: this.windows,
      phoneKeys: this.phoneKeys,
      customerColumn: settings.customerColumn,
    });
    if (!inserted || 'refused' in inserted) throw new OutboundError('cannot-insert-record', inserted?.refused);
    const [record] = await findRecords(tx, { recordId: inserted.recordId, lists: [list] });
    if (!record) throw new OutboundError('cannot-insert-record');
    await this.#journal(tx, [record], now);
    this.announce(tx, list);
    return record;
  }

  /** Records, by list and id. At least one of the conditions besides `lists` must be given. */
  async find(search: RecordSearch, sql: Sql = this.#options.database): Promise<ListRecord[]> {
    return isEmpty(search) ? [] : findRecords(sql, queryOf(search, this.phoneKeys));
  }

  /** A whole chain, by ascending `chainN`. */
  async chain(list: string, chainId: number, sql: Sql = this.#options.database): Promise<Chain | undefined> {
    const records = await findRecords(sql, { chainId, lists: [list] });
    if (records.length === 0) return undefined;
    return { list, chainId, records: records.sort((one, other) => one.chainN - other.chainN) };
  }

  /**
   * Cancels records: status Cancelled, result 52; with scope AllChain those of their chains too. Final ones stay as they
   * are, and so do chains of which an agent has a record.
   */
  cancel(tx: Transaction, request: CancelRequest, now = this.#options.clock.now()): Promise<Withdrawal> {
    return this.#withdrawing.cancel(tx, request, now);
  }

  /**
   * Enters a number, a customer or both on the do-not-call list, and marks the matching records: type NoCall, result 51;
   * with scope AllChain those of their chains too.
   * @throws OutboundError `invalid-attribute` when neither is given
   */
  doNotCall(tx: Transaction, request: DoNotCallRequest, now = this.#options.clock.now()): Promise<Withdrawal> {
    return this.#withdrawing.doNotCall(tx, request, now);
  }

  /** Whether held records may still be dialed: looked up at the moment of dialing. */
  async standing(sql: Sql, records: readonly ListRecord[]): Promise<Standing[]> {
    const numbered = await this.#numbered(sql, records);
    const rows = await standingOf(
      sql,
      numbered.map(({ list, record }) => ({ list, chainId: record.chainId, chainN: record.chainN })),
    );
    return records.map((record, index): Standing => {
      const row = rows[index];
      if (row?.record_type === RecordType.NoCall) return 'do-not-call';
      if (row?.record_status !== RecordStatus.Retrieved) return 'withdrawn';
      return row.listed && this.#respectsDoNotCall(record) ? 'do-not-call' : 'callable';
    });
  }

  #hear(list: string): void {
    this.#present.delete(list);
    this.#fresh.notify(list);
  }

  #respectsDoNotCall({ list, recordType }: ListRecord): boolean {
    const settings = this.settings(list);
    if (!settings?.checkDoNotCall) return settings === undefined;
    return settings.checkDoNotCallForCallbacks || !isCallback(recordType);
  }

  #configured(list: string): { settings: ListSettings; filter: FilterSql } | undefined {
    const known = this.#settings.get(list);
    if (known) return known;
    const settings = listSettings(this.#options.configuration, list);
    if (!settings) return undefined;
    const configured = { settings, filter: filterSql(settings.filter, settings.fields) };
    this.#settings.set(list, configured);
    return configured;
  }

  async #contextOf(sql: Sql, request: Omit<Retrieval, 'priorities'>): Promise<RetrievalContext | undefined> {
    const configured = this.#configured(request.list);
    if (!configured?.settings.enabled) return undefined;
    const id = await this.numbers.find(sql, request.list);
    if (id === undefined) return undefined;
    const { owner, limit, now } = request;
    const windows = await this.#windowsOf(sql, request.list, id, now);
    return { list: { id, name: request.list }, ...configured, owner, limit, now, windows };
  }

  /** The windows that Ready records of a list have: read again whenever the list has got records. */
  async #windowsOf(sql: Sql, list: string, id: number, now: number): Promise<readonly PresentWindow[]> {
    const known = this.#present.get(list);
    if (known && Math.abs(now - known.at) < WINDOWS_REMEMBERED_MS) return known.windows;
    const windows = await windowsPresent(sql, id);
    this.#present.set(list, { at: now, windows });
    return windows;
  }

  #numbered(sql: Sql, records: readonly ListRecord[]): Promise<{ list: number; record: ListRecord }[]> {
    return Promise.all(
      // A list whose records are all gone has number 0 here, which no record has.
      records.map(async (record) => ({ list: (await this.numbers.find(sql, record.list)) ?? 0, record })),
    );
  }

  async #journal(tx: Transaction, records: readonly ListRecord[], now: number): Promise<void> {
    await this.#options.journal.record(
      tx,
      records.map((record) => ({
        at: now,
        type: 'record.state' as const,
        agent: record.agentId,
        data: stateOf(record),
      })),
    );
  }
}
