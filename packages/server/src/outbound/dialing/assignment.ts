/** A running campaign group whose agents are assigned to it (option `agent-assignment`; spec outbound.md 5.7). */
export interface AssigningGroup {
  dbid: number;
  /** The higher, the earlier it gets agents. */
  priority: number;
  /** Below so many agents it is understaffed; 0: always, -1: never. */
  minimum: number;
  /** Most agents; 0: no limit. */
  maximum: number;
  /** Who may work for it. */
  members: ReadonlySet<string>;
  /** It waits for ports or records for so long that its agents may go elsewhere. */
  letsGo: boolean;
}

/** An agent who is logged in. */
export interface AssignableAgent {
  id: string;
  /** For which group now. */
  group?: number | undefined;
  /** Not in a call nor in the work after one. */
  isFree: boolean;
}

interface Staff {
  group: AssigningGroup;
  agents: AssignableAgent[];
}

/** A decision is looked at again until nothing changes; one that would go round in circles ends here. */
const MOST_ROUNDS = 8;

/**
 * Decides for which campaign group each agent works, so that a second look would change nothing. A pure function.
 *
 * - Who works for a group goes on doing so, unless it lets its agents go and another one can take them.
 * - The others go to understaffed groups before staffed ones, then by priority, then to the one that has fewest.
 * - A group that has fewer than its minimum, or nobody at all, gets free agents of those that have more than theirs.
 */
export function assignAgents(
  groups: readonly AssigningGroup[],
  agents: readonly AssignableAgent[],
): ReadonlyMap<string, number> {
  let assigned = assignOnce(groups, agents);
  for (let round = 1; round < MOST_ROUNDS; round += 1) {
    const before = assigned;
    assigned = assignOnce(
      groups,
      agents.map((agent) => ({ ...agent, group: before.get(agent.id) })),
    );
    if (agents.every(({ id }) => assigned.get(id) === before.get(id))) return before;
  }
  return assigned;
}

function assignOnce(
  groups: readonly AssigningGroup[],
  agents: readonly AssignableAgent[],
): ReadonlyMap<string, number> {
  const staffs = groups.map((group): Staff => ({ group, agents: [] }));
  const unassigned: AssignableAgent[] = [];
  for (const agent of agents) {
    const own = staffs.find(({ group }) => group.dbid === agent.group && group.members.has(agent.id));
    const goes = own?.group.letsGo && agent.isFree && staffs.some((staff) => staff !== own && takes(staff, agent));
    if (own && !goes) own.agents.push(agent);
    else unassigned.push(agent);
  }
  for (const agent of unassigned) {
    const [best] = staffs.filter((staff) => hasRoom(staff, agent)).sort(inOrder);
    best?.agents.push(agent);
  }
  for (const staff of [...staffs].sort(inOrder)) fillUp(staff, staffs);
  return new Map(staffs.flatMap((staff) => staff.agents.map(({ id }) => [id, staff.group.dbid] as const)));
}

function hasRoom({ group, agents }: Staff, agent: AssignableAgent): boolean {
  return group.members.has(agent.id) && (group.maximum === 0 || agents.length < group.maximum);
}

/** Has work and room for an agent. */
function takes(staff: Staff, agent: AssignableAgent): boolean {
  return !staff.group.letsGo && hasRoom(staff, agent);
}

function inOrder(one: Staff, other: Staff): number {
  return (
    Number(one.group.letsGo) - Number(other.group.letsGo) ||
    Number(isUnderstaffed(other)) - Number(isUnderstaffed(one)) ||
    other.group.priority - one.group.priority ||
    one.agents.length - other.agents.length ||
    one.group.dbid - other.group.dbid
  );
}

function isUnderstaffed({ group, agents }: Staff): boolean {
  return group.minimum === 0 || agents.length < group.minimum;
}

function fillUp(staff: Staff, all: readonly Staff[]): void {
  if (staff.group.minimum < 0) return;
  while (staff.agents.length < Math.max(1, staff.group.minimum)) {
    const donors = all.filter((one) => one !== staff && surplus(one) > 0).sort((a, b) => surplus(b) - surplus(a));
    const donor = donors.find((one) => one.agents.some((agent) => agent.isFree && takes(staff, agent)));
    const moved = donor?.agents.find((agent) => agent.isFree && takes(staff, agent));
    if (!donor || !moved) return;
    donor.agents = donor.agents.filter((agent) => agent !== moved);
    staff.agents.push(moved);
  }
}

function surplus({ group, agents }: Staff): number {
  return agents.length - Math.max(1, group.minimum);
}
