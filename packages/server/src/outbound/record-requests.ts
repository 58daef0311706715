import type { Clock } from '../kernel/index.js';
import type { Database, Transaction } from '../store/index.js';
import { outboundApplication } from './application.js';
import type { CampaignConfiguration } from './campaign/index.js';
import type {
  ChainScope,
  Dialing,
  ProcessedRequest,
  RecordKeys,
  RecordSelector,
  RescheduleRequest,
} from './dialing/index.js';
import { OutboundError } from './errors.js';
import {
  type CallingLists,
  callableAt,
  changeRecord,
  decideTreatment,
  isFinal,
  type ListRecord,
  RecordStatus,
  RecordType,
  readLocalTime,
  recordAttributes,
} from './list/index.js';

/** A record that nobody holds, found by its `record_id`. */
interface Resting {
  record: ListRecord;
}

/**
 * Requests about records from outside the dialing: by handle while a record is held, and by `record_id` where that is
 * unique among the lists of loaded campaigns (ruling "records by `/ocs/records/{id}`"). What a desktop does in two steps,
 * arranging and then processing, takes effect at once on a record that nobody holds. Answers are the keys of the
 * acknowledgements.
 */
export class RecordRequests {
  readonly #database: Database;
  readonly #dialing: Dialing;
  readonly #lists: CallingLists;
  readonly #loadedCampaigns: () => Promise<ReadonlySet<string>>;
  readonly #configuration: CampaignConfiguration;
  readonly #clock: Clock;

  constructor(parts: {
    database: Database;
    dialing: Dialing;
    lists: CallingLists;
    /** Names of the loaded campaigns. */
    loadedCampaigns: () => Promise<ReadonlySet<string>>;
    configuration: CampaignConfiguration;
    clock: Clock;
  }) {
    this.#database = parts.database;
    this.#dialing = parts.dialing;
    this.#lists = parts.lists;
    this.#loadedCampaigns = parts.loadedCampaigns;
    this.#configuration = parts.configuration;
    this.#clock = parts.clock;
  }

  /** AddRecord. @throws OutboundError as `CallingLists.add` */
  async add(list: string, fields: Readonly<Record<string, unknown>>): Promise<RecordKeys> {
    return this.#database.transaction(async (tx) => {
      const record = await this.#lists.add(tx, list, fields);
      const campaign = [...this.#configuration.objects('campaigns').values()].find(
        ({ dbid }) => dbid !== undefined && dbid === record.campaignId,
      );
      return {
        GSW_APPLICATION_ID: outboundApplication(this.#configuration).dbid,
        ...(campaign && { GSW_CAMPAIGN_NAME: campaign.name }),
        ...recordAttributes(record, this.#lists.settings(list), this.#clock.now()),
      };
    });
  }

  /** UpdateCallCompletionStats. @throws OutboundError `record-handle-not-found`, `record-finalized`, `invalid-attribute` */
  update(id: number, fields: RecordKeys): Promise<RecordKeys> {
    return this.#on(id, {
      held: (handle) => this.#dialing.update(handle, fields),
      resting: async (tx, { record }) => {
        await this.#lists.store(tx, [this.#changed(record, fields)]);
        return { ...fields, ...this.#named(record) };
      },
    });
  }

  /** RecordProcessed: the record and its chain are finalised. @throws as `update` */
  processed(id: number, request: ProcessedRequest): Promise<RecordKeys> {
    return this.#on(id, {
      held: (handle) => this.#dialing.processed(handle, request),
      resting: async (tx, { record }) => {
        const changed = this.#changed(record, request.fields);
        await this.#finalize(tx, changed);
        return { ...request.fields, ...this.#named(record) };
      },
    });
  }

  /** RecordReject: the record goes back undialed, which one that nobody holds has done already. @throws as `update` */
  reject(id: number): Promise<RecordKeys> {
    return this.#on(id, {
      held: (handle) => this.#dialing.reject(handle),
      resting: async (_tx, { record }) => this.#named(record),
    });
  }

  /** RecordReschedule. @throws as `update`; `invalid-date-time` */
  reschedule(id: number, request: RescheduleRequest): Promise<RecordKeys> {
    return this.#on(id, {
      held: (handle) => this.#dialing.reschedule(handle, request),
      resting: async (tx, { record }) => {
        await this.#schedule(tx, record, request);
        return {
          ...this.#named(record),
          GSW_DATE_TIME: request.dateTime,
          GSW_CALLBACK_TYPE: request.callbackType,
        };
      },
    });
  }

  /** RequestRecordCancel. @throws OutboundError `campaign-not-found`, `record-handle-not-found`, `record-finalized` */
  cancel(selector: RecordSelector, options: { campaign?: string; scope: ChainScope }): Promise<RecordKeys> {
    const { handle } = selector;
    if (handle === undefined) return this.#dialing.cancel(selector, options);
    return this.#on(handle, {
      held: (known) => this.#dialing.cancel({ handle: known }, options),
      resting: async (tx, { record }) => {
        const { list, chainId, recordId } = record;
        const which = options.scope === 'AllChain' ? { chainId } : { recordId };
        await this.#lists.cancel(tx, { ...which, lists: [list], scope: options.scope });
        return { ...this.#named(record), GSW_PHONE: record.phone, GSW_CHAIN_ATTR: options.scope };
      },
    });
  }

  /** DoNotCall. @throws OutboundError `record-handle-not-found`, `record-finalized` */
  doNotCall(selector: RecordSelector, options: { scope: ChainScope }): Promise<RecordKeys> {
    const { handle } = selector;
    if (handle === undefined) return this.#dialing.doNotCall(selector, options);
    return this.#on(
      handle,
      {
        held: (known) => this.#dialing.doNotCall({ handle: known }, options),
        resting: async (tx, { record }) => {
          await this.#dialing.doNotCall({ phone: record.phone }, { ...options, tx });
          return { ...this.#named(record), GSW_PHONE: record.phone, GSW_CHAIN_ATTR: options.scope };
        },
      },
      { finalized: true },
    );
  }

  /** A handle first; else the one record of that id in the lists of loaded campaigns. */
  async #on(
    id: number,
    act: {
      held: (handle: number) => Promise<RecordKeys>;
      resting: (tx: Transaction, resting: Resting) => Promise<RecordKeys>;
    },
    { finalized = false } = {},
  ): Promise<RecordKeys> {
    try {
      return await act.held(id);
    } catch (error) {
      if (!(error instanceof OutboundError) || error.code !== 'record-handle-not-found') throw error;
    }
    const [record, another] = await this.#lists.find({ recordId: id, lists: await this.#loadedLists() });
    if (!record || another) throw new OutboundError('record-handle-not-found');
    const handle = (await this.#dialing.handles(record.list, [id])).get(id);
    if (handle !== undefined) return act.held(handle);
    if (isFinal(record.recordStatus) && !finalized) throw new OutboundError('record-finalized');
    return this.#database.transaction((tx) => act.resting(tx, { record }));
  }

  async #loadedLists(): Promise<string[]> {
    const names = [...(await this.#loadedCampaigns())].flatMap(
      (name) => this.#configuration.object('campaigns', name)?.callingLists.map((list) => list.name) ?? [],
    );
    return [...new Set(names)];
  }

  #changed(record: ListRecord, fields: RecordKeys): ListRecord {
    const { recordStatus } = record;
    return { ...changeRecord(record, fields, this.#lists.settings(record.list)), recordStatus };
  }

  async #finalize(tx: Transaction, record: ListRecord): Promise<void> {
    const settings = this.#lists.settings(record.list);
    const chain = await this.#lists.chain(record.list, record.chainId, tx);
    if (!settings || !chain) throw new OutboundError('record-handle-not-found');
    // A record is finalised by whoever holds it, which for this one moment is the request.
    const records = chain.records.map((one) => {
      const current = one.recordId === record.recordId ? record : one;
      return isFinal(current.recordStatus) ? current : { ...current, recordStatus: RecordStatus.Retrieved };
    });
    const decision = decideTreatment({
      treatments: [],
      chain: { ...chain, records },
      chainN: record.chainN,
      result: record.callResult,
      now: this.#clock.now(),
      settings,
    });
    await this.#lists.store(tx, decision.records);
  }

  async #schedule(tx: Transaction, record: ListRecord, request: RescheduleRequest): Promise<void> {
    const settings = this.#lists.settings(record.list);
    const changed = this.#changed(record, {
      ...(request.tz !== undefined && { GSW_TZ_NAME: request.tz }),
      ...(request.phone !== undefined && { GSW_PHONE: request.phone }),
    });
    const at = readLocalTime(request.dateTime, changed.zone);
    const isOpen = at !== undefined && at > this.#clock.now() && callableAt(changed, settings ?? {}, at).open;
    if (!isOpen) throw new OutboundError('invalid-date-time');
    const personal = request.callbackType === 'Personal';
    if (personal && record.agentId === undefined) throw new OutboundError('invalid-attribute', 'GSW_AGENT_ID');
    const chain = await this.#lists.chain(record.list, record.chainId, tx);
    const others = (chain?.records ?? [])
      .filter((one) => one.recordId !== record.recordId && one.recordStatus === RecordStatus.Ready)
      .map((one) => ({ ...one, recordStatus: RecordStatus.ChainReady }));
    const scheduled: ListRecord = {
      ...changed,
      recordType: personal ? RecordType.PersonalCallBack : RecordType.CampaignCallBack,
      recordStatus: RecordStatus.Ready,
      scheduledAt: at,
      treatments: undefined,
    };
    await this.#lists.store(tx, [scheduled, ...others]);
  }

  #named(record: ListRecord): RecordKeys {
    return {
      GSW_APPLICATION_ID: outboundApplication(this.#configuration).dbid,
      GSW_CALLING_LIST: record.list,
      GSW_RECORD_HANDLE: record.recordId,
      GSW_CHAIN_ID: record.chainId,
    };
  }
}
