import type { Configuration } from '../config/index.js';

/** DN types on which calls wait to be routed. */
const ROUTING_POINTS: ReadonlySet<string> = new Set(['RoutePoint', 'ExternalRoutePoint', 'RoutingQueue', 'ACDQueue']);

/** DN types that stand for one telephone. */
const EXTENSIONS: ReadonlySet<string> = new Set(['Extension', 'ACDPosition']);

/** Whether a number is that of an agent's telephone, or of another one of the house. */
export function isInternalDn(config: Pick<Configuration, 'object' | 'objects'>, number: string): boolean {
  const dn = config.object('dns', number);
  if (dn !== undefined && EXTENSIONS.has(dn.type)) return true;
  return [...config.objects('agents').values()].some((agent) => agent.dn === number);
}

/** The devices of the installation as orchestration asks for them: agents' phones, DNs, virtual queues with applications. */
export function devices(config: Configuration, applicationOf: (dn: string) => string | undefined) {
  return {
    device(name: string) {
      const agents = config.objects('agents');
      const agent = agents.get(name) ?? [...agents.values()].find(({ dn }) => dn === name);
      if (agent) return { dn: agent.dn, isRoutingPoint: false, agent: agent.id };
      const application = applicationOf(name);
      const dn = config.object('dns', name);
      if (!dn && application === undefined) return undefined;
      const isRoutingPoint = dn === undefined || ROUTING_POINTS.has(dn.type);
      return { dn: name, isRoutingPoint, ...(application !== undefined && { application }) };
    },
    isProvisioned: () => [...config.objects('dns').values()].some(({ type }) => type !== 'CommDN'),
  };
}
