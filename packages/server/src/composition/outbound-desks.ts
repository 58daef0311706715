import type { ComplianceDesk, RecordHistoryDesk } from '../api/index.js';
import { campaignObstacles, complianceOfCampaigns, recordTimeline } from '../outbound/index.js';
import type { Ground } from './ground.js';
import type { Outbound } from './outbound.js';

/** What people are told about a record: its attempts and states, and why it is not dialed. */
export function recordHistoryDesk(ground: Ground, outbound: Outbound): RecordHistoryDesk {
  const { database, clock, config } = ground;
  const { lists, dialing, campaigns, compliance } = outbound;
  const parts = { database, clock, configuration: config, campaigns, compliance };
  return {
    ...{ database, clock, lists },
    attempts: (list, recordId) => dialing.attempts(list, recordId),
    timeline: (record) => recordTimeline(database, record),
    campaignObstacles: (record) => campaignObstacles(parts, record),
  };
}

/** How campaigns stand towards the law. */
export function complianceDesk({ config, database }: Ground, { compliance }: Outbound): ComplianceDesk {
  const parts = { database, configuration: config, compliance };
  return { report: (days) => complianceOfCampaigns(parts, days) };
}
