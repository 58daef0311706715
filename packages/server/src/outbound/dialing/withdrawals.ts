import type { Transaction } from '../../store/index.js';
import { outboundApplication } from '../application.js';
import { OutboundError } from '../errors.js';
import { CallResult, type ListRecord, RecordStatus, RecordType } from '../list/index.js';
import type { ChainScope, RecordKeys, RecordSelector } from './desktop-message.js';
import { groupOptions } from './group-options.js';
import { allGroups, type StoredGroup } from './group-store.js';
import { dropHeld, type HeldChain, heldOfRecord, lockHeld, lockHeldOfHandle, storeHeld } from './held-chain.js';
import { freeNumbers, recordOfHandle } from './held-record.js';
import type { Offers } from './offers.js';
import type { DialingParts } from './parts.js';
import type { Processing } from './processing.js';

/** What the original says when agents have some of the records (spec 1.9). */
export const ON_DESKTOP = 'Incomplete processing: record(s) on desktop';

export interface WithdrawalRequest {
  selector: RecordSelector;
  /** Only in this campaign, which must be loaded. */
  campaign?: string;
  scope: ChainScope;
}

/** A record that a request means, with the held chain that it is in. */
interface Match {
  record: ListRecord;
  held: HeldChain | undefined;
}

/**
 * Cancels records and puts people on the do-not-call list, over the lists of all loaded campaigns: in the lists, in the
 * buffers, and as far as it may be on desktops.
 */
export class Withdrawals {
  readonly #parts: DialingParts;
  readonly #processing: Processing;
  readonly #offers: Offers;
  readonly #changed: (group: number) => void;

  constructor(parts: DialingParts, processing: Processing, offers: Offers, changed: (group: number) => void) {
    this.#parts = parts;
    this.#processing = processing;
    this.#offers = offers;
    this.#changed = changed;
  }

  /**
   * RequestRecordCancel and CM_ReqCancelRecord.
   * @returns the echoed keys; `GSW_MESSAGE` when agents have some of the records
   * @throws OutboundError `campaign-not-found`, `record-handle-not-found`, `invalid-parameter` (nothing is named)
   */
  async cancel(tx: Transaction, { selector, campaign, scope }: WithdrawalRequest): Promise<RecordKeys> {
    const { lists } = this.#parts;
    if (selector.handle !== undefined) return this.#cancelByHandle(tx, selector.handle, scope);
    const groups = await this.#loaded(tx, campaign);
    const search = { ...whom(selector), lists: this.#listsOf(groups) };
    const matches = search.lists.length === 0 ? [] : await this.#matches(tx, search);
    const kept = new Set<string>();
    for (const { held, record } of matches) {
      if (!held || !isWithAgent(held)) continue;
      const group = groups.find(({ dbid }) => dbid === held.group);
      const withdraws = group && groupOptions(this.#parts.configuration, group).withdrawsFromDesktop;
      if (!withdraws || held.state === 'dialing') kept.add(chainKey(record));
    }
    if (search.lists.length > 0) {
      await lists.cancel(tx, { ...search, scope, except: (record) => kept.has(chainKey(record)) });
    }
    for (const { held, record } of matches) {
      if (held && !kept.has(chainKey(record))) await this.#letGo(tx, held, record, scope);
    }
    return {
      ...this.#application,
      ...echo(selector),
      ...(campaign !== undefined && { GSW_CAMPAIGN_NAME: campaign }),
      GSW_CHAIN_ATTR: scope,
      ...(kept.size > 0 && { GSW_MESSAGE: ON_DESKTOP }),
    };
  }

  /**
   * DoNotCall and CM_ReqDoNotCall: everybody who is named, by number and by customer id. A record on a desktop stays there,
   * to be processed by its agent.
   */
  async doNotCall(tx: Transaction, selector: RecordSelector, scope: ChainScope): Promise<RecordKeys> {
    const { lists } = this.#parts;
    const groups = await this.#loaded(tx, undefined);
    const listsOfGroups = this.#listsOf(groups);
    const named = selector.handle === undefined ? undefined : await this.#record(tx, selector.handle);
    const phones = named ? { phone: named.record.phone } : whom(selector);
    const matches = listsOfGroups.length === 0 ? [] : await this.#matchesOfAny(tx, phones, listsOfGroups);
    const onDesktop = new Set(
      matches.filter(({ held }) => held && isWithAgent(held)).map(({ record }) => chainKey(record)),
    );
    for (const one of separately(phones)) {
      await lists.doNotCall(tx, {
        ...one,
        scope,
        lists: listsOfGroups,
        except: (record) => onDesktop.has(chainKey(record)),
      });
    }
    for (const { held, record } of matches) {
      if (!held) continue;
      if (onDesktop.has(chainKey(record))) await this.#mark(tx, held, record);
      else await this.#letGo(tx, held, record, scope);
    }
    return { ...this.#application, ...echo(selector), GSW_CHAIN_ATTR: scope };
  }

  get #application(): RecordKeys {
    return { GSW_APPLICATION_ID: outboundApplication(this.#parts.configuration).dbid };
  }

  async #cancelByHandle(tx: Transaction, handle: number, scope: ChainScope): Promise<RecordKeys> {
    const { held, record } = await this.#record(tx, handle);
    const { lists } = this.#parts;
    const where = { lists: [held.list], scope };
    if (scope === 'AllChain') await lists.cancel(tx, { ...where, chainId: held.chainId });
    else await lists.cancel(tx, { ...where, recordId: record.recordId });
    await this.#letGo(tx, { ...held, recordId: record.recordId }, record, scope, false);
    return {
      ...this.#application,
      GSW_RECORD_HANDLE: handle,
      GSW_CALLING_LIST: held.list,
      GSW_PHONE: record.phone,
      GSW_CHAIN_ATTR: scope,
    };
  }

  /** The rest of a chain is dialed on; a chain of which everything was withdrawn is not held any more. */
  async #letGo(tx: Transaction, held: HeldChain, record: ListRecord, scope: ChainScope, tell = true): Promise<void> {
    const current = await lockHeld(tx, held.id);
    if (!current) return;
    if (tell && current.state === 'desktop' && current.agent !== undefined) {
      await this.#offers.tellWithdrawn(tx, current, current.agent);
    }
    await this.#offers.freeAgent(tx, current);
    const chain = await this.#parts.lists.chain(current.list, current.chainId, tx);
    await this.#processing.announceCancelled(tx, current, record);
    const hasMore =
      scope === 'RecordOnly' && chain?.records.some((one) => one.recordId !== record.recordId && isHeld(one));
    if (!hasMore) await dropHeld(tx, [current.id]);
    else if (current.state === 'desktop' || current.state === 'offered') {
      await freeNumbers(tx, current.id);
      await this.#processing.toBuffer(tx, current);
    }
    tx.afterCommit(() => this.#changed(current.group));
  }

  async #mark(tx: Transaction, held: HeldChain, record: ListRecord): Promise<void> {
    const current = await lockHeld(tx, held.id);
    if (!current) return;
    const marked = { ...record, recordType: RecordType.NoCall, callResult: CallResult.DoNotCall };
    await this.#parts.lists.store(tx, [marked]);
    await storeHeld(tx, { ...current, result: CallResult.DoNotCall });
  }

  async #record(tx: Transaction, handle: number): Promise<{ held: HeldChain; record: ListRecord }> {
    const held = await lockHeldOfHandle(tx, handle);
    const known = held && (await recordOfHandle(tx, handle));
    const chain = held && (await this.#parts.lists.chain(held.list, held.chainId, tx));
    const record = chain?.records.find(({ recordId }) => recordId === known?.recordId);
    if (!held || !record) throw new OutboundError('record-handle-not-found');
    return { held, record };
  }

  async #matchesOfAny(
    tx: Transaction,
    whomever: { phone?: string; customerId?: string },
    lists: readonly string[],
  ): Promise<Match[]> {
    const matches: Match[] = [];
    for (const one of separately(whomever)) matches.push(...(await this.#matches(tx, { ...one, lists })));
    return matches.filter(({ record }, place) => matches.findIndex((other) => isSame(other.record, record)) === place);
  }

  async #matches(
    tx: Transaction,
    search: { phone?: string; customerId?: string; lists: readonly string[] },
  ): Promise<Match[]> {
    const matches: Match[] = [];
    for (const record of await this.#parts.lists.find(search, tx)) {
      matches.push({ record, held: await heldOfRecord(tx, record.list, record.recordId) });
    }
    return matches;
  }

  async #loaded(tx: Transaction, campaign: string | undefined): Promise<StoredGroup[]> {
    const groups = await allGroups(tx);
    if (campaign === undefined) return groups;
    const own = groups.filter(({ campaign: { name } }) => name === campaign);
    if (own.length === 0) throw new OutboundError('campaign-not-found');
    return own;
  }

  #listsOf(groups: readonly StoredGroup[]): string[] {
    const names = groups.flatMap((group) => groupOptions(this.#parts.configuration, group).lists);
    return [...new Set(names.map(({ name }) => name))];
  }
}

/** @throws OutboundError when neither is named */
function whom({ phone, customerId }: RecordSelector): { phone?: string; customerId?: string } {
  if (phone === undefined && customerId === undefined) throw new OutboundError('invalid-parameter', 'GSW_PHONE');
  return { ...(phone !== undefined && { phone }), ...(customerId !== undefined && { customerId }) };
}

function separately({ phone, customerId }: { phone?: string; customerId?: string }) {
  return [...(phone === undefined ? [] : [{ phone }]), ...(customerId === undefined ? [] : [{ customerId }])];
}

function echo({ handle, phone, customerId }: RecordSelector): Record<string, string | number> {
  return {
    ...(handle !== undefined && { GSW_RECORD_HANDLE: handle }),
    ...(phone !== undefined && { GSW_PHONE: phone }),
    ...(customerId !== undefined && { GSW_CUSTOMER_ID: customerId }),
  };
}

/** Somebody is talking to the person, or about to. */
function isWithAgent({ state }: HeldChain): boolean {
  return state === 'desktop' || state === 'dialing';
}

function isHeld(record: ListRecord): boolean {
  return record.recordStatus === RecordStatus.Retrieved;
}

function chainKey({ list, chainId }: ListRecord): string {
  return `${chainId}/${list}`;
}

function isSame(one: ListRecord, other: ListRecord): boolean {
  return one.list === other.list && one.recordId === other.recordId;
}
