import type { JsonObject, KvList } from '../../kernel/index.js';
import {
  type CampaignGroups,
  type Dialing,
  dialModeOnDesktop,
  type GroupView,
  OutboundError,
  type RecordKeys,
  type RecordRequests,
  type RecordSelector,
} from '../../outbound/index.js';
import {
  ACKNOWLEDGEMENTS,
  chainScope,
  integer,
  processedRequest,
  recordFields,
  requiredText,
  rescheduleRequest,
  text,
} from '../outbound/user-data.js';

export interface UserEventParts {
  dialing: Dialing;
  records: RecordRequests;
  campaigns: CampaignGroups;
  /** DBID of the application `ocs`. */
  applicationId: () => number;
  /** Agent groups of an agent. */
  groupsOf: (agentId: string) => readonly string[];
  description: (kind: 'campaigns' | 'campaign-groups', name: string) => string | undefined;
}

type Request = (agentId: string, data: KvList) => Promise<JsonObject[]>;

/**
 * The desktop protocol of Outbound Contact (spec outbound.md 3): what an agent's UserEvent is answered with. A request has
 * its name in `GSW_AGENT_REQ_TYPE`; an event in `GSW_USER_EVENT`; `GSW_REFERENCE_ID` is repeated.
 */
export class UserEvents {
  readonly #parts: UserEventParts;
  readonly #requests: Readonly<Record<string, Request>>;

  constructor(parts: UserEventParts) {
    this.#parts = parts;
    const { dialing } = parts;
    const acknowledged =
      (name: keyof typeof ACKNOWLEDGEMENTS, act: (agentId: string, data: KvList) => Promise<RecordKeys>): Request =>
      async (agentId, data) => [{ GSW_USER_EVENT: ACKNOWLEDGEMENTS[name], ...(await act(agentId, data)) }];
    const onHandle =
      (act: (handle: number, data: KvList) => Promise<RecordKeys>) => async (agentId: string, data: KvList) =>
        act(await this.#ownHandle(agentId, data), data);
    this.#requests = {
      CampaignStatusRequest: (agentId, data) => this.#campaignStatus(agentId, data),
      PreviewDialingModeStart: (agentId, data) => this.#previewMode(agentId, data, true),
      PreviewDialingModeOver: (agentId, data) => this.#previewMode(agentId, data, false),
      PreviewRecordRequest: (agentId, data) => this.#preview(agentId, data),
      ChainedRecordRequest: (agentId, data) => this.#chained(agentId, data),
      UpdateCallCompletionStats: acknowledged(
        'UpdateCallCompletionStats',
        onHandle((handle, data) => dialing.update(handle, recordFields(data))),
      ),
      RecordProcessed: acknowledged(
        'RecordProcessed',
        onHandle((handle, data) => dialing.processed(handle, processedRequest(data))),
      ),
      RecordReject: acknowledged(
        'RecordReject',
        onHandle((handle) => dialing.reject(handle)),
      ),
      RecordReschedule: acknowledged(
        'RecordReschedule',
        onHandle((handle, data) => dialing.reschedule(handle, rescheduleRequest(data))),
      ),
      ScheduledRecordReschedule: acknowledged(
        'ScheduledRecordReschedule',
        onHandle((handle, data) => dialing.reschedule(handle, rescheduleRequest(data))),
      ),
      RequestRecordCancel: acknowledged('RequestRecordCancel', async (agentId, data) => {
        const campaign = text(data, 'GSW_CAMPAIGN_NAME');
        const selector = await this.#selector(agentId, data);
        return dialing.cancel(selector, { scope: chainScope(data), ...(campaign !== undefined && { campaign }) });
      }),
      DoNotCall: acknowledged('DoNotCall', async (agentId, data) =>
        dialing.doNotCall(await this.#selector(agentId, data), { scope: chainScope(data) }),
      ),
      AddRecord: acknowledged('AddRecord', (_agentId, data) =>
        parts.records.add(requiredText(data, 'GSW_CALLING_LIST'), data.toJSON()),
      ),
      LogOut: async (agentId, data) => {
        await dialing.logOut(agentId, text(data, 'GSW_CAMPAIGN_NAME'));
        return [this.#plain('LogOutAcknowledge', data)];
      },
      ReadyTime: async (agentId, data) => {
        const seconds = integer(data, 'GSW_READY_TIME');
        if (seconds === undefined || seconds < 0) throw new OutboundError('invalid-attribute', 'GSW_READY_TIME');
        await dialing.readyTime(agentId, seconds);
        return [this.#plain('ReadyTimeAcknowledge', data)];
      },
    };
  }

  /** @returns the events that answer it; none when it is meant for another server */
  async answer(agentId: string, data: KvList): Promise<JsonObject[]> {
    const application = data.integer('GSW_APPLICATION_ID');
    const reference = data.get('GSW_REFERENCE_ID');
    const echo: JsonObject = reference === undefined ? {} : { GSW_REFERENCE_ID: reference };
    if (typeof application === 'number' && application !== this.#parts.applicationId()) return [];
    try {
      const name = requiredText(data, 'GSW_AGENT_REQ_TYPE');
      const request = Object.entries(this.#requests).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
      if (!request) throw new OutboundError('unknown-request');
      return (await request(agentId, data)).map((event) => ({ ...event, ...echo }));
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const { message, number } = error;
      return [{ ...data.toJSON(), GSW_USER_EVENT: 'Error', GSW_ERROR: message, GSW_ERROR_NUMBER: number }];
    }
  }

  /** What desktops hear of a campaign group. */
  campaignEvent(name: string, group: GroupView): JsonObject {
    const { description } = this.#parts;
    const withMode = name === 'CampaignStarted' || name === 'CampaignStopped' || name === 'CampaignModeChanged';
    return {
      GSW_USER_EVENT: name,
      GSW_APPLICATION_ID: this.#parts.applicationId(),
      GSW_CAMPAIGN_NAME: group.campaign.name,
      GSW_CAMPAIGN_DESCRIPTION: description('campaigns', group.campaign.name) ?? '',
      GSW_CAMPAIGN_GROUP_NAME: group.name,
      GSW_CAMPAIGN_GROUP_DESCRIPTION: description('campaign-groups', group.name) ?? '',
      ...(withMode && { GSW_CAMPAIGN_MODE: dialModeOnDesktop(group.settings.dialMode) }),
    };
  }

  async #campaignStatus(agentId: string, data: KvList): Promise<JsonObject[]> {
    const wanted = text(data, 'GSW_CAMPAIGN_NAME');
    const own = new Set(this.#parts.groupsOf(agentId));
    const groups = (await this.#parts.campaigns.loaded()).filter(
      ({ group, campaign }) => own.has(group.name) && (wanted === undefined || campaign.name === wanted),
    );
    return groups.map((group) =>
      this.campaignEvent(group.status === 'Running' ? 'CampaignStarted' : 'CampaignLoaded', group),
    );
  }

  async #previewMode(agentId: string, data: KvList, on: boolean): Promise<JsonObject[]> {
    await this.#parts.dialing.previewMode(agentId, on);
    const name = on ? 'PreviewDialingModeStartAcknowledge' : 'PreviewDialingModeOverAcknowledge';
    return [{ ...recordFields(data), ...this.#plain(name, data) }];
  }

  async #preview(agentId: string, data: KvList): Promise<JsonObject[]> {
    const record = await this.#parts.dialing.previewRecord(agentId, text(data, 'GSW_CAMPAIGN_NAME'));
    if (record) return [{ GSW_USER_EVENT: 'PreviewRecord', ...record }];
    // What older desktops look for.
    return [{ ...this.#plain('PreviewRecordEmpty', data), GSW_ERROR: 'No Records Available' }];
  }

  async #chained(agentId: string, data: KvList): Promise<JsonObject[]> {
    const { records, end } = await this.#parts.dialing.chained(await this.#ownHandle(agentId, data));
    return [
      ...records.map((record) => ({ GSW_USER_EVENT: 'ChainedRecord', ...record })),
      { GSW_USER_EVENT: 'ChainedRecordsDataEnd', ...end },
    ];
  }

  /** The handle of a record that no other agent has. */
  async #ownHandle(agentId: string, data: KvList): Promise<number> {
    const handle = integer(data, 'GSW_RECORD_HANDLE');
    if (handle === undefined) throw new OutboundError('invalid-attribute', 'GSW_RECORD_HANDLE');
    const held = await this.#parts.dialing.held(handle);
    if (held?.agentId !== undefined && held.agentId !== agentId) throw new OutboundError('record-handle-not-found');
    return handle;
  }

  async #selector(agentId: string, data: KvList): Promise<RecordSelector> {
    if (data.has('GSW_RECORD_HANDLE')) return { handle: await this.#ownHandle(agentId, data) };
    const phone = text(data, 'GSW_PHONE');
    if (phone !== undefined) return { phone };
    const customerId = text(data, 'GSW_CUSTOMER_ID');
    if (customerId !== undefined) return { customerId };
    throw new OutboundError('invalid-attribute', 'GSW_RECORD_HANDLE');
  }

  #plain(name: string, data: KvList): JsonObject {
    const campaign = text(data, 'GSW_CAMPAIGN_NAME');
    return {
      GSW_USER_EVENT: name,
      GSW_APPLICATION_ID: this.#parts.applicationId(),
      ...(campaign !== undefined && { GSW_CAMPAIGN_NAME: campaign }),
    };
  }
}
