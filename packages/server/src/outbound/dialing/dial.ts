import { newId } from '../../kernel/index.js';
import type { Transaction } from '../../store/index.js';
import {
  CallResult,
  type Chain,
  callableAt,
  firstToDial,
  type ListRecord,
  RecordStatus,
  RecordType,
} from '../list/index.js';
import type { Announcements } from './announcements.js';
import type { AttemptKind } from './attempt.js';
import { type Attempt, addAttempt, factsOf } from './attempt-store.js';
import type { ComplianceVerdict, DialSubject } from './compliance-gate.js';
import type { GroupOptions } from './group-options.js';
import type { StoredGroup } from './group-store.js';
import { dropHeld, type HeldChain, storeHeld } from './held-chain.js';
import { freeNumbers, handleOf, holdNumber } from './held-record.js';
import type { DialingParts } from './parts.js';
import { type Processing, released } from './processing.js';
import { attachedData, recordKeys } from './record-keys.js';

/** A record that is to be dialed. */
export interface DialOrder {
  group: StoredGroup;
  options: GroupOptions;
  held: HeldChain;
  kind: AttemptKind;
  /** The agent who has taken the record. */
  agent?: { id: string; dn: string };
  nobodyFree?: number;
}

/** `dialed`; `blocked`: by a rule, the record is dealt with; `gone`: there is nothing to dial (any more). */
export type DialOutcome = 'dialed' | 'blocked' | 'gone';

/** How long a record is put back whose number is being called by somebody else, milliseconds. */
const BUSY_NUMBER_MS = 15_000;

/**
 * Places calls: everything that is checked at the moment of dialing, in one transaction with the intent. Nothing is dialed
 * before that has committed.
 */
export class Dial {
  readonly #parts: DialingParts;
  readonly #announcements: Announcements;
  readonly #processing: Processing;
  readonly #placed: (attempt: string) => void;

  /** @param placed is called after the commit: the attempt is to be carried out */
  constructor(
    parts: DialingParts,
    announcements: Announcements,
    processing: Processing,
    placed: (attempt: string) => void,
  ) {
    this.#parts = parts;
    this.#announcements = announcements;
    this.#processing = processing;
    this.#placed = placed;
  }

  /**
   * Dials the current record of a held chain, which is locked by the caller; or does with it what keeps it from being
   * dialed: it goes back to its list, waits, or goes on with the next record of its chain.
   */
  async place(tx: Transaction, order: DialOrder): Promise<DialOutcome> {
    const { held } = order;
    const now = this.#parts.clock.now();
    const screened = await this.screen(tx, order);
    if ('outcome' in screened) return screened.outcome;
    const { record, chain } = screened;
    if (!(await holdNumber(tx, record.phoneKey, held.id))) {
      await storeHeld(tx, { ...released(held), state: 'waiting', dueAt: now + BUSY_NUMBER_MS, since: now });
      return 'gone';
    }
    const attempt = held.attempt ?? newId();
    const reserved = await this.#parts.compliance.reserve(tx, {
      ...this.subjectOf(order, record),
      attempt,
      at: now,
      from: order.options.from,
    });
    if (!reserved.allowed) return this.#refuse(tx, order, chain, record, reserved);
    await this.#intend(tx, order, record, attempt);
    return 'dialed';
  }

  /**
   * Whether the current record of a held chain may be dialed, or shown to an agent who will dial it: the checks of the
   * selection.
   * @returns the record; or what became of the chain instead
   */
  async screen(
    tx: Transaction,
    order: Pick<DialOrder, 'group' | 'options' | 'held' | 'kind'>,
  ): Promise<{ chain: Chain; record: ListRecord } | { outcome: DialOutcome }> {
    const { held } = order;
    const { lists, clock } = this.#parts;
    const now = clock.now();
    const chain = await lists.chain(held.list, held.chainId, tx);
    const settings = lists.settings(held.list);
    const record = chain && currentRecord(chain, held);
    if (!chain || !settings || !record) {
      await dropHeld(tx, [held.id]);
      return { outcome: 'gone' };
    }
    const [standing] = await lists.standing(tx, [record]);
    if (standing === 'withdrawn') return { outcome: await this.#skip(tx, held, chain, record) };
    if (standing === 'do-not-call') {
      await this.#block(tx, order, record, CallResult.DoNotCall, 'do-not-call list');
      await lists.store(tx, [noCall(record, now)]);
      return { outcome: await this.#skip(tx, held, chain, record) };
    }
    if (!callableAt(record, settings, now).open) {
      await this.#processing.giveBack(tx, [held]);
      return { outcome: 'gone' };
    }
    const selected = this.#parts.compliance.check(this.subjectOf(order, record), now);
    if (!selected.allowed) {
      await this.#parts.compliance.forbidden(tx, order.group.campaign.name, selected.rule, now);
      return { outcome: await this.#refuse(tx, order, chain, record, selected) };
    }
    return { chain, record };
  }

  /** What the rules are asked about a record. */
  subjectOf(order: Pick<DialOrder, 'group' | 'options' | 'kind'>, record: ListRecord): DialSubject {
    return {
      record,
      phone: record.phone,
      phoneKey: record.phoneKey,
      ...(record.customerId !== undefined && { customerId: record.customerId }),
      campaign: order.group.campaign.name,
      group: order.group.dbid,
      option: order.options.option,
      agentGuaranteed: order.kind === 'agent-first',
    };
  }

  async #intend(tx: Transaction, order: DialOrder, record: ListRecord, id: string): Promise<void> {
    const { group, options, held, kind, agent } = order;
    const { calls, clock, configuration, lists } = this.#parts;
    const now = clock.now();
    const handle = await handleOf(tx, held, record.recordId);
    const context = { group, record, settings: lists.settings(held.list), handle, attempt: id, now };
    const userData = attachedData(recordKeys(configuration, { ...context, ...(agent && { agentId: agent.id }) }));
    const callProgress = kind !== 'agent-first' && options.callProgress && calls.capabilities.callProgress;
    const agentLeg = kind === 'agent-first' ? newId() : undefined;
    const attempt: Attempt = {
      id,
      group: group.dbid,
      campaign: group.campaign.name,
      mode: group.settings.dialMode,
      chain: held.id,
      handle,
      list: record.list,
      recordId: record.recordId,
      chainId: record.chainId,
      chainN: record.chainN,
      phone: record.phone,
      phoneKey: record.phoneKey,
      kind,
      state: kind === 'agent-first' ? 'agent-ringing' : 'intended',
      agent: agent?.id,
      agentLeg,
      nobodyFree: order.nobodyFree,
      at: now,
    };
    await addAttempt(tx, attempt);
    const own = held.options ?? {};
    const callerName = own.CPNDisplayName ?? options.callerName;
    await calls.intend(tx, {
      legId: id,
      callId: id,
      role: 'customer',
      number: record.phone,
      from: own.CPNDigits ?? options.from,
      ...(callerName !== undefined && { callerName }),
      timeoutMs: options.ringTimeoutMs,
      callProgress,
      attempt: record.attempt + 1,
      userData: { ...userData, ...own },
    });
    if (agent && agentLeg !== undefined) {
      await calls.intend(tx, {
        legId: agentLeg,
        callId: id,
        role: 'agent',
        number: agent.dn,
        from: record.phone,
        timeoutMs: options.agentRingMs,
        callProgress: false,
        agentId: agent.id,
        userData,
      });
    }
    await storeHeld(tx, {
      ...held,
      state: kind === 'agent-first' ? 'desktop' : 'dialing',
      agent: agent?.id,
      attempt: id,
      recordId: record.recordId,
      result: undefined,
      dueAt: undefined,
      since: now,
    });
    tx.afterCommit(() => this.#placed(id));
  }

  /** A rule is against it: until a time, or for good. */
  async #refuse(
    tx: Transaction,
    order: Pick<DialOrder, 'group' | 'held' | 'kind'>,
    chain: Chain,
    record: ListRecord,
    verdict: Extract<ComplianceVerdict, { allowed: false }>,
  ): Promise<DialOutcome> {
    const { held } = order;
    const { lists, clock } = this.#parts;
    const now = clock.now();
    await freeNumbers(tx, held.id);
    await this.#block(tx, order, record, CallResult.DoNotCall, `${verdict.rule}: ${verdict.reason}`);
    if (verdict.until === undefined) {
      await lists.store(tx, [noCall(record, now)]);
      return this.#skip(tx, held, chain, record);
    }
    const threshold = lists.settings(held.list)?.scheduleThresholdMs ?? 0;
    if (verdict.until - now > threshold) await this.#processing.postpone(tx, held, record, verdict.until);
    else await storeHeld(tx, { ...released(held), state: 'waiting', dueAt: verdict.until, since: now });
    return 'blocked';
  }

  /** Goes on with the next record of the chain that may be dialed; a chain without one is done with. */
  async #skip(tx: Transaction, held: HeldChain, chain: Chain, record: ListRecord): Promise<DialOutcome> {
    const { clock, lists } = this.#parts;
    const now = clock.now();
    const settings = lists.settings(held.list);
    const rest = { ...chain, records: chain.records.filter(({ chainN }) => chainN > record.chainN) };
    const next = settings && firstToDial(rest, settings, now);
    if (next) {
      await freeNumbers(tx, held.id);
      await storeHeld(tx, { ...released(held), state: 'buffered', recordId: next.recordId, since: now });
      return 'blocked';
    }
    const earlier = chain.records.find((one) => one !== record && one.recordStatus === RecordStatus.Retrieved);
    if (earlier) await this.#processing.finalize(tx, held, earlier.recordId, earlier.callResult);
    else await dropHeld(tx, [held.id]);
    return 'blocked';
  }

  /** Keeps in the history of the record why it was not dialed. */
  async #block(
    tx: Transaction,
    order: Pick<DialOrder, 'group' | 'held' | 'kind'>,
    record: ListRecord,
    result: number,
    why: string,
  ): Promise<void> {
    const { group, held, kind } = order;
    const now = this.#parts.clock.now();
    const attempt: Attempt = {
      id: newId(),
      group: group.dbid,
      campaign: group.campaign.name,
      mode: group.settings.dialMode,
      handle: await handleOf(tx, held, record.recordId),
      list: record.list,
      recordId: record.recordId,
      chainId: record.chainId,
      chainN: record.chainN,
      phone: record.phone,
      phoneKey: record.phoneKey,
      kind,
      state: 'ended',
      blockedBy: why,
      at: now,
      endedAt: now,
    };
    await addAttempt(tx, attempt);
    await this.#parts.journal.record(tx, [
      {
        at: now,
        type: 'record.state',
        data: {
          list: record.list,
          record_id: record.recordId,
          chain_id: record.chainId,
          chain_n: record.chainN,
          phone: record.phone,
          blocked: why,
          campaign: group.campaign.name,
        },
      },
    ]);
    await this.#announcements.emit(tx, {
      at: now,
      group: group.dbid,
      campaign: group.campaign.name,
      type: 'blocked',
      result,
      why,
      ...factsOf(attempt),
    });
  }
}

/** The record that a held chain is at. */
export function currentRecord(chain: Chain, held: HeldChain): ListRecord | undefined {
  return chain.records.find(({ recordId }) => recordId === held.recordId);
}

/** Spec 5.5: not dialed, and never again. */
function noCall(record: ListRecord, now: number): ListRecord {
  return {
    ...record,
    recordType: RecordType.NoCall,
    recordStatus: RecordStatus.Updated,
    callResult: CallResult.DoNotCall,
    callTime: now,
  };
}
