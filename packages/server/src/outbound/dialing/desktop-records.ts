import { newId } from '../../kernel/index.js';
import type { Sql, Transaction } from '../../store/index.js';
import { dialModeFamily } from '../dial-mode.js';
import { OutboundError } from '../errors.js';
import {
  CallResult,
  type Chain,
  callableAt,
  changeRecord,
  type ListRecord,
  type ListSettings,
  RecordType,
} from '../list/index.js';
import { readLocalTime } from '../list/local-time.js';
import type { AgentAssignments } from './agent-assignments.js';
import { openAttemptOf, readAttempt, wasDialed } from './attempt-store.js';
import { desktopAgents } from './campaign-agents.js';
import type { ProcessedRequest, RecordKeys, RescheduleRequest } from './desktop-message.js';
import type { Dial } from './dial.js';
import { type GroupOptions, groupOptions } from './group-options.js';
import { allGroups, lockGroup, readGroup, type StoredGroup } from './group-store.js';
import { type HeldChain, heldOfAgent, lockChainForAgent, lockHeldOfHandle, readHeld, storeHeld } from './held-chain.js';
import { handleOf, handlesOf, recordOfHandle } from './held-record.js';
import type { Offers } from './offers.js';
import type { DialingParts } from './parts.js';
import type { Processing } from './processing.js';
import { acknowledgement, recordKeys } from './record-keys.js';
import type { RecordSupply } from './record-supply.js';

export interface DesktopRecordsParts {
  dialing: DialingParts;
  processing: Processing;
  dial: Dial;
  offers: Offers;
  assignments: AgentAssignments;
  supply: RecordSupply;
  changed: (group: number) => void;
}

/** A record that a request names by its handle, with everything around it; the chain is locked. */
interface Named {
  group: StoredGroup;
  held: HeldChain;
  chain: Chain;
  record: ListRecord;
  settings: ListSettings | undefined;
  handle: number;
}

/**
 * What agents do with records at their desktops (spec 3.2, 3.5): every request is one transaction under the lock of the
 * held chain. A record is on a desktop from its preview, or from the connected call, until it is processed, rejected or
 * cancelled, or the agent logs out.
 */
export class DesktopRecords {
  readonly #parts: DesktopRecordsParts;

  constructor(parts: DesktopRecordsParts) {
    this.#parts = parts;
  }

  /** The next record for an agent who asks. @returns undefined when there is none */
  async preview(agentId: string, campaign?: string): Promise<RecordKeys | undefined> {
    const { database } = this.#parts.dialing;
    const groups = await this.#previewGroups(agentId, campaign);
    const said = (await desktopAgents(database, [agentId])).get(agentId);
    for (const group of groups) {
      const options = groupOptions(this.#parts.dialing.configuration, group);
      if (options.needsPreviewStart && !said?.previews) throw new OutboundError('preview-start-required');
      const keys =
        (await database.transaction((tx) => this.#give(tx, group, options, agentId))) ??
        (await database.transaction((tx) => this.#giveAfterRound(tx, group, options, agentId)));
      if (keys) return keys;
    }
    return undefined;
  }

  /** Dials a record on a desktop for its agent. Nothing when its call is under way already. */
  async dial(agentId: string, handle: number): Promise<void> {
    const { dialing, dial } = this.#parts;
    const dn = dialing.configuration.object('agents', agentId)?.dn;
    const refusal = await dialing.database.transaction(async (tx) => {
      const { held, record, group } = await this.#named(tx, handle);
      if (held.state !== 'desktop' || held.agent !== agentId || dn === undefined) {
        return new OutboundError('record-handle-not-found');
      }
      if (await openAttemptOf(tx, held.group, held.id)) return undefined;
      const isUsed = held.attempt !== undefined && (await readAttempt(tx, held.attempt)) !== undefined;
      const outcome = await dial.place(tx, {
        group,
        options: groupOptions(dialing.configuration, group),
        held: { ...held, recordId: record.recordId, ...(isUsed && { attempt: newId() }) },
        kind: 'agent-first',
        agent: { id: agentId, dn },
      });
      if (outcome === 'dialed') return undefined;
      tx.afterCommit(() => this.#parts.changed(group.dbid));
      await this.#parts.offers.tellWithdrawn(tx, held, agentId);
      await this.#parts.offers.freeAgent(tx, held);
      // What keeps the record from being dialed is stored; the agent hears of it after that.
      return new OutboundError('record-finalized');
    });
    if (refusal) throw refusal;
  }

  async chained(handle: number): Promise<{ records: RecordKeys[]; end: RecordKeys }> {
    const { dialing } = this.#parts;
    return dialing.database.transaction(async (tx) => {
      const named = await this.#named(tx, handle);
      const { group, held, chain, record, settings } = named;
      const now = dialing.clock.now();
      const records: RecordKeys[] = [];
      for (const other of chain.records) {
        if (other.recordId === record.recordId) continue;
        const own = await handleOf(tx, held, other.recordId);
        records.push(recordKeys(dialing.configuration, { group, record: other, settings, handle: own, now }));
      }
      return { records, end: { ...acknowledgement(group, record, handle), GSW_CHAIN_ID: record.chainId } };
    });
  }

  async update(handle: number, fields: RecordKeys): Promise<RecordKeys> {
    return this.#parts.dialing.database.transaction(async (tx) => {
      const named = await this.#named(tx, handle);
      await this.#change(tx, named, fields);
      return { ...fields, ...acknowledgement(named.group, named.record, handle) };
    });
  }

  async processed(handle: number, { treatment, fields }: ProcessedRequest): Promise<RecordKeys> {
    const { dialing, processing, offers, changed } = this.#parts;
    return dialing.database.transaction(async (tx) => {
      const named = await this.#named(tx, handle);
      const { group, record } = named;
      const held = await this.#change(tx, named, fields);
      const result = resultOf(held, record);
      await offers.freeAgent(tx, held);
      await processing.announceProcessed(tx, held, record, result);
      if (held.reschedule) await processing.arrange(tx, held, record.recordId, held.reschedule, result);
      else if (treatment) {
        const personal = treatment === 'Personal' ? held.agent : undefined;
        await processing.applyTreatments(tx, held, record.recordId, result, personal);
      } else await processing.finalize(tx, held, record.recordId, result);
      tx.afterCommit(() => changed(group.dbid));
      return { ...fields, ...acknowledgement(group, record, handle) };
    });
  }

  async reject(handle: number): Promise<RecordKeys> {
    return this.#parts.dialing.database.transaction(async (tx) => {
      const { group, held, record } = await this.#named(tx, handle);
      if (held.state !== 'desktop' || (await openAttemptOf(tx, held.group, held.id)))
        throw new OutboundError('record-finalized');
      await this.#parts.offers.takeBack(tx, held, false);
      return acknowledgement(group, record, handle);
    });
  }

  async reschedule(handle: number, request: RescheduleRequest): Promise<RecordKeys> {
    const { dialing } = this.#parts;
    return dialing.database.transaction(async (tx) => {
      const named = await this.#named(tx, handle);
      const { group, record, settings, held } = named;
      const now = dialing.clock.now();
      const fields = {
        ...(request.tz !== undefined && { GSW_TZ_NAME: request.tz }),
        ...(request.phone !== undefined && { GSW_PHONE: request.phone }),
      };
      const changed = changeRecord(record, fields, settings);
      const at = readLocalTime(request.dateTime, changed.zone);
      const isOpen = at !== undefined && at > now && callableAt(changed, settings ?? {}, at).open;
      if (!isOpen) throw new OutboundError('invalid-date-time');
      const agentId = held.agent ?? record.agentId;
      if (request.callbackType === 'Personal' && agentId === undefined) {
        throw new OutboundError('invalid-attribute', 'GSW_AGENT_ID');
      }
      if (Object.keys(fields).length > 0) await dialing.lists.store(tx, [changed]);
      const reschedule = { at, callbackType: request.callbackType, agentId: agentId ?? '' };
      await storeHeld(tx, { ...held, recordId: record.recordId, reschedule });
      return {
        ...acknowledgement(group, record, handle),
        GSW_DATE_TIME: request.dateTime,
        GSW_CALLBACK_TYPE: request.callbackType,
      };
    });
  }

  /**
   * Closes what an agent who leaves has open: what has a result is finalised with it, what has none goes back to its list.
   * Records whose call is still up stay until it is over, if `all` is not said.
   */
  async close(agentId: string, all: boolean, campaign?: string): Promise<void> {
    const { dialing, processing, offers, changed } = this.#parts;
    for (const { id } of await heldOfAgent(dialing.database, agentId)) {
      await dialing.database.transaction(async (tx) => {
        const handle = await this.#anyHandle(tx, id);
        const named = handle === undefined ? undefined : await this.#named(tx, handle).catch(absent);
        if (!named || named.held.agent !== agentId) return;
        const { held, group } = named;
        if (campaign !== undefined && group.campaign.name !== campaign) return;
        if (!all && (await openAttemptOf(tx, held.group, held.id))) return;
        await offers.freeAgent(tx, held);
        const { logOutResult } = groupOptions(dialing.configuration, group);
        if (held.reschedule) {
          await processing.arrange(tx, held, held.recordId, held.reschedule, held.result ?? CallResult.Unknown);
        } else if (held.result !== undefined) await processing.finalize(tx, held, held.recordId, held.result);
        else await this.#leave(tx, named, logOutResult);
        tx.afterCommit(() => changed(group.dbid));
      });
    }
  }

  async recordsOf(agentId: string): Promise<RecordKeys[]> {
    const { dialing } = this.#parts;
    const records: RecordKeys[] = [];
    for (const held of await heldOfAgent(dialing.database, agentId)) {
      const group = await readGroup(dialing.database, held.group);
      const chain = await dialing.lists.chain(held.list, held.chainId);
      const record = chain?.records.find(({ recordId }) => recordId === held.recordId);
      const handles = await handlesOf(dialing.database, held.list, [held.recordId]);
      if (!group || !record) continue;
      const settings = dialing.lists.settings(held.list);
      const context = { group, record, settings, agentId, attempt: held.attempt, now: dialing.clock.now() };
      records.push(recordKeys(dialing.configuration, { ...context, handle: handles.get(held.recordId) ?? 0 }));
    }
    return records;
  }

  /** Finds a record by its handle and locks its chain. @throws OutboundError `record-handle-not-found`, `record-finalized` */
  async #named(tx: Transaction, handle: number): Promise<Named> {
    const { lists } = this.#parts.dialing;
    const held = await lockHeldOfHandle(tx, handle);
    const known = held && (await recordOfHandle(tx, handle));
    const group = held && (await readGroup(tx, held.group));
    const chain = held && (await lists.chain(held.list, held.chainId, tx));
    const record = chain?.records.find(({ recordId }) => recordId === known?.recordId);
    if (!held || !group || !chain || !record) {
      throw new OutboundError((await wasDialed(tx, handle)) ? 'record-finalized' : 'record-handle-not-found');
    }
    return { group, held, chain, record, settings: lists.settings(held.list), handle };
  }

  async #anyHandle(sql: Sql, chain: number): Promise<number | undefined> {
    const held = await readHeld(sql, chain);
    return held && (await handlesOf(sql, held.list, [held.recordId])).get(held.recordId);
  }

  /** Stores what an agent says of a record. @returns the held chain with the result, if one was said */
  async #change(tx: Transaction, named: Named, fields: RecordKeys): Promise<HeldChain> {
    const { held, record, settings } = named;
    const { lists } = this.#parts.dialing;
    const kept: HeldChain = { ...held, recordId: record.recordId };
    if (Object.keys(fields).length === 0) return kept;
    const { recordStatus } = record;
    const changed = { ...changeRecord(record, fields, settings), recordStatus };
    await lists.store(tx, [changed]);
    named.record = changed;
    const said = saysResult(fields) ? { ...kept, result: changed.callResult } : kept;
    await storeHeld(tx, said);
    return said;
  }

  async #leave(tx: Transaction, { held, record }: Named, logOutResult: number): Promise<void> {
    const { dialing, processing } = this.#parts;
    if (logOutResult >= 0) await dialing.lists.store(tx, [{ ...record, callResult: logOutResult }]);
    await processing.giveBack(tx, [held]);
  }

  /** The running campaign groups in which an agent may ask for records. */
  async #previewGroups(agentId: string, campaign: string | undefined): Promise<StoredGroup[]> {
    const { configuration, database } = this.#parts.dialing;
    if (campaign !== undefined && !configuration.object('campaigns', campaign)) {
      throw new OutboundError('desktop-campaign-not-found');
    }
    const loaded = (await allGroups(database)).filter(
      ({ campaign: { name } }) => campaign === undefined || name === campaign,
    );
    if (loaded.length === 0) throw new OutboundError('desktop-campaign-not-loaded');
    const own = configuration.object('agents', agentId)?.groups ?? [];
    const mine: StoredGroup[] = [];
    for (const group of loaded) {
      const isMember = own.includes(group.group.name);
      if (isMember && (await this.#parts.assignments.worksFor(database, agentId, group))) mine.push(group);
    }
    if (mine.length === 0) throw new OutboundError('agent-not-in-group');
    const asking = mine.filter(
      ({ state, settings }) => state === 'running' && dialModeFamily(settings.dialMode).endsWith('preview'),
    );
    if (asking.length === 0) throw new OutboundError('not-in-preview-mode');
    return asking;
  }

  /** Waits for a round that is under way: it may be taking the very records that are asked for out of the lists. */
  async #giveAfterRound(
    tx: Transaction,
    group: StoredGroup,
    options: GroupOptions,
    agentId: string,
  ): Promise<RecordKeys | undefined> {
    if (!(await lockGroup(tx, group.dbid))) return undefined;
    return this.#give(tx, group, options, agentId);
  }

  async #give(
    tx: Transaction,
    group: StoredGroup,
    options: GroupOptions,
    agentId: string,
  ): Promise<RecordKeys | undefined> {
    const { offers, supply, changed } = this.#parts;
    const { desktopLimit } = options;
    if (desktopLimit > 0 && (await heldOfAgent(tx, agentId)).length >= desktopLimit) {
      throw new OutboundError('desktop-limit-exceeded');
    }
    await supply.takePersonal(tx, group, options, agentId);
    tx.afterCommit(() => changed(group.dbid));
    let isAsked = false;
    for (let after = 0; ; ) {
      const held = await lockChainForAgent(tx, group.dbid, agentId, after);
      if (!held) {
        if (isAsked || (await supply.take(tx, group, options, options.optimumPerAgent)) === 0) return undefined;
        isAsked = true;
        continue;
      }
      after = held.forAgent === undefined ? held.id : 0;
      await offers.freeAgent(tx, held);
      const keys = await offers.place(tx, group, { ...held, request: undefined }, agentId);
      if (keys) return keys;
      const now = await readHeld(tx, held.id);
      // Its next record may be shown, where this one may not.
      if (now?.state === 'buffered' && now.recordId !== held.recordId) after = held.id - 1;
    }
  }
}

/** The result with which a record is finalised when its agent says no other. */
function resultOf(held: HeldChain, record: ListRecord): number {
  const result = held.result ?? record.callResult;
  // A personal callback that was assigned to the group, and that somebody has processed (spec 5.6).
  const isAssigned = record.recordType === RecordType.CampaignCallBack && result === CallResult.AgentCallbackError;
  return isAssigned ? CallResult.Answer : result;
}

function saysResult(fields: RecordKeys): boolean {
  return Object.keys(fields).some((key) => /^(gsw_)?call_result$/i.test(key));
}

function absent(error: unknown): undefined {
  if (error instanceof OutboundError) return undefined;
  throw error;
}
