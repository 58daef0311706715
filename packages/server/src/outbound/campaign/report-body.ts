import { Zone } from '../../calendar/index.js';
import type { JsonObject } from '../../kernel/index.js';
import type { AttemptCall, AttemptView } from '../dialing/index.js';
import { CallResult, type ListRecord, originOf } from '../list/index.js';
import type { GroupView } from './group-record.js';
import { lifeOf, TENANT } from './state-report.js';

/** What is reported: an attempt as it is dialed (0) or finalised (1), or a chain that has been processed. */
export interface ReportFacts {
  group: number;
  list: string;
  recordId: number;
  chainId: number;
  chainN: number;
  handle: number;
  attempt?: string;
  /** GSW_HIST_SEQUENCE_NUM. */
  sequence?: 0 | 1;
  result?: number;
  why?: string;
  /** Milliseconds since 1970. */
  at: number;
}

const SECOND_MS = 1000;

/** What a report is made of. */
export interface Reported {
  facts: ReportFacts;
  group: GroupView;
  record: ListRecord | undefined;
  attempt: AttemptView | undefined;
  call: AttemptCall;
  /** DBID of the calling list. */
  listDbid: number | undefined;
}

/** The body of a report; what is not known is not in it. Times: seconds since 1970, UTC. */
export function reportBody(kind: 'history' | 'contact-processed', reported: Reported): JsonObject {
  const { facts, group, record, attempt, call, listDbid } = reported;
  const blockedBy = attempt?.blockedBy ?? facts.why;
  const origin = originOf(record?.phoneKey ?? '');
  const body: Record<string, string | number | undefined> = {
    GSW_TENANT_NAME: TENANT.name,
    GSW_CAMPAIGN_NAME: group.campaign.name,
    GSW_CAMPAIGN_DBID: group.campaign.dbid,
    GSW_CAMPAIGN_TEMPLATE_NAME: group.campaign.name,
    GSW_CAMPAIGN_GROUP_NAME: group.name,
    GSW_CAMPAIGN_GROUP_DBID: group.dbid,
    GSW_CAMPAIGN_GROUP_GUID: lifeOf(group),
    GSW_CALLING_LIST: facts.list,
    GSW_CALLING_LIST_DBID: listDbid,
    GSW_RECORD_HANDLE: facts.handle,
    GSW_CHAIN_ID: facts.chainId,
    GSW_CHAIN_N: facts.chainN,
    GSW_CALL_ATTEMPT_GUID: facts.attempt,
    GSW_CALL_RESULT: facts.result ?? attempt?.result,
    GSW_PHONE: attempt?.phone ?? record?.phone,
    GSW_PHONE_TYPE: record?.phoneType,
    GSW_CUSTOMER_ID: record?.customerId,
    GSW_TZ_NAME: record?.tzName,
    GSW_TZ_OFFSET: record && Zone.named(record.zone).offsetAt(facts.at) / SECOND_MS,
    GSW_D_TZ_JAVA_NAME: record?.zone,
    GSW_COUNTRY_CODE: origin.country,
    GSW_D_COUNTRY_CODE: origin.country,
    GSW_D_AREA_CODE: origin.areaCode,
    GSW_ATTEMPTS: record?.attempt,
    GSW_AGENT_ID: attempt?.agentId ?? record?.agentId,
    GSW_SCHEDULED_TIME: seconds(record?.scheduledAt),
    GSW_CALL_TIME: seconds(attempt?.dialedAt),
    GSW_BLOCKING_RULE: blockedBy,
    GSW_BLOCKING_RULE_TYPE: blockedBy && ruleType(blockedBy),
  };
  if (kind === 'history') {
    Object.assign(body, {
      GSW_HIST_SEQUENCE_NUM: facts.sequence,
      GSW_START_PROCESSING: seconds(attempt?.at),
      GSW_ANSWERED: seconds(attempt?.answeredAt),
      GSW_AGENT_RINGING: seconds(call.agentRingingAt),
      GSW_AGENT_ANSWERED: seconds(attempt?.connectedAt),
      GSW_AGENT_RELEASED: attempt?.connectedAt === undefined ? undefined : seconds(attempt.endedAt),
      GSW_ABANDONED: isAbandoned(attempt) ? seconds(attempt?.endedAt ?? facts.at) : undefined,
      GSW_CPN_DIGITS_SET: call.from,
      GSW_COMPLETE_PROCESSING: facts.sequence === 1 ? seconds(facts.at) : undefined,
    });
  }
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / SECOND_MS);
}

function isAbandoned(attempt: AttemptView | undefined): boolean {
  return attempt?.result === CallResult.Abandoned || attempt?.result === CallResult.Dropped;
}

/** What kind of rule has kept a record from being dialed: `do-not-call`, or the rule packs of a jurisdiction. */
function ruleType(blockedBy: string): string {
  return blockedBy.startsWith('do-not-call') ? 'do-not-call' : 'jurisdiction';
}
