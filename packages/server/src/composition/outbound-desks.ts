import type { CampaignCompliance, ComplianceDesk, RecordHistoryDesk } from '../api/index.js';
import { JURISDICTION_OPTION } from '../outbound/compliance/index.js';
import { type Obstacle, outboundApplication, outboundOption } from '../outbound/index.js';
import type { Ground } from './ground.js';
import type { Outbound } from './outbound.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What people are told about a record: its attempts, and why it is not dialed. */
export function recordHistoryDesk(ground: Ground, outbound: Outbound): RecordHistoryDesk {
  const { database, clock, config } = ground;
  const { lists, dialing, campaigns, compliance } = outbound;
  return {
    database,
    clock,
    lists,
    attempts: (list, recordId) => dialing.attempts(list, recordId),
    campaignObstacles: async (record) => {
      const using = [...config.objects('campaigns').values()].filter(({ callingLists }) =>
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
      return running.flatMap(({ name, dbid: number, campaign }): Obstacle[] => {
        const verdict = compliance.check(
          {
            record,
            phone: record.phone,
            phoneKey: record.phoneKey,
            ...(record.customerId !== undefined && { customerId: record.customerId }),
            campaign: campaign.name,
            group: number,
            option: optionOf(ground, name, campaign.name),
            agentGuaranteed: false,
          },
          clock.now(),
        );
        if (verdict.allowed) return [];
        const { rule, reason, until } = verdict;
        return [{ kind: 'rule', reason: `${rule}: ${reason}`, ...(until !== undefined && { until }) }];
      });
    },
  };
}

/** How campaigns stand towards the law. */
export function complianceDesk(ground: Ground, { compliance }: Outbound): ComplianceDesk {
  const { config, database } = ground;
  return {
    report: async (days) => {
      const withinMs = days * DAY_MS;
      const [measured, blocked] = await Promise.all([
        compliance.abandonment(database, withinMs),
        compliance.blocked(database, withinMs),
      ]);
      const names = [...measured, ...blocked].map(({ campaign }) => campaign);
      const campaigns = [...new Set([...config.objects('campaigns').keys(), ...names])].sort();
      return Promise.all(
        campaigns.map(async (campaign): Promise<CampaignCompliance> => {
          const { answered, abandoned, share } = measured.find((one) => one.campaign === campaign) ?? NONE;
          const prevented = blocked.filter((one) => one.campaign === campaign);
          return {
            ...{ campaign, answered, abandoned, share },
            limits: await limitsOf(ground, compliance, campaign),
            blocked: prevented.map(({ rule, count }) => ({ rule, count })),
          };
        }),
      );
    },
  };
}

const NONE = { answered: 0, abandoned: 0, share: 0 };

/** The limits of all jurisdictions that the campaign's groups are under, each measured over its own time. */
async function limitsOf(ground: Ground, compliance: Outbound['compliance'], campaign: string) {
  const groups = [...ground.config.objects('campaign-groups').values()].filter((group) => group.campaign === campaign);
  const options = groups.map(({ name }) => optionOf(ground, name, campaign)(JURISDICTION_OPTION));
  const limits = compliance.abandonmentLimits(options);
  return Promise.all(
    limits.map(async ({ jurisdiction, title, share: limit, withinMs }) => {
      const [measured] = await compliance.abandonment(ground.database, withinMs, campaign);
      const { answered, abandoned, share } = measured ?? NONE;
      return { jurisdiction, title, limit, withinHours: withinMs / HOUR_MS, answered, abandoned, share };
    }),
  );
}

/** An option as dialing reads it for a campaign group. */
function optionOf({ config }: Ground, name: string, campaign: string): (option: string) => string | undefined {
  return outboundOption(config, { name, campaign: { name: campaign }, appId: outboundApplication(config).dbid });
}
