import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { instant } from '../../kernel/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { checkedBody } from './body.js';
import { may } from './roles.js';

/** An agent's state as the router keeps it; `since` in milliseconds since 1970, 0 when it never changed. */
export interface AgentPosition {
  id: string;
  state: string;
  since: number;
  reason?: string;
  call?: string;
}

/** What can be done for agents, and what they do; the router's agents are this. Errors: `unknown-agent`, `invalid-state`. */
export interface AgentDesk {
  login(id: string): Promise<AgentPosition>;
  logout(id: string, more?: { reason?: string }): Promise<AgentPosition>;
  ready(id: string): Promise<AgentPosition>;
  notReady(id: string, more?: { reason?: string }): Promise<AgentPosition>;
  state(id: string): AgentPosition | undefined | Promise<AgentPosition | undefined>;
  states(): Iterable<AgentPosition> | Promise<Iterable<AgentPosition>>;
}

interface OneAgent {
  Params: { id: string };
}

const tags = ['agents'];
const params = Type.Object({ id: Type.String() });
const reasonBody = Type.Object(
  { reason: Type.Optional(Type.String({ maxLength: 200 })) },
  { additionalProperties: false },
);
const stateSchema = Type.Object({
  id: Type.String(),
  state: Type.String({ description: 'logged-out, not-ready, ready, reserved, busy or after-call-work' }),
  since: Type.Optional(Type.String({ description: 'ISO 8601; absent when the agent never logged in' })),
  reason: Type.Optional(Type.String()),
  call: Type.Optional(Type.String()),
  phone: Type.Optional(
    Type.String({ description: 'offline, idle, ringing or busy; absent when nothing is known of the telephone' }),
  ),
});
const response = {
  200: stateSchema,
  404: { ...problemSchema, description: 'There is no such agent' },
  409: { ...problemSchema, description: "The agent's state does not allow it" },
};

/**
 * Agent actions and states: `/agents/{id}/login` ..., `/agents/{id}/state`, `/agent-states`.
 * @param phoneOf what the telephone of an agent does, where it is known
 */
export function registerAgents(
  app: FastifyInstance,
  desk: AgentDesk,
  phoneOf: (id: string) => string | undefined = () => undefined,
): void {
  const shown = (position: AgentPosition) => {
    const phone = phoneOf(position.id);
    return { ...shownState(position), ...(phone !== undefined && { phone }) };
  };
  const actions = {
    login: (id: string) => desk.login(id),
    logout: (id: string, more: { reason?: string }) => desk.logout(id, more),
    ready: (id: string) => desk.ready(id),
    'not-ready': (id: string, more: { reason?: string }) => desk.notReady(id, more),
  };
  for (const [action, perform] of Object.entries(actions)) {
    app.post<OneAgent>(
      `/agents/:id/${action}`,
      {
        config: { deed: 'act for agents' },
        schema: { tags, summary: `Make an agent ${action}`, params, body: reasonBody, response },
      },
      async (request) => {
        const { id } = request.params;
        refuseOthers(request, id);
        return shown(await perform(id, checkedBody(request, reasonBody)));
      },
    );
  }

  app.get<OneAgent>(
    '/agents/:id/state',
    { config: { deed: 'act for agents' }, schema: { tags, summary: "Read an agent's state", params, response } },
    async (request, reply) => {
      const { id } = request.params;
      refuseOthers(request, id);
      const position = await desk.state(id);
      return position ? shown(position) : reply.callNotFound();
    },
  );

  app.get(
    '/agent-states',
    {
      config: { deed: 'watch' },
      schema: { tags, summary: "Read all agents' states", response: { 200: Type.Array(stateSchema) } },
    },
    async () => [...(await desk.states())].map(shown).sort((left, right) => (left.id < right.id ? -1 : 1)),
  );
}

/** Agents act for themselves: their user has the agent's id as its name. */
function refuseOthers(request: FastifyRequest, id: string): void {
  const { identity } = request;
  if (may(identity, 'change the floor') || identity?.name === id) return;
  throw new RequestError(403, 'not-allowed', `User "${identity?.name}" may act for the agent of the same name only.`);
}

function shownState({ id, state, since, reason, call }: AgentPosition) {
  return {
    id,
    state,
    ...(since > 0 && { since: instant(since) }),
    ...(reason !== undefined && { reason }),
    ...(call !== undefined && { call }),
  };
}
