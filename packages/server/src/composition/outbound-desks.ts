import type { ComplianceDesk, PlannedAttempt, RecordHistoryDesk } from '../api/index.js';
import { type AttemptView, campaignObstacles, complianceOfCampaigns, recordTimeline } from '../outbound/index.js';
import { type Calls, decisionFacts } from '../telephony/index.js';
import type { Ground } from './ground.js';
import type { Outbound } from './outbound.js';

/** What people are told about a record: its attempts and states, and why it is not dialed. */
export function recordHistoryDesk(ground: Ground, outbound: Outbound, calls: Pick<Calls, 'legs'>): RecordHistoryDesk {
  const { database, clock, config } = ground;
  const { lists, dialing, campaigns, compliance } = outbound;
  const parts = { database, clock, configuration: config, campaigns, compliance };
  return {
    ...{ database, clock, lists },
    attempts: async (list, recordId) => withPlans(await dialing.attempts(list, recordId), calls),
    timeline: (record) => recordTimeline(database, record),
    campaignObstacles: (record) => campaignObstacles(parts, record),
  };
}

/** An attempt bears the id of its customer's leg. */
export async function withPlans(
  attempts: readonly AttemptView[],
  calls: Pick<Calls, 'legs'>,
): Promise<PlannedAttempt[]> {
  const legs = await calls.legs(attempts.map(({ attempt }) => attempt));
  const decisions = new Map(legs.map(({ id, decision }) => [id, decision]));
  return attempts.map((view) => {
    const decision = decisions.get(view.attempt);
    return decision ? { ...view, plan: decisionFacts(decision) } : view;
  });
}

/** How campaigns stand towards the law. */
export function complianceDesk({ config, database }: Ground, { compliance }: Outbound): ComplianceDesk {
  const parts = { database, configuration: config, compliance };
  return { report: (days) => complianceOfCampaigns(parts, days) };
}
