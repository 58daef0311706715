import type { Sql } from '../store/index.js';
import { outboundApplication } from './application.js';
import type { CampaignConfiguration } from './campaign/index.js';
import { type Compliance, JURISDICTION_OPTION } from './compliance/index.js';
import { outboundOption } from './dialing/index.js';

/** A campaign towards the limits of its jurisdictions, and what their rules have prevented. */
export interface CampaignCompliance {
  campaign: string;
  /** Live answers, and those of them that found nobody. */
  answered: number;
  abandoned: number;
  /** Abandoned over answered calls. */
  share: number;
  limits: readonly {
    jurisdiction: string;
    title: string;
    /** The share that may be abandoned, and within which time. */
    limit: number;
    withinHours: number;
    answered: number;
    abandoned: number;
    share: number;
  }[];
  blocked: readonly { rule: string; count: number }[];
}

export interface CampaignComplianceParts {
  database: Sql;
  configuration: CampaignConfiguration;
  compliance: Pick<Compliance, 'abandonment' | 'blocked' | 'abandonmentLimits'>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NONE = { answered: 0, abandoned: 0, share: 0 };

/** How campaigns stand towards the law: all that have dialed within so many days or are configured, by name. */
export async function complianceOfCampaigns(
  parts: CampaignComplianceParts,
  days: number,
): Promise<CampaignCompliance[]> {
  const { database, configuration, compliance } = parts;
  const withinMs = days * DAY_MS;
  const [measured, blocked] = await Promise.all([
    compliance.abandonment(database, withinMs),
    compliance.blocked(database, withinMs),
  ]);
  const names = [...measured, ...blocked].map(({ campaign }) => campaign);
  const campaigns = [...new Set([...configuration.objects('campaigns').keys(), ...names])].sort();
  return Promise.all(
    campaigns.map(async (campaign): Promise<CampaignCompliance> => {
      const { answered, abandoned, share } = measured.find((one) => one.campaign === campaign) ?? NONE;
      const prevented = blocked.filter((one) => one.campaign === campaign);
      return {
        ...{ campaign, answered, abandoned, share },
        limits: await limitsOf(parts, campaign),
        blocked: prevented.map(({ rule, count }) => ({ rule, count })),
      };
    }),
  );
}

/** The limits of all jurisdictions that the campaign's groups are under, each measured over its own time. */
async function limitsOf({ database, configuration, compliance }: CampaignComplianceParts, campaign: string) {
  const { dbid: appId } = outboundApplication(configuration);
  const groups = [...configuration.objects('campaign-groups').values()].filter((group) => group.campaign === campaign);
  const options = groups.map(({ name }) =>
    outboundOption(configuration, { name, campaign: { name: campaign }, appId })(JURISDICTION_OPTION),
  );
  return Promise.all(
    compliance.abandonmentLimits(options).map(async ({ jurisdiction, title, share: limit, withinMs }) => {
      const [measured] = await compliance.abandonment(database, withinMs, campaign);
      const { answered, abandoned, share } = measured ?? NONE;
      return { jurisdiction, title, limit, withinHours: withinMs / HOUR_MS, answered, abandoned, share };
    }),
  );
}
