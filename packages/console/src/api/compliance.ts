import { useQuery } from '@tanstack/react-query';
import { isObject, type Members, number, objects, text } from './json.js';
import { request } from './request.js';

/** Calls that a person answered, and those of them that found nobody. */
export interface Abandonment {
  answered: number;
  abandoned: number;
  /** Between 0 and 1. */
  share: number;
}

/** A limit of a jurisdiction, measured over the time that it names. */
export interface AbandonmentLimit extends Abandonment {
  jurisdiction: string;
  title: string;
  limit: number;
  withinHours: number;
}

export interface CampaignCompliance extends Abandonment {
  campaign: string;
  limits: AbandonmentLimit[];
  blocked: { rule: string; count: number }[];
}

const REFRESH_MS = 15_000;

/** How each campaign stands towards the law, from `GET /api/v1/compliance`. */
export function useCompliance(days: number) {
  return useQuery({
    queryKey: ['compliance', days],
    queryFn: async ({ signal }) => {
      const body = await request(`/api/v1/compliance?days=${days}`, { signal });
      return objects(isObject(body) ? body.campaigns : undefined).flatMap(parseCampaign);
    },
    refetchInterval: REFRESH_MS,
  });
}

function parseCampaign(members: Members): CampaignCompliance[] {
  const campaign = text(members, 'campaign');
  if (campaign === undefined) return [];
  return [
    {
      campaign,
      ...parseAbandonment(members),
      limits: objects(members.limits).map((limit) => ({
        jurisdiction: text(limit, 'jurisdiction') ?? '',
        title: text(limit, 'title') ?? '',
        limit: number(limit, 'limit') ?? 0,
        withinHours: number(limit, 'withinHours') ?? 0,
        ...parseAbandonment(limit),
      })),
      blocked: objects(members.blocked).map((blocked) => ({
        rule: text(blocked, 'rule') ?? '',
        count: number(blocked, 'count') ?? 0,
      })),
    },
  ];
}

function parseAbandonment(members: Members): Abandonment {
  return {
    answered: number(members, 'answered') ?? 0,
    abandoned: number(members, 'abandoned') ?? 0,
    share: number(members, 'share') ?? 0,
  };
}
