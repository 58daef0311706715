import { instant, type JsonObject } from '../../kernel/index.js';
import type { ListRecord } from './record.js';

/** What the journal says about a record. */
export function stateOf(record: ListRecord): JsonObject {
  return {
    list: record.list,
    record_id: record.recordId,
    chain_id: record.chainId,
    chain_n: record.chainN,
    phone: record.phone,
    record_type: record.recordType,
    record_status: record.recordStatus,
    call_result: record.callResult,
    attempt: record.attempt,
    ...(record.scheduledAt !== undefined && { scheduled_at: instant(record.scheduledAt) }),
    ...(record.campaignId !== undefined && { campaign_id: record.campaignId }),
    ...(record.groupId !== undefined && { group_id: record.groupId }),
    ...(record.treatments !== undefined && { treatments: record.treatments }),
  };
}
