import type { Clock } from '../kernel/index.js';
import type { Sql } from '../store/index.js';
import { outboundApplication } from './application.js';
import type { CampaignConfiguration, GroupView } from './campaign/index.js';
import type { Compliance } from './compliance/index.js';
import { outboundOption } from './dialing/index.js';
import type { ListRecord, Obstacle } from './list/index.js';

export interface CampaignObstaclesParts {
  database: Sql;
  configuration: CampaignConfiguration;
  campaigns: { loaded(): Promise<readonly GroupView[]> };
  compliance: Pick<Compliance, 'verdict'>;
  clock: Clock;
}

/**
 * What campaigns and jurisdictions have against dialing a record now: no campaign over its list is running, or the rules
 * of one that is forbid it.
 */
export async function campaignObstacles(parts: CampaignObstaclesParts, record: ListRecord): Promise<Obstacle[]> {
  const { configuration, campaigns, database, compliance, clock } = parts;
  const using = [...configuration.objects('campaigns').values()].filter(({ callingLists }) =>
    callingLists?.some(({ name, isActive, share }) => name === record.list && isActive && share > 0),
  );
  if (using.length === 0) return [{ kind: 'campaign', reason: 'No campaign uses its calling list.' }];
  const names = new Set(using.map(({ name }) => name));
  const running = (await campaigns.loaded()).filter(
    ({ campaign, status }) => status === 'Running' && names.has(campaign.name),
  );
  if (running.length === 0) {
    const reason = `No campaign over its calling list is running (${[...names].join(', ')}).`;
    return [{ kind: 'campaign', reason }];
  }
  const { dbid: appId } = outboundApplication(configuration);
  const obstacles: Obstacle[] = [];
  for (const { name, dbid: group, campaign } of running) {
    const verdict = await compliance.verdict(
      database,
      {
        record,
        phone: record.phone,
        phoneKey: record.phoneKey,
        ...(record.customerId !== undefined && { customerId: record.customerId }),
        campaign: campaign.name,
        group,
        option: outboundOption(configuration, { name, campaign, appId }),
        agentGuaranteed: false,
      },
      clock.now(),
    );
    if (verdict.allowed) continue;
    const { rule, reason, until } = verdict;
    obstacles.push({ kind: 'rule', reason: `${rule}: ${reason}`, ...(until !== undefined && { until }) });
  }
  return obstacles;
}
