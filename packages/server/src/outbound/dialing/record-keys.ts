import type { JsonObject } from '../../kernel/index.js';
import { type ListRecord, type ListSettings, recordAttributes } from '../list/index.js';
import type { RecordKeys } from './desktop-message.js';
import type { DialingConfiguration } from './group-options.js';
import type { LoadedGroup } from './loaded-group.js';

/** What a record is shown with, beside itself. */
export interface RecordContext {
  group: LoadedGroup;
  record: ListRecord;
  settings: ListSettings | undefined;
  handle: number;
  /** `GSW_CALL_ATTEMPT_GUID`. */
  attempt?: string | undefined;
  agentId?: string | undefined;
  now: number;
}

/**
 * A record with everything that belongs to it (spec 3.4): the keys of PreviewRecord, ScheduledCall and ChainedRecord, of
 * acknowledgements, and the data attached to every dialed call.
 */
export function recordKeys(configuration: DialingConfiguration, context: RecordContext): RecordKeys {
  const { group, record, settings, handle, attempt, agentId, now } = context;
  const description = configuration.object('campaign-groups', group.name)?.description;
  return {
    ...recordAttributes(record, settings, now),
    GSW_APPLICATION_ID: group.appId,
    GSW_CAMPAIGN_NAME: group.campaign.name,
    GSW_CAMPAIGN_GROUP_NAME: group.name,
    GSW_CAMPAIGN_GROUP_DBID: group.dbid,
    GSW_CAMPAIGN_GROUP_DESCRIPTION: description ?? '',
    GSW_CALLING_LIST: record.list,
    GSW_CALLING_LIST_DBID: settings?.dbid ?? 0,
    GSW_RECORD_HANDLE: handle,
    GSW_CHAIN_ID: record.chainId,
    GSW_CHAIN_N: record.chainN,
    GSW_PHONE: record.phone,
    contact_info: record.phone,
    ...(attempt !== undefined && { GSW_CALL_ATTEMPT_GUID: attempt }),
    GSW_AGENT_ID: agentId ?? record.agentId ?? '',
    GSW_SWITCH_DBID: record.switchId ?? 0,
    InteractionType: 'Outbound',
    InteractionSubtype: 'OutboundNew',
  };
}

/** The same as user data of a call. */
export function attachedData(keys: RecordKeys): JsonObject {
  return { ...keys };
}

/** The keys by which acknowledgements name a record. */
export function acknowledgement(group: LoadedGroup, record: ListRecord, handle: number): RecordKeys {
  return {
    GSW_APPLICATION_ID: group.appId,
    GSW_CAMPAIGN_NAME: group.campaign.name,
    GSW_CALLING_LIST: record.list,
    GSW_RECORD_HANDLE: handle,
  };
}
