import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { request } from './request.js';

/** The states of a campaign group (Outbound Contact, `GSW_CM_AttrGroupCampStatus`). */
export const CAMPAIGN_STATUSES = [
  'NotLoaded',
  'Inactive',
  'Active',
  'Running',
  'WaitingUnload',
  'UnloadInProgress',
] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** How far a call that is under way has come. */
export const CALL_STAGES = ['dialing', 'ringing', 'answered', 'talking'] as const;
export type CallStage = (typeof CALL_STAGES)[number];

/** What may be asked of a campaign group. */
export type CampaignOperation = 'load' | 'start' | 'stop' | 'unload' | 'force-unload';

/** A campaign group with what it has done since it was loaded. Shares are between 0 and 1. */
export interface CampaignGroup {
  name: string;
  campaign: string;
  group: string;
  status: CampaignStatus;
  dialMode: string;
  optimizeBy: string;
  optimizeGoal: number;
  /** The agent group whose sequence holds it. */
  sequence?: string;
  startedAt?: number;
  dialed: number;
  answered: number;
  abandoned: number;
  processed: number;
  /** Abandoned and dropped calls over live answers. */
  overdialRate?: number;
  /** What that share is kept below. */
  overdialLimit: number;
  busyFactor?: number;
  /** In seconds. */
  timeToComplete?: number;
  agents: { loggedIn: number; ready: number; occupied: number };
  waitingFor: string[];
}

/** All campaign groups that are configured, each with its live figures, from `/api/v1/campaign-groups`. */
export function useCampaignGroups() {
  return useQuery({
    queryKey: ['campaign-groups'],
    queryFn: async ({ signal }) => {
      const configured = objects(await request('/api/v1/campaign-groups?limit=1000', { signal }));
      const names = configured.flatMap((members) => {
        const [campaign, group] = [text(members, 'campaign'), text(members, 'group')];
        return campaign === undefined || group === undefined ? [] : [`${campaign}@${group}`];
      });
      const live = names.map((name) => request(`${pathOf(name)}/statistics`, { signal }));
      return (await Promise.all(live)).flatMap((members) => (isObject(members) ? parseCampaignGroup(members) : []));
    },
    refetchInterval: 3_000,
  });
}

/** How many calls of a campaign group are under way, by stage. The live feed keeps it fresh. */
export function useCampaignCalls(name: string) {
  return useQuery({
    queryKey: ['campaign-calls', name],
    queryFn: async ({ signal }): Promise<Readonly<Record<CallStage, number>>> => {
      const answer = await request(`${pathOf(name)}/calls`, { signal });
      const count = (stage: CallStage) => (isObject(answer) ? (number(answer, stage) ?? 0) : 0);
      return {
        dialing: count('dialing'),
        ringing: count('ringing'),
        answered: count('answered'),
        talking: count('talking'),
      };
    },
    refetchInterval: 3_000,
  });
}

/** Asks something of a campaign group; its figures are read again afterwards, whatever the answer. */
export function useCampaignOperation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, operation }: { name: string; operation: CampaignOperation }) =>
      request(`${pathOf(name)}/${operation}`, { method: 'POST', body: {} }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['campaign-groups'] }),
  });
}

/** What can be done with a campaign group in a state (spec of the original: campaign group states). */
export function operationsIn(status: CampaignStatus): CampaignOperation[] {
  switch (status) {
    case 'NotLoaded':
      return ['load'];
    case 'Inactive':
    case 'Active':
      return ['start', 'unload'];
    case 'Running':
      return ['stop', 'unload'];
    case 'WaitingUnload':
    case 'UnloadInProgress':
      return ['force-unload'];
  }
}

export function parseCampaignGroup(members: Members): CampaignGroup[] {
  const name = text(members, 'name');
  const status = CAMPAIGN_STATUSES.find((known) => known === members.status);
  if (name === undefined || status === undefined) return [];
  const agents = isObject(members.agents) ? members.agents : {};
  const group: CampaignGroup = {
    name,
    status,
    campaign: text(members, 'campaign') ?? name,
    group: text(members, 'group') ?? '',
    dialMode: text(members, 'dialMode') ?? '',
    optimizeBy: text(members, 'optimizeBy') ?? '',
    optimizeGoal: number(members, 'optimizeGoal') ?? 0,
    dialed: number(members, 'dialed') ?? 0,
    answered: number(members, 'answered') ?? 0,
    abandoned: number(members, 'abandoned') ?? 0,
    processed: number(members, 'processed') ?? 0,
    overdialLimit: number(members, 'overdialLimit') ?? 0,
    agents: {
      loggedIn: number(agents, 'loggedIn') ?? 0,
      ready: number(agents, 'ready') ?? 0,
      occupied: number(agents, 'occupied') ?? 0,
    },
    waitingFor: Array.isArray(members.waitingFor) ? members.waitingFor.filter((one) => typeof one === 'string') : [],
  };
  const sequence = text(members, 'sequence');
  if (sequence !== undefined) group.sequence = sequence;
  const startedAt = instant(members, 'startedAt');
  if (startedAt !== undefined) group.startedAt = startedAt;
  for (const figure of ['overdialRate', 'busyFactor', 'timeToComplete'] as const) {
    const value = number(members, figure);
    if (value !== undefined) group[figure] = value;
  }
  return [group];
}

function pathOf(name: string): string {
  return `/api/v1/campaign-groups/${encodeURIComponent(name)}`;
}
