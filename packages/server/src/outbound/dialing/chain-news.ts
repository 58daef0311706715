import type { Clock } from '../../kernel/index.js';
import type { Transaction } from '../../store/index.js';
import { CallResult, isCallback, isFinal, isPersonalType, type ListRecord, RecordStatus } from '../list/index.js';
import type { Announcements } from './announcements.js';
import type { RecordReference } from './dialing-event.js';
import type { StoredGroup } from './group-store.js';
import type { HeldChain } from './held-chain.js';
import { handlesOfChain } from './held-record.js';

/** Tells what becomes of the records of held chains, under their handles, before the chains are let go. */
export class ChainNews {
  readonly #announcements: Announcements;
  readonly #clock: Clock;
  readonly #handles = new WeakMap<HeldChain, Map<number, number>>();

  constructor(announcements: Announcements, clock: Clock) {
    this.#announcements = announcements;
    this.#clock = clock;
  }

  /** A negative result is about to be treated, or an agent has finished with the chain. */
  async processed(
    tx: Transaction,
    group: StoredGroup,
    held: HeldChain,
    record: ListRecord,
    result: number,
  ): Promise<void> {
    await this.#announcements.emit(tx, {
      ...this.#header(group),
      type: 'chain-processed',
      result,
      ...(held.attempt !== undefined && { attempt: held.attempt }),
      ...(await this.#reference(tx, held, record)),
    });
  }

  /** Records have got their final status. @param dialed the one by which the chain has come to its end */
  async finalized(
    tx: Transaction,
    group: StoredGroup,
    held: HeldChain,
    records: readonly ListRecord[],
    dialed: ListRecord,
    result: number,
  ): Promise<void> {
    const header = this.#header(group);
    for (const final of records.filter(({ recordStatus }) => isFinal(recordStatus))) {
      const reference = await this.#reference(tx, held, final);
      const { callResult, recordStatus: status } = final;
      const of = { ...header, ...reference };
      await this.#announcements.emit(tx, { ...of, type: 'record-finalized', result: callResult, status });
      if (status === RecordStatus.AgentError) await this.#announcements.emit(tx, { ...of, type: 'agent-error' });
    }
    if (!isCallback(dialed.recordType)) return;
    await this.#announcements.emit(tx, {
      ...header,
      type: isMissed(result) ? 'callback-missed' : 'callback-completed',
      personal: isPersonalType(dialed.recordType),
      ...(await this.#reference(tx, held, dialed)),
    });
  }

  /** A record was cancelled. */
  async cancelled(tx: Transaction, group: StoredGroup, held: HeldChain, record: ListRecord): Promise<void> {
    await this.#announcements.emit(tx, {
      ...this.#header(group),
      type: 'record-finalized',
      result: CallResult.CancelRecord,
      status: RecordStatus.Cancelled,
      ...(await this.#reference(tx, held, record)),
    });
  }

  /** A redial was stored in the list. */
  async scheduled(
    tx: Transaction,
    group: StoredGroup,
    held: HeldChain,
    record: ListRecord,
    scheduledAt: number,
  ): Promise<void> {
    await this.#announcements.emit(tx, {
      ...this.#header(group),
      type: 'records-scheduled',
      scheduledAt,
      ...(await this.#reference(tx, held, record)),
    });
  }

  /** A callback was arranged with the customer. */
  async arranged(
    tx: Transaction,
    group: StoredGroup,
    held: HeldChain,
    record: ListRecord,
    personal: boolean,
  ): Promise<void> {
    await this.#announcements.emit(tx, {
      ...this.#header(group),
      type: 'callback-scheduled',
      personal,
      ...(await this.#reference(tx, held, record)),
    });
  }

  #header(group: StoredGroup): { at: number; group: number; campaign: string } {
    return { at: this.#clock.now(), group: group.dbid, campaign: group.campaign.name };
  }

  async #reference(tx: Transaction, held: HeldChain, record: ListRecord): Promise<RecordReference> {
    const { list, recordId, chainId, chainN } = record;
    return { list, recordId, chainId, chainN, handle: (await this.#handlesOf(tx, held)).get(recordId) ?? 0 };
  }

  /** Read once for what happens to a chain in one transaction. */
  async #handlesOf(tx: Transaction, held: HeldChain): Promise<Map<number, number>> {
    const known = this.#handles.get(held);
    if (known) return known;
    const handles = await handlesOfChain(tx, held.id);
    this.#handles.set(held, handles);
    return handles;
  }
}

/** Whether a result says that nobody has made a callback (spec 5.6). */
export function isMissed(result: number): boolean {
  return result === CallResult.AgentCallbackError || result === CallResult.GroupCallbackError;
}
