import { instant } from '../../kernel/index.js';
import type { AgentState } from '../../routing/index.js';
import { type Sql, statement } from '../../store/index.js';
import type { DialingConfiguration } from './group-options.js';
import type { OccupiedAgent } from './pacing-port.js';
import type { Board } from './plan.js';

/** What an agent has announced at the desktop. */
export interface DesktopAgent {
  previews: boolean;
  /** Milliseconds since 1970. */
  readyAt?: number;
  leaving: boolean;
}

interface DesktopAgentRow {
  agent: string;
  previews: boolean;
  ready_at: number | null;
  leaving: boolean;
}

const READ = statement('desktop-agent-read', 'select * from desktop_agent where agent = any($1)');
const PREVIEWS = statement(
  'desktop-agent-previews',
  `insert into desktop_agent (agent, previews) values ($1, $2)
   on conflict (agent) do update set previews = excluded.previews`,
);
const READY_AT = statement(
  'desktop-agent-ready-at',
  `insert into desktop_agent (agent, ready_at) values ($1, $2)
   on conflict (agent) do update set ready_at = excluded.ready_at`,
);
const LEAVING = statement(
  'desktop-agent-leaving',
  `insert into desktop_agent (agent, leaving) values ($1, $2)
   on conflict (agent) do update set leaving = excluded.leaving, previews = desktop_agent.previews and not excluded.leaving`,
);

export async function desktopAgents(sql: Sql, agents: readonly string[]): Promise<Map<string, DesktopAgent>> {
  const rows = await sql.query<DesktopAgentRow>(READ, [agents]);
  return new Map(
    rows.map(({ agent, previews, ready_at, leaving }) => [
      agent,
      { previews, leaving, ...(ready_at !== null && { readyAt: ready_at }) },
    ]),
  );
}

export async function setPreviews(sql: Sql, agent: string, on: boolean): Promise<void> {
  await sql.query(PREVIEWS, [agent, on]);
}

export async function setReadyAt(sql: Sql, agent: string, at: number): Promise<void> {
  await sql.query(READY_AT, [agent, instant(at)]);
}

/** Planned log-out: the agent does not count for pacing any more; or logged in again. */
export async function setLeaving(sql: Sql, agent: string, leaving: boolean): Promise<void> {
  await sql.query(LEAVING, [agent, leaving]);
}

/** The agents of a group by their configuration. */
export function agentsOfGroup(configuration: DialingConfiguration, group: string): Set<string> {
  const ids = new Set<string>();
  for (const [id, { groups, enabled }] of configuration.objects('agents')) {
    if (enabled && groups.includes(group)) ids.add(id);
  }
  return ids;
}

/** The agents of a group as a dialer counts them. */
export function countAgents(
  states: readonly AgentState[],
  announced: ReadonlyMap<string, DesktopAgent>,
  now: number,
): Board['agents'] {
  const occupied: OccupiedAgent[] = [];
  const readyAt: number[] = [];
  let ready = 0;
  let loggedIn = 0;
  for (const agent of states) {
    const said = announced.get(agent.id);
    if (agent.state === 'logged-out' || said?.leaving) continue;
    loggedIn += 1;
    if (agent.state === 'ready') ready += 1;
    else if (agent.state === 'after-call-work') occupied.push({ phase: 'wrap', since: agent.since });
    else if (agent.answeredAt !== undefined) occupied.push({ phase: 'talk', since: agent.answeredAt });
    else if (agent.state === 'not-ready' && said?.readyAt !== undefined && said.readyAt > now)
      readyAt.push(said.readyAt);
  }
  return { loggedIn, ready, occupied, readyAt };
}
