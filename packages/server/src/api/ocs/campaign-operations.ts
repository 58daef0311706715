import { isObject, type JsonObject, KvList } from '../../kernel/index.js';
import {
  type CampaignGroupSelector,
  type CampaignGroups,
  type DialSettingsChange,
  dialModeNumber,
  type GroupView,
  type LiveStatistics,
  OutboundError,
  optimizeByNumber,
  statusNumber,
} from '../../outbound/index.js';
import { answerType, MessageType, type RequestType } from '../commdn/message-type.js';
import { RequestError } from '../http.js';
import { type DialKeys, integer, readDialAttributes } from '../outbound/dial-attributes.js';

/** Requests on a campaign group: `req` of `/campaigngroups/{dbid}` and the paths of `/v3/servers/{dbid}`. */
const REQUESTS = {
  Load: { type: MessageType.ReqLoadCampaign, path: 'load-campaign' },
  Unload: { type: MessageType.ReqUnloadCampaign, path: 'unload-campaign' },
  ForceUnload: { type: MessageType.ReqForceUnloadCampaign, path: 'force-unload-campaign' },
  Start: { type: MessageType.ReqStartDialing, path: 'start-dialing' },
  Stop: { type: MessageType.ReqStopDialing, path: 'stop-dialing' },
  SetDialingMode: { type: MessageType.ReqSetDialingMode, path: 'set-dialing-mode' },
  GetStatus: { type: MessageType.ReqGetCampaignStatus, path: 'get-campaign-status' },
} as const satisfies Record<string, { type: RequestType; path: string }>;

export type CampaignRequestName = keyof typeof REQUESTS;

const names = Object.keys(REQUESTS) as CampaignRequestName[]; // exactly the keys of the table

const KEYS: DialKeys = {
  dialMode: 'GSW_DIAL_MODE',
  optimizeBy: 'GSW_OPTIMIZE_BY',
  optimizeGoal: 'GSW_OPTIMIZE_GOAL',
  autoCompletion: 'GSW_AUTO_COMPLETION',
  priority: 'dialing_priority',
};

/** @throws RequestError 400 */
export function campaignRequestNamed(req: string | undefined): CampaignRequestName {
  const name = names.find((one) => one.toLowerCase() === req?.toLowerCase());
  if (name) return name;
  const detail = req === undefined ? 'The parameter req is missing' : `Campaign groups take no request ${req}`;
  throw new RequestError(400, 'unknown-request', `${detail}: they take ${names.join(', ')}.`);
}

/** The request of a path below `/v3/servers/{dbid}`. */
export function campaignRequestOfPath(path: string): CampaignRequestName | undefined {
  return names.find((name) => REQUESTS[name].path === path);
}

/** Carries out a request; the answer has the keys of the CommDN's message. @throws OutboundError */
export async function performOnCampaign(
  campaigns: CampaignGroups,
  name: CampaignRequestName,
  selector: CampaignGroupSelector,
  data: KvList,
): Promise<JsonObject> {
  const dials = name === 'Load' || name === 'Start' || name === 'SetDialingMode';
  const dial = dials ? readDialAttributes(data, KEYS) : undefined;
  if (dial?.unserved) throw new OutboundError('invalid-campaign-mode');
  if (name === 'SetDialingMode' && dial?.empty) throw new OutboundError('invalid-parameter');
  const view = await operate(campaigns, name, selector, dial?.change ?? {});
  return shownGroup(answerType(REQUESTS[name].type), view);
}

async function operate(
  campaigns: CampaignGroups,
  name: CampaignRequestName,
  selector: CampaignGroupSelector,
  change: DialSettingsChange,
): Promise<GroupView> {
  switch (name) {
    case 'Load':
      return campaigns.load(selector, change);
    case 'Unload':
      return (await campaigns.unload(selector)).done;
    case 'ForceUnload':
      return campaigns.forceUnload(selector);
    case 'Start':
      return campaigns.startDialing(selector, change);
    case 'Stop':
      return campaigns.stopDialing(selector);
    case 'SetDialingMode':
      return campaigns.setDialingMode(selector, change);
    case 'GetStatus':
      return campaigns.status(selector);
  }
}

function shownGroup(type: number, { campaign, group, settings, status }: GroupView): JsonObject {
  return {
    GSW_CM_MessageType: type,
    GSW_CM_AttrCampaignID: campaign.dbid,
    GSW_CM_AttrGroupID: group.dbid,
    GSW_CM_AttrDialMode: dialModeNumber(settings.dialMode),
    GSW_CM_AttrOptimizeBy: optimizeByNumber(settings.optimizeBy),
    GSW_CM_AttrOptimizeGoal: settings.optimizeGoal,
    GSW_CM_AttrGroupCampStatus: statusNumber(status),
    GSW_CM_AttrError: 0,
  };
}

/** `GET /campaigngroups/{dbid}`: as GetStatus, with the statistics since the group was loaded. */
export function shownWithStatistics(view: GroupView, live: LiveStatistics): JsonObject {
  return {
    ...shownGroup(MessageType.EvCampaignStatus, view),
    GSW_CAMPAIGN_GROUP_NAME: view.name,
    GSW_STAT_BUSY_FACTOR: live.busyFactor,
    GSW_STAT_HIT_RATIO: live.hitRatio,
    GSW_STAT_OVERDIAL_RATE: live.overdialRate,
    GSW_STAT_TIME_TO_COMPLETE: live.timeToComplete,
    statistics: { ...live.actions },
    lists: Object.fromEntries(
      Object.entries(live.lists).map(([name, { actions, ready, waiting, hitRatio, timeToComplete }]) => [
        name,
        {
          ready,
          waiting,
          GSW_STAT_HIT_RATIO: hitRatio,
          GSW_STAT_TIME_TO_COMPLETE: timeToComplete,
          statistics: { ...actions },
        },
      ]),
    ),
  };
}

/** Which campaign group the body of a `/v3/servers` request names, and what it asks of it. @throws OutboundError */
export function serverRequest(body: unknown): { selector: CampaignGroupSelector; data: KvList } {
  const wrapped = isObject(body) && isObject(body.data) ? body.data : body;
  const fields = KvList.read(wrapped);
  if (!fields) throw new OutboundError('invalid-parameter', 'data');
  const campaign = integer(fields, 'campaignId');
  const group = integer(fields, 'groupId');
  const session = integer(fields, 'sessionId');
  const data = KvList.read({ ...renamed(fields), ...fields.list('requestProperties')?.toJSON() }) ?? fields;
  if (session !== undefined && campaign === undefined) return { selector: { dbid: session }, data };
  if (campaign === undefined) throw new OutboundError('invalid-parameter', 'campaignId');
  if (group === undefined) throw new OutboundError('invalid-parameter', 'groupId');
  return { selector: { campaign, group }, data };
}

/** The web API's names of what CommDNs call otherwise. */
function renamed(fields: KvList): JsonObject {
  const pairs = [
    ['dialMode', KEYS.dialMode],
    ['optimizeBy', KEYS.optimizeBy],
    ['optimizeGoal', KEYS.optimizeGoal],
  ] as const;
  return Object.fromEntries(
    pairs.flatMap(([from, to]) => {
      const value = fields.get(from);
      return value === undefined ? [] : [[to, value]];
    }),
  );
}
