import { isDeepStrictEqual } from 'node:util';
import { type Logger, RingbackError } from '../kernel/index.js';
import { type AgentProfile, qualifies } from './qualification.js';
import type { Target } from './target.js';
import { parseTargets } from './target-list.js';

type OptionMap = Readonly<Record<string, string>>;

/** What routing reads of a configured agent. */
export interface ConfiguredAgent {
  readonly id: string;
  readonly dn: string;
  readonly dbid?: number;
  readonly skills: Readonly<Record<string, number>>;
  readonly groups: readonly string[];
  readonly enabled?: boolean;
  readonly options?: OptionMap;
}

/** What routing reads of an agent group or a virtual queue. */
export interface ConfiguredGroup {
  readonly enabled?: boolean;
  readonly alias?: string;
  readonly options?: OptionMap;
}

/** What routing needs of the configuration. */
export interface RoutingConfiguration {
  objects(kind: 'agents'): ReadonlyMap<string, ConfiguredAgent>;
  objects(kind: 'agent-groups'): ReadonlyMap<string, ConfiguredGroup>;
  objects(kind: 'virtual-queues'): ReadonlyMap<string, ConfiguredGroup>;
  section(name: string): OptionMap;
  onChange(handler: (change: { kind: string; name: string }) => void): () => void;
}

/** What routing asks about telephones. */
export interface PhonePresence {
  /** Whether the telephone at a DN is known to be off. */
  isOffline(dn: string): boolean;
  /** Hears that the answer for a DN is another one now. */
  onChange(handler: (dn: string) => void): () => void;
}

interface ServedQueue {
  names: readonly string[];
  targets: readonly Target[];
}

/**
 * The configured agents as routing sees them: those who are enabled, in the groups that are not disabled, serving the
 * virtual queues whose option `targets` means them, and whether their telephones are off. A profile that has not changed
 * stays the same object.
 */
export class Staff {
  readonly #configuration: RoutingConfiguration;
  readonly #log: Logger;
  readonly #phones: Pick<PhonePresence, 'isOffline'> | undefined;
  readonly #profiles = new Map<string, AgentProfile>();

  /** @param phones absent: every telephone is there */
  constructor(configuration: RoutingConfiguration, log: Logger, phones?: Pick<PhonePresence, 'isOffline'>) {
    this.#configuration = configuration;
    this.#log = log;
    this.#phones = phones;
    this.refresh();
  }

  profile(id: string): AgentProfile | undefined {
    return this.#profiles.get(id);
  }

  profiles(): Iterable<AgentProfile> {
    return this.#profiles.values();
  }

  ids(): string[] {
    return [...this.#profiles.keys()].sort();
  }

  /**
   * Reads the configuration again.
   * @param only the agent that has changed; all if absent
   * @returns the ids of the agents whose profile is another one now, or who are there no more
   */
  refresh(only?: string): string[] {
    const agents = this.#configuration.objects('agents');
    const groups = this.#configuration.objects('agent-groups');
    const served = this.#servedQueues();
    const ids = only === undefined ? new Set([...this.#profiles.keys(), ...agents.keys()]) : [only];
    const changed: string[] = [];
    for (const id of ids) {
      const agent = agents.get(id);
      const known = this.#profiles.get(id);
      const isOffline = agent !== undefined && this.#phones?.isOffline(agent.dn) === true;
      const profile = agent && agent.enabled !== false ? profileOf(agent, groups, served, isOffline) : undefined;
      if (isDeepStrictEqual(profile, known)) continue;
      changed.push(id);
      if (profile) this.#profiles.set(id, profile);
      else this.#profiles.delete(id);
    }
    return changed;
  }

  /** @throws RingbackError `unknown-agent` */
  require(id: string): AgentProfile {
    const profile = this.#profiles.get(id);
    if (!profile) throw new RingbackError('unknown-agent', `There is no agent ${id} in the configuration.`);
    return profile;
  }

  /**
   * After how many milliseconds the after-call work of an agent ends by itself: option `wrap-up-time` (seconds) of the
   * agent, else of section `routing`; undefined = it lasts until the agent ends it.
   */
  wrapUpMs(id: string): number | undefined {
    const own = this.#configuration.objects('agents').get(id)?.options?.['wrap-up-time'];
    const text = own?.trim() ? own : this.#configuration.section('routing')['wrap-up-time'];
    const seconds = Number(text ?? 0);
    return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : undefined;
  }

  /** The agent who sits at a DN. */
  at(dn: string): AgentProfile | undefined {
    for (const profile of this.#profiles.values()) if (profile.dn === dn) return profile;
    return undefined;
  }

  /** The agents who share a DN. */
  allAt(dn: string): AgentProfile[] {
    return [...this.#profiles.values()].filter((profile) => profile.dn === dn);
  }

  /** The agents whom a target means, by id. */
  meantBy(target: Target): AgentProfile[] {
    const meant = [...this.#profiles.values()].filter((profile) => qualifies(profile, target));
    return meant.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** True if the configuration knows the target. */
  knows(target: Target): boolean {
    return this.#knows(target);
  }

  /** True if a virtual queue of that name is configured. */
  hasQueue(name: string): boolean {
    return this.#configuration.objects('virtual-queues').has(name);
  }

  /** An option of section `routing`. */
  option(name: string): string | undefined {
    return this.#configuration.section('routing')[name];
  }

  /**
   * True if the configuration knows at least one of the targets, so that somebody may serve it some day. Anything may
   * be known some day while no agent at all is configured.
   */
  knowsAny(targets: readonly Target[]): boolean {
    return this.#profiles.size === 0 || targets.some((target) => this.#knows(target));
  }

  #knows(target: Target): boolean {
    if (target.kind === 'skill') return true;
    if (target.kind === 'agent') return this.#profiles.has(target.name);
    const isGroup = this.#configuration.objects('agent-groups').has(target.name);
    if (target.kind !== 'dn' && isGroup) return true;
    if (target.kind === 'queue' && this.#configuration.objects('virtual-queues').has(target.name)) return true;
    for (const profile of this.#profiles.values()) if (qualifies(profile, target)) return true;
    return false;
  }

  #servedQueues(): ServedQueue[] {
    const served: ServedQueue[] = [];
    for (const [name, queue] of this.#configuration.objects('virtual-queues')) {
      const text = queue.options?.targets?.trim();
      if (!text || queue.enabled === false) continue;
      try {
        served.push({ names: queue.alias ? [name, queue.alias] : [name], targets: parseTargets(text) });
      } catch (error) {
        this.#log.warn({ err: error, virtualQueue: name }, 'The option targets of a virtual queue cannot be read');
      }
    }
    return served;
  }
}

function profileOf(
  agent: ConfiguredAgent,
  groups: ReadonlyMap<string, ConfiguredGroup>,
  served: readonly ServedQueue[],
  isOffline: boolean,
): AgentProfile {
  const profile: AgentProfile = {
    id: agent.id,
    dn: agent.dn,
    ...(agent.dbid === undefined ? {} : { dbid: agent.dbid }),
    skills: agent.skills,
    groups: agent.groups.filter((group) => groups.get(group)?.enabled !== false),
    ...(isOffline ? { isOffline } : {}),
  };
  const queues = served.filter(({ targets }) => targets.some((target) => qualifies(profile, target)));
  return queues.length === 0 ? profile : { ...profile, queues: queues.flatMap(({ names }) => names) };
}
