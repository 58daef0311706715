import { holds, unmetConditions } from './skill-expression.js';
import type { Target } from './target.js';

/** What the configuration says about an agent, as far as routing needs it. */
export interface AgentProfile {
  readonly id: string;
  readonly dn: string;
  readonly dbid?: number;
  readonly skills: Readonly<Record<string, number>>;
  /** Names of the agent groups that the agent belongs to. */
  readonly groups: readonly string[];
  /** Names of the virtual queues that the agent serves by configuration. */
  readonly queues?: readonly string[];
  /** The agent's telephone is known to be off: nobody is sent there. */
  readonly isOffline?: true;
}

/**
 * Whether a target means this agent. A virtual queue means the agents who serve it by configuration and the agent
 * group that bears its name; a DN means the agent who sits at it.
 */
export function qualifies(agent: AgentProfile, target: Target): boolean {
  switch (target.kind) {
    case 'agent':
      return agent.id === target.name;
    case 'dn':
      return agent.dn === target.name;
    case 'agent-group':
      return agent.groups.includes(target.name);
    case 'queue':
      return agent.groups.includes(target.name) || agent.queues?.includes(target.name) === true;
    case 'skill':
      return holds(target.expression, (skill) => skillLevel(agent, skill));
  }
}

/** Why a target does not mean an agent. */
export function disqualification(agent: AgentProfile, target: Target): { reason: string; detail?: string } {
  switch (target.kind) {
    case 'agent':
    case 'dn':
      return { reason: 'another-agent' };
    case 'agent-group':
      return { reason: 'not-in-group' };
    case 'queue':
      return { reason: 'not-in-queue' };
    case 'skill': {
      const unmet = unmetConditions(target.expression, (skill) => skillLevel(agent, skill));
      return { reason: 'lacks-skill', detail: unmet.slice(0, 3).join('; ') };
    }
  }
}

function skillLevel(agent: AgentProfile, skill: string): number {
  return Object.hasOwn(agent.skills, skill) ? (agent.skills[skill] ?? 0) : 0;
}
