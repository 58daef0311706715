import type { Configuration } from '../config/index.js';

/** DN types on which calls wait to be routed. */
const ROUTING_POINTS: ReadonlySet<string> = new Set(['RoutePoint', 'ExternalRoutePoint', 'RoutingQueue', 'ACDQueue']);

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
