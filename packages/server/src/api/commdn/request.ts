import type { KvList } from '../../kernel/index.js';
import { type CampaignGroupSelector, OutboundError, type Schedule } from '../../outbound/index.js';
import { type DialAttributes, type DialKeys, integer, readDialAttributes } from '../outbound/dial-attributes.js';
import { MessageType, type RequestType } from './message-type.js';
import { readSchedule } from './schedule.js';

export const KEYS = {
  messageType: 'GSW_CM_MessageType',
  origin: 'GSW_CM_AttrOriginAppID',
  target: 'GSW_CM_AttrTargetAppID',
  campaign: 'GSW_CM_AttrCampaignID',
  group: 'GSW_CM_AttrGroupID',
  session: 'GSW_CM_AttrSessionID',
  reference: 'GSW_CM_AttrReferenceID',
  properties: 'GSW_CM_AttrProperties',
} as const;

export const DIAL_KEYS: DialKeys = {
  dialMode: 'GSW_CM_AttrDialMode',
  optimizeBy: 'GSW_CM_AttrOptimizeBy',
  optimizeGoal: 'GSW_CM_AttrOptimizeGoal',
  autoCompletion: 'GSW_AUTO_COMPLETION',
  priority: 'dialing_priority',
};

type CampaignRequestType = Exclude<RequestType, 30 | 32>;

/** Whom a request is about: one campaign group, or the sequence of an agent group (`GSW_CM_AttrCampaignID` 0). */
export type CampaignTarget =
  | { kind: 'group'; selector: CampaignGroupSelector }
  | { kind: 'sequence'; group: number; schedule: Schedule | undefined };

export interface CampaignRequest {
  about: 'campaign';
  type: CampaignRequestType;
  target: CampaignTarget;
  dial: DialAttributes;
}

export type CommDnRequest = CampaignRequest | { about: 'records'; type: 30 | 32; list: RecordRequest };

/** `cancel_record` or `do_not_call`. */
export interface RecordRequest {
  phone?: string;
  customerId?: string;
  campaign?: string;
  scope: 'AllChain' | 'RecordOnly';
}

const NOTHING: DialAttributes = { change: {}, unserved: false, empty: true };

/**
 * Reads a request whose sender, receiver and type are known to be right.
 * @param isLoaded whether a campaign of that name is loaded: looked at before everything else of a cancellation
 * @throws OutboundError `invalid-parameter` with the key that is missing or wrong; `campaign-not-found`
 */
export function readRequest(list: KvList, type: RequestType, isLoaded: (campaign: string) => boolean): CommDnRequest {
  const properties = list.list(KEYS.properties);
  if (list.has(KEYS.properties) && !properties) throw new OutboundError('invalid-parameter', KEYS.properties);
  if (type === MessageType.ReqCancelRecord || type === MessageType.ReqDoNotCall) {
    const cancels = type === MessageType.ReqCancelRecord;
    const child = properties?.list(cancels ? 'cancel_record' : 'do_not_call');
    return { about: 'records', type, list: readRecordRequest(child, cancels ? isLoaded : () => true) };
  }
  const target = readTarget(list, properties);
  const dials =
    type === MessageType.ReqLoadCampaign ||
    type === MessageType.ReqStartDialing ||
    type === MessageType.ReqSetDialingMode;
  const dial = dials ? readDialAttributes(list, DIAL_KEYS, properties) : NOTHING;
  if (type === MessageType.ReqSetDialingMode && dial.empty) throw new OutboundError('invalid-parameter');
  return { about: 'campaign', type, target, dial };
}

function readTarget(list: KvList, properties: KvList | undefined): CampaignTarget {
  const session = integer(list, KEYS.session);
  const campaign = integer(list, KEYS.campaign);
  const group = integer(list, KEYS.group);
  if (campaign === undefined && group === undefined && session !== undefined) {
    return { kind: 'group', selector: { dbid: session } };
  }
  if (campaign === undefined || campaign < 0) throw new OutboundError('invalid-parameter', KEYS.campaign);
  if (group === undefined || group < 0) throw new OutboundError('invalid-parameter', KEYS.group);
  if (campaign > 0) return { kind: 'group', selector: { campaign, group } };
  const schedule = properties?.list('campaign_schedule');
  return { kind: 'sequence', group, schedule: schedule && readSchedule(schedule) };
}

function readRecordRequest(list: KvList | undefined, isLoaded: (campaign: string) => boolean): RecordRequest {
  const campaign = text(list, 'GSW_CAMPAIGN_NAME');
  if (campaign !== undefined && !isLoaded(campaign)) throw new OutboundError('campaign-not-found');
  const phone = text(list, 'GSW_PHONE');
  const customerId = text(list, 'GSW_CUSTOMER_ID');
  if (phone === undefined && customerId === undefined) throw new OutboundError('invalid-parameter', 'GSW_PHONE');
  const scope = text(list, 'GSW_CHAIN_ATTR') ?? 'AllChain';
  if (scope !== 'AllChain' && scope !== 'RecordOnly') throw new OutboundError('invalid-parameter', 'GSW_CHAIN_ATTR');
  return {
    ...(phone !== undefined && { phone }),
    ...(customerId !== undefined && { customerId }),
    ...(campaign !== undefined && { campaign }),
    scope,
  };
}

/** A text that says something; an empty one counts as absent. */
function text(list: KvList | undefined, key: string): string | undefined {
  const value = list?.text(key);
  if (typeof value === 'object') throw new OutboundError('invalid-parameter', key);
  return value?.trim() ? value : undefined;
}
