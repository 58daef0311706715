import { instant } from '../../kernel/index.js';
import { parseTarget, type Target } from '../../routing/index.js';
import { type Sql, statement, type Transaction } from '../../store/index.js';
import type { Announcements } from './announcements.js';
import { type AssigningGroup, assignAgents } from './assignment.js';
import { agentsOfGroup, desktopAgents } from './campaign-agents.js';
import { outboundOption } from './group-options.js';
import { allGroups, type StoredGroup, type WaitingFor } from './group-store.js';
import type { LoadedGroup } from './loaded-group.js';
import type { DialingParts } from './parts.js';

const LOCK = statement('agent-assignment-lock', `select pg_advisory_xact_lock(hashtext('agent_assignment'))`);
const ALL = statement('agent-assignment-all', 'select agent, group_dbid from agent_assignment');
const OF_GROUP = statement('agent-assignment-of-group', 'select agent from agent_assignment where group_dbid = $1');
const OF_AGENT = statement('agent-assignment-of-agent', 'select group_dbid from agent_assignment where agent = $1');
const END = statement('agent-assignment-end', 'delete from agent_assignment where agent = any ($1)');
const ASSIGN = statement(
  'agent-assignment-assign',
  `insert into agent_assignment (agent, group_dbid, since)
   select agent, group_dbid, $3 from unnest($1::text[], $2::int[]) n (agent, group_dbid)
   on conflict (agent) do update set group_dbid = excluded.group_dbid, since = excluded.since`,
);

/** How long a group has to wait before its agents go elsewhere, seconds: ours. */
const DEFAULT_TIMEOUT_S = 30;
const DEFAULT_PRIORITY = 1;
const BUSY: ReadonlySet<string> = new Set(['reserved', 'busy', 'after-call-work']);

/**
 * Which agents work for which campaign group. Without option `agent-assignment` everybody works for all campaign groups of
 * his agent groups; with it, for one at a time (assignment.ts). Assignments are rows; the dialer of each such group looks
 * at all of them, one dialer at a time.
 */
export class AgentAssignments {
  readonly #parts: DialingParts;
  readonly #announcements: Announcements;
  readonly #changed: (group: number) => void;
  /** Since when groups wait, as far as this node has seen it. */
  readonly #waiting = new Map<number, { for: WaitingFor; since: number }>();

  /** @param changed the agents of a group are others now */
  constructor(parts: DialingParts, announcements: Announcements, changed: (group: number) => void) {
    this.#parts = parts;
    this.#announcements = announcements;
    this.#changed = changed;
  }

  /** The agents whom a campaign group may count on, logged in or not. */
  async members(sql: Sql, group: LoadedGroup): Promise<Set<string>> {
    const all = agentsOfGroup(this.#parts.configuration, group.group.name);
    if (!this.#isOn(group)) return all;
    return new Set((await this.#assigned(sql, group)).filter((agent) => all.has(agent)));
  }

  /** Whether the agent, who belongs to the agent group, works for the campaign group now. */
  async worksFor(sql: Sql, agent: string, group: LoadedGroup): Promise<boolean> {
    if (!this.#isOn(group)) return true;
    const [row] = await sql.query<{ group_dbid: number }>(OF_AGENT, [agent]);
    return row?.group_dbid === group.dbid;
  }

  /** Where the router looks for an agent: those of the group; all of the agent group where none is assigned. */
  async targets(sql: Sql, group: LoadedGroup): Promise<Target[]> {
    const assigned = this.#isOn(group) ? await this.#assigned(sql, group) : [];
    if (assigned.length === 0) return [parseTarget(group.group.name, { type: 'GA' })];
    return assigned.map((agent) => parseTarget(agent, { type: 'A' }));
  }

  /** Assigns the agents anew, if the group takes part in it. */
  async assign(tx: Transaction, group: StoredGroup): Promise<void> {
    if (!this.#isOn(group)) return;
    await tx.query(LOCK);
    const groups = (await allGroups(tx)).filter((one) => one.state === 'running' && this.#isOn(one));
    const before = new Map(
      (await tx.query<{ agent: string; group_dbid: number }>(ALL)).map((row) => [row.agent, row.group_dbid]),
    );
    const agents = await this.#agents(tx, before);
    const after = assignAgents(
      groups.map((one) => this.#assigning(one)),
      agents,
    );
    const gone = [...before.keys()].filter((agent) => !after.has(agent));
    const moved = [...after].filter(([agent, dbid]) => before.get(agent) !== dbid);
    if (gone.length > 0) await tx.query(END, [gone]);
    if (moved.length > 0) {
      const at = instant(this.#parts.clock.now());
      await tx.query(ASSIGN, [moved.map(([agent]) => agent), moved.map(([, dbid]) => dbid), at]);
    }
    this.#tell(tx, groups, moved);
    const concerned = new Set([...gone, ...moved.map(([agent]) => agent)].map((agent) => before.get(agent)));
    for (const [, dbid] of moved) concerned.add(dbid);
    concerned.delete(group.dbid);
    tx.afterCommit(() => {
      for (const dbid of concerned) if (dbid !== undefined) this.#changed(dbid);
    });
  }

  #isOn(group: LoadedGroup): boolean {
    return isTrue(outboundOption(this.#parts.configuration, group)('agent-assignment'));
  }

  async #assigned(sql: Sql, { dbid }: LoadedGroup): Promise<string[]> {
    return (await sql.query<{ agent: string }>(OF_GROUP, [dbid])).map(({ agent }) => agent);
  }

  /** Everybody who is logged in and has not announced to leave. */
  async #agents(tx: Transaction, assigned: ReadonlyMap<string, number>) {
    const states = (await this.#parts.agents.states(tx)).filter(({ state }) => state !== 'logged-out');
    const said = await desktopAgents(
      tx,
      states.map(({ id }) => id),
    );
    return states
      .filter(({ id }) => !said.get(id)?.leaving)
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .map(({ id, state }) => ({ id, isFree: !BUSY.has(state), group: assigned.get(id) }));
  }

  #assigning(group: StoredGroup): AssigningGroup {
    const { configuration } = this.#parts;
    const option = outboundOption(configuration, group);
    const number = (name: string, absent: number) => wholeNumber(option(name)) ?? absent;
    return {
      dbid: group.dbid,
      priority: number('agent-assignment-priority', DEFAULT_PRIORITY),
      minimum: number('agent-assignment-min-num', 0),
      maximum: Math.max(0, number('agent-assignment-max-num', 0)),
      members: agentsOfGroup(configuration, group.group.name),
      letsGo: this.#letsGo(group, option),
    };
  }

  #letsGo(group: StoredGroup, option: (name: string) => string | undefined): boolean {
    const now = this.#parts.clock.now();
    const { waitingFor } = group;
    const known = this.#waiting.get(group.dbid);
    if (waitingFor === undefined) this.#waiting.delete(group.dbid);
    else if (known?.for !== waitingFor) this.#waiting.set(group.dbid, { for: waitingFor, since: now });
    if (waitingFor !== 'ports' && waitingFor !== 'records') return false;
    const name = `agent-reassignment-if-waiting-${waitingFor}`;
    if (!isTrue(option(name))) return false;
    const seconds = wholeNumber(option(`${name}-timeout`)) ?? DEFAULT_TIMEOUT_S;
    return now - (this.#waiting.get(group.dbid)?.since ?? now) >= seconds * 1000;
  }

  #tell(tx: Transaction, groups: readonly StoredGroup[], moved: readonly (readonly [string, number])[]): void {
    const { configuration } = this.#parts;
    for (const [agent, dbid] of moved) {
      const group = groups.find((one) => one.dbid === dbid);
      if (!group) continue;
      this.#announcements.send(tx, agent, {
        userEvent: 'CampaignGroupAssigned',
        keys: {
          GSW_APPLICATION_ID: group.appId,
          GSW_CAMPAIGN_NAME: group.campaign.name,
          GSW_CAMPAIGN_DESCRIPTION: configuration.object('campaigns', group.campaign.name)?.description ?? '',
          GSW_CAMPAIGN_GROUP_NAME: group.name,
          GSW_CAMPAIGN_GROUP_DESCRIPTION: configuration.object('campaign-groups', group.name)?.description ?? '',
        },
      });
    }
  }
}

function isTrue(text: string | undefined): boolean {
  return /^(true|yes|1)$/i.test(text?.trim() ?? '');
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  return Number.isInteger(value) ? value : undefined;
}
