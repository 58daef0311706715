import type { Clock } from '../../kernel/index.js';
import type { Transaction } from '../../store/index.js';
import {
  type CallingLists,
  type Chain,
  callResultCategory,
  decideTreatment,
  isFinal,
  type ListRecord,
  RecordStatus,
  RecordType,
  type TreatmentDecision,
} from '../list/index.js';
import { type ChainNews, isMissed } from './chain-news.js';
import { readGroup, type StoredGroup } from './group-store.js';
import { type Arrangement, dropHeld, type HeldChain, storeHeld } from './held-chain.js';
import { freeNumbers } from './held-record.js';
import type { TreatmentFlows } from './treatment-flows.js';

/** What has happened to a record that is held. */
export interface ProcessedResult {
  /** The record that was dialed, or looked at. */
  recordId: number;
  result: number;
  /** Whether a dial was made that counts among the attempts of the record. */
  counts: boolean;
}

/** A hold shorter than nothing: whatever is to be dialed again goes back to its list. */
const NEVER_HOLD = -1;

/**
 * What follows for a held chain from a result: treatments, rescheduling, final states. Everything is stored in the
 * caller's transaction, under the lock of the held chain.
 */
export class Processing {
  readonly #lists: CallingLists;
  readonly #news: ChainNews;
  readonly #flows: TreatmentFlows;
  readonly #clock: Clock;

  constructor(parts: { lists: CallingLists; news: ChainNews; flows: TreatmentFlows; clock: Clock }) {
    this.#lists = parts.lists;
    this.#news = parts.news;
    this.#flows = parts.flows;
    this.#clock = parts.clock;
  }

  /** Treats a result that no agent is going to say anything about. */
  async treat(tx: Transaction, held: HeldChain, outcome: ProcessedResult): Promise<void> {
    const group = await readGroup(tx, held.group);
    const chain = await this.#lists.chain(held.list, held.chainId, tx);
    const record = chain?.records.find(({ recordId }) => recordId === outcome.recordId);
    if (!group || !chain || !record) return dropHeld(tx, [held.id]);
    const counted = outcome.counts && countsAsAttempt(outcome.result) ? withAttempt(chain, record) : chain;
    if (callResultCategory(outcome.result) !== 'live-answer') {
      await this.#news.processed(tx, group, held, record, outcome.result);
    }
    const settings = this.#lists.settings(held.list);
    if (settings?.treatmentUri !== undefined && group.state !== 'unloading' && !isFinal(record.recordStatus)) {
      const began = await this.#flows.begin(tx, { group, held, chain: counted, record, result: outcome.result });
      if (began) return;
    }
    await this.#decide(tx, group, held, counted, record, outcome.result);
  }

  /** Counts a dial among the attempts of its record at once, where somebody has yet to say what becomes of the record. */
  async countAttempt(tx: Transaction, held: HeldChain, recordId: number, result: number): Promise<void> {
    if (!countsAsAttempt(result)) return;
    const chain = await this.#lists.chain(held.list, held.chainId, tx);
    const record = chain?.records.find((one) => one.recordId === recordId);
    if (!record) return;
    const callTime = this.#clock.now();
    await this.#lists.store(tx, [{ ...record, attempt: record.attempt + 1, callResult: result, callTime }]);
  }

  /**
   * Applies the treatments of the list to a chain whose record has this result.
   * @param personalFor the agent who is to get what is dialed again
   */
  async applyTreatments(
    tx: Transaction,
    held: HeldChain,
    recordId: number,
    result: number,
    personalFor?: string,
  ): Promise<void> {
    const group = await readGroup(tx, held.group);
    const chain = await this.#lists.chain(held.list, held.chainId, tx);
    const record = chain?.records.find((one) => one.recordId === recordId);
    if (!group || !chain || !record) return dropHeld(tx, [held.id]);
    await this.#decide(tx, group, held, chain, record, result, personalFor);
  }

  /** Ends the processing of a chain: the record has this result, whatever the treatments would do. */
  async finalize(tx: Transaction, held: HeldChain, recordId: number, result: number): Promise<void> {
    const group = await readGroup(tx, held.group);
    const chain = await this.#lists.chain(held.list, held.chainId, tx);
    const record = chain?.records.find((one) => one.recordId === recordId);
    const settings = this.#lists.settings(held.list);
    if (!group || !chain || !record || !settings) return dropHeld(tx, [held.id]);
    const { chainN } = record;
    const now = this.#clock.now();
    const decision = decideTreatment({ treatments: [], chain, chainN, result, now, settings });
    await this.#carryOut(tx, group, held, decision, record, result);
  }

  /** The chain goes back to its list, to be dialed when it was agreed. */
  async arrange(
    tx: Transaction,
    held: HeldChain,
    recordId: number,
    arrangement: Arrangement,
    result: number,
  ): Promise<void> {
    const group = await readGroup(tx, held.group);
    const chain = await this.#lists.chain(held.list, held.chainId, tx);
    const record = chain?.records.find((one) => one.recordId === recordId);
    if (!group || !chain || !record) return dropHeld(tx, [held.id]);
    const personal = arrangement.callbackType === 'Personal';
    const scheduled: ListRecord = {
      ...record,
      recordType: personal ? RecordType.PersonalCallBack : RecordType.CampaignCallBack,
      recordStatus: RecordStatus.Ready,
      scheduledAt: arrangement.at,
      agentId: arrangement.agentId,
      callResult: result,
      callTime: this.#clock.now(),
      treatments: undefined,
    };
    const others = openOnes(chain, record).map((one) => ({ ...one, recordStatus: RecordStatus.ChainReady }));
    await this.#lists.store(tx, [scheduled, ...others]);
    await this.#news.arranged(tx, group, held, record, personal);
    await dropHeld(tx, [held.id]);
  }

  /** Gives a chain back to its list as it was. */
  async giveBack(tx: Transaction, held: readonly HeldChain[]): Promise<void> {
    const chains = await Promise.all(held.map(({ list, chainId }) => this.#lists.chain(list, chainId, tx)));
    const records = chains.flatMap((chain) => (chain ? [...chain.records] : []));
    await this.#lists.store(
      tx,
      records
        .filter(({ recordStatus }) => recordStatus === RecordStatus.Retrieved)
        .map((record) => ({ ...record, recordStatus: record.statusBefore ?? RecordStatus.Ready })),
    );
    await dropHeld(
      tx,
      held.map(({ id }) => id),
    );
  }

  /** Gives a chain back so that it is not dialed before a time: its record becomes a rescheduled one. */
  async postpone(tx: Transaction, held: HeldChain, record: ListRecord, until: number): Promise<void> {
    const chain = await this.#lists.chain(held.list, held.chainId, tx);
    if (!chain) return dropHeld(tx, [held.id]);
    const recordType = record.recordType === RecordType.General ? RecordType.CampaignRescheduled : record.recordType;
    const later: ListRecord = {
      ...record,
      recordType,
      recordStatus: RecordStatus.Ready,
      scheduledAt: until,
      ...(held.history !== undefined && { treatments: held.history }),
    };
    const others = openOnes(chain, record).map((one) => ({ ...one, recordStatus: RecordStatus.ChainReady }));
    await this.#lists.store(tx, [later, ...others]);
    await dropHeld(tx, [held.id]);
  }

  async #decide(
    tx: Transaction,
    group: StoredGroup,
    held: HeldChain,
    chain: Chain,
    record: ListRecord,
    result: number,
    personalFor?: string,
  ): Promise<void> {
    const settings = this.#lists.settings(held.list);
    if (!settings) return dropHeld(tx, [held.id]);
    const { reschedule } = held;
    const decision = decideTreatment({
      treatments: settings.treatments,
      chain,
      chainN: record.chainN,
      result,
      ...(held.history !== undefined && { history: held.history }),
      ...(reschedule && {
        arranged: {
          at: reschedule.at,
          type: reschedule.callbackType === 'Personal' ? RecordType.PersonalCallBack : RecordType.CampaignCallBack,
          agentId: reschedule.agentId,
        },
      }),
      now: this.#clock.now(),
      settings: group.state === 'unloading' ? { ...settings, scheduleThresholdMs: NEVER_HOLD } : settings,
    });
    const next = personalFor === undefined ? decision : personal(decision, personalFor);
    const kept = personalFor === undefined ? held : { ...held, forAgent: personalFor };
    await this.#carryOut(tx, group, kept, next, record, result);
  }

  async #carryOut(
    tx: Transaction,
    group: StoredGroup,
    held: HeldChain,
    decision: TreatmentDecision,
    record: ListRecord,
    result: number,
  ): Promise<void> {
    const now = this.#clock.now();
    if (decision.kind === 'finalize') {
      const finals = isMissed(result) ? decision.records.map((one) => missed(one, record)) : decision.records;
      await this.#lists.store(tx, finals);
      await this.#news.finalized(tx, group, held, finals, record, result);
      return dropHeld(tx, [held.id]);
    }
    await this.#lists.store(tx, decision.records);
    const next = decision.records.find(({ chainN }) => chainN === decision.chainN);
    if (decision.kind === 'return') {
      if (next) await this.#news.scheduled(tx, group, held, next, decision.at);
      return dropHeld(tx, [held.id]);
    }
    await freeNumbers(tx, held.id);
    const recordId = next?.recordId ?? (await this.#recordId(tx, held, decision.chainN)) ?? held.recordId;
    const waits = decision.at > now;
    await storeHeld(tx, {
      ...released(held),
      state: waits ? 'waiting' : 'buffered',
      dueAt: waits ? decision.at : undefined,
      recordId,
      history: decision.history,
      since: now,
    });
  }

  async #recordId(tx: Transaction, held: HeldChain, chainN: number): Promise<number | undefined> {
    const chain = await this.#lists.chain(held.list, held.chainId, tx);
    return chain?.records.find((record) => record.chainN === chainN)?.recordId;
  }

  /** A chain goes back into the buffer, from a desktop or an offer. */
  async toBuffer(tx: Transaction, held: HeldChain): Promise<void> {
    await storeHeld(tx, { ...released(held), state: 'buffered', since: this.#clock.now() });
  }

  /** Tells that a record was cancelled. */
  async announceCancelled(tx: Transaction, held: HeldChain, record: ListRecord): Promise<void> {
    const group = await readGroup(tx, held.group);
    if (group) await this.#news.cancelled(tx, group, held, record);
  }

  /** Tells that an agent has finished with a chain. */
  async announceProcessed(tx: Transaction, held: HeldChain, record: ListRecord, result: number): Promise<void> {
    const group = await readGroup(tx, held.group);
    if (group) await this.#news.processed(tx, group, held, record, result);
  }
}

/** The record of a callback that nobody has made (spec 5.6). */
function missed(one: ListRecord, callback: ListRecord): ListRecord {
  return one.chainN === callback.chainN && one.recordStatus === RecordStatus.Updated
    ? { ...one, recordStatus: RecordStatus.MissedCallBack }
    : one;
}

/** What is dialed again is this agent's alone. */
function personal(decision: TreatmentDecision, agentId: string): TreatmentDecision {
  if (decision.kind === 'finalize') return decision;
  const records = decision.records.map((record) =>
    record.chainN === decision.chainN && record.recordType === RecordType.CampaignRescheduled
      ? { ...record, recordType: RecordType.PersonalRescheduled, agentId }
      : record,
  );
  return { ...decision, records };
}

/** Redials after errors of the system do not count among the attempts of a record (spec 4.1). */
export function countsAsAttempt(result: number): boolean {
  return callResultCategory(result) !== 'system';
}

/** A held chain that nobody is at any more. */
export function released(held: HeldChain): HeldChain {
  return {
    ...held,
    agent: undefined,
    dueAt: undefined,
    attempt: undefined,
    request: undefined,
    result: undefined,
    reschedule: undefined,
    treatment: undefined,
  };
}

function withAttempt(chain: Chain, record: ListRecord): Chain {
  return {
    ...chain,
    records: chain.records.map((one) => (one === record ? { ...one, attempt: one.attempt + 1 } : one)),
  };
}

function openOnes(chain: Chain, record: ListRecord): ListRecord[] {
  return chain.records.filter((one) => one.chainN !== record.chainN && !isFinal(one.recordStatus));
}
