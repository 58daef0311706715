import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { request } from './request.js';

export const AGENT_STATES = ['logged-out', 'not-ready', 'ready', 'reserved', 'busy', 'after-call-work'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** What a supervisor can do to an agent: the last part of `POST /api/v1/agents/{id}/...`. */
export type AgentAction = 'login' | 'ready' | 'not-ready' | 'logout';

export interface Agent {
  id: string;
  /** First and last name, or the id when there are none. */
  name: string;
  dn: string;
  skills: Readonly<Record<string, number>>;
  groups: readonly string[];
}

/** An agent's present state; `since` in milliseconds since 1970. */
export interface AgentPresence {
  id: string;
  state: AgentState;
  since?: number;
  reason?: string;
  call?: string;
}

function parseAgent(agent: Members): Agent[] {
  const id = text(agent, 'id');
  if (id === undefined) return [];
  const name = [text(agent, 'firstName'), text(agent, 'lastName')].filter((part) => part !== undefined).join(' ');
  const skills = isObject(agent.skills) ? agent.skills : {};
  return [
    {
      id,
      name: name === '' ? id : name,
      dn: text(agent, 'dn') ?? '',
      skills: Object.fromEntries(Object.keys(skills).map((skill) => [skill, number(skills, skill) ?? 0])),
      groups: Array.isArray(agent.groups) ? agent.groups.map(String) : [],
    },
  ];
}

function parsePresence(presence: Members): AgentPresence[] {
  const id = text(presence, 'id');
  const state = AGENT_STATES.find((known) => known === presence.state);
  if (id === undefined || state === undefined) return [];
  const parsed: AgentPresence = { id, state };
  const since = instant(presence, 'since');
  if (since !== undefined) parsed.since = since;
  const reason = text(presence, 'reason');
  if (reason !== undefined) parsed.reason = reason;
  const call = text(presence, 'call');
  if (call !== undefined) parsed.call = call;
  return [parsed];
}

/** Every configured agent, from `GET /api/v1/agents`. */
export function useAgents() {
  return useQuery({
    queryKey: ['agents'],
    queryFn: async ({ signal }) => objects(await request('/api/v1/agents?limit=1000', { signal })).flatMap(parseAgent),
  });
}

/** The state of every agent by agent id, from `GET /api/v1/agent-states`. The live feed keeps it fresh. */
export function useAgentStates() {
  return useQuery({
    queryKey: ['agent-states'],
    queryFn: async ({ signal }) => {
      const states = objects(await request('/api/v1/agent-states', { signal })).flatMap(parsePresence);
      return new Map(states.map((presence) => [presence.id, presence]));
    },
  });
}

/** Logs an agent in or out, or makes the agent ready or not ready. */
export function useAgentAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, action }: { id: string; action: AgentAction }) =>
      request(`/api/v1/agents/${encodeURIComponent(id)}/${action}`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['agent-states'] }),
  });
}
