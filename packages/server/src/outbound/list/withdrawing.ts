import type { Transaction } from '../../store/index.js';
import { OutboundError } from '../errors.js';
import type { DoNotCallList, DoNotCallOrigin } from './do-not-call.js';
import type { PhoneKeys } from './phone-key.js';
import type { ListRecord } from './record.js';
import { chainRecords, findRecords } from './record-search.js';
import { RecordType } from './record-type.js';
import { type ChainScope, cancelled, notToBeCalled, type Withdrawal } from './withdrawal.js';

/** Which records; all that is given must hold. */
export interface RecordSearch {
  recordId?: number | undefined;
  /** In any notation. */
  phone?: string | undefined;
  customerId?: string | undefined;
  chainId?: number | undefined;
  /** Only in these lists. */
  lists?: readonly string[] | undefined;
}

export interface CancelRequest extends RecordSearch {
  scope: ChainScope;
  /** Whether an agent has this record, which is then left alone. */
  except?: ((record: ListRecord) => boolean) | undefined;
}

export interface DoNotCallRequest extends DoNotCallOrigin {
  phone?: string | undefined;
  customerId?: string | undefined;
  scope: ChainScope;
  /** The lists whose records are marked: those of loaded campaigns. Default all. */
  lists?: readonly string[] | undefined;
  /** Whether an agent has this record, who will finish it. */
  except?: ((record: ListRecord) => boolean) | undefined;
}

/** What is needed of the lists. */
export interface WithdrawingLists {
  readonly doNotCallList: DoNotCallList;
  readonly phoneKeys: PhoneKeys;
  store(tx: Transaction, records: readonly ListRecord[], now: number): Promise<unknown>;
}

/** Takes records out of dialing by who they are: cancelled, or entered on the do-not-call list. */
export class Withdrawing {
  readonly #lists: WithdrawingLists;

  constructor(lists: WithdrawingLists) {
    this.#lists = lists;
  }

  /**
   * Cancels records: status Cancelled, result 52; with scope AllChain those of their chains too. Final ones stay as they
   * are, and so do chains of which an agent has a record.
   */
  async cancel(tx: Transaction, request: CancelRequest, now: number): Promise<Withdrawal> {
    const { except = () => false } = request;
    const withdrawal: Withdrawal = { changed: [], onDesktop: [] };
    for (const chain of await this.#chainsOf(tx, request)) {
      const concerned = request.scope === 'AllChain' ? chain.all : chain.matching;
      if (concerned.some(except)) withdrawal.onDesktop.push(...chain.matching);
      else withdrawal.changed.push(...concerned.flatMap((record) => cancelled(record) ?? []));
    }
    await this.#lists.store(tx, withdrawal.changed, now);
    return withdrawal;
  }

  /**
   * Enters a number, a customer or both on the do-not-call list, and marks the matching records: type NoCall, result 51;
   * with scope AllChain those of their chains too.
   * @throws OutboundError `invalid-attribute` when neither is given
   */
  async doNotCall(tx: Transaction, request: DoNotCallRequest, now: number): Promise<Withdrawal> {
    const { phone, customerId, lists, except = () => false } = request;
    const searches = [
      ...(phone?.trim() ? [{ phone, lists }] : []),
      ...(customerId?.trim() ? [{ customerId, lists }] : []),
    ];
    if (searches.length === 0) throw new OutboundError('invalid-attribute', 'GSW_PHONE');
    await this.#lists.doNotCallList.add(tx, searches, request, now);
    const withdrawal: Withdrawal = { changed: [], onDesktop: [] };
    const seen = new Set<string>();
    for (const search of searches) {
      for (const chain of await this.#chainsOf(tx, search)) {
        for (const record of request.scope === 'AllChain' ? chain.all : chain.matching) {
          const key = `${record.chainId}/${record.chainN}/${record.list}`;
          if (seen.has(key) || record.recordType === RecordType.NoCall) continue;
          seen.add(key);
          const held = except(record);
          (held ? withdrawal.onDesktop : withdrawal.changed).push(notToBeCalled(record, held));
        }
      }
    }
    await this.#lists.store(tx, [...withdrawal.changed, ...withdrawal.onDesktop], now);
    return withdrawal;
  }

  /** The chains of the records that match, locked. */
  async #chainsOf(tx: Transaction, search: RecordSearch): Promise<{ matching: ListRecord[]; all: ListRecord[] }[]> {
    if (isEmpty(search)) return [];
    const { recordId, phone, customerId, chainId, lists } = search;
    const matching = await findRecords(
      tx,
      queryOf({ recordId, phone, customerId, chainId, lists }, this.#lists.phoneKeys),
    );
    const chains = new Map(matching.map((record) => [`${record.chainId} ${record.list}`, record]));
    const matched = new Set(matching.map(({ list, recordId: id }) => `${id} ${list}`));
    const found = new Map<string, ListRecord[]>();
    for (const record of await chainRecords(tx, [...chains.values()])) {
      const key = `${record.chainId} ${record.list}`;
      found.set(key, [...(found.get(key) ?? []), record]);
    }
    return [...found.values()].map((all) => ({
      all,
      matching: all.filter(({ list, recordId: id }) => matched.has(`${id} ${list}`)),
    }));
  }
}

/** A search as the table understands it: numbers by the form in which they are compared. */
export function queryOf({ phone, ...search }: RecordSearch, keys: PhoneKeys) {
  return phone === undefined ? search : { ...search, phoneKey: keys.keyOf(phone) };
}

/** A search that says nothing, which finds nothing. */
export function isEmpty({ recordId, phone, customerId, chainId }: RecordSearch): boolean {
  return recordId === undefined && phone === undefined && customerId === undefined && chainId === undefined;
}
