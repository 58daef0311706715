import type { Application, Dn } from '../../config/index.js';
import { type OutboundApplication, outboundApplication } from '../../outbound/index.js';

/** What of the configuration says who may talk on which CommDN. */
export interface CommDnConfiguration {
  objects(kind: 'applications'): ReadonlyMap<string, Application>;
  objects(kind: 'dns'): ReadonlyMap<string, Dn>;
}

const OPTION = 'outbound_contact_server';

/**
 * The CommDNs that the server works with (reference 002, "Special OCS Option"): those whose option
 * `outbound_contact_server` is true if there is any, else those where it is not set.
 */
export function usedCommDns(configuration: CommDnConfiguration): ReadonlySet<string> {
  const all = [...configuration.objects('dns').values()].filter(({ type, enabled }) => type === 'CommDN' && enabled);
  const chosen = all.filter((dn) => optionOf(dn) === 'true');
  const used = chosen.length > 0 ? chosen : all.filter((dn) => optionOf(dn) === undefined);
  return new Set(used.map(({ number }) => number));
}

/** A CommDN, whether the server works with it or not. */
export function isCommDn(configuration: CommDnConfiguration, number: string): boolean {
  const dn = configuration.objects('dns').get(number);
  return dn?.type === 'CommDN' && dn.enabled;
}

function optionOf({ options }: Dn): 'true' | 'false' | undefined {
  const text = options[OPTION]?.trim().toLowerCase();
  if (text === undefined || text === '' || text === 'undefined') return undefined;
  return text === 'true' || text === 'yes' || text === '1' ? 'true' : 'false';
}

/**
 * Whether the server takes requests of an application (reference 002, "OCS and API Requests"): a third-party server or a
 * third-party application that names the server in its connections, or is named in the server's.
 */
export function isConnected(server: OutboundApplication, application: Application): boolean {
  if (!server.enabled || !application.enabled || application.type === 'OutboundContactServer') return false;
  return application.connections.includes(server.name) || server.connections.includes(application.name);
}

/** The server, if the application of that name may talk to it on that DN. */
export function admitted(
  configuration: CommDnConfiguration,
  dn: string,
  applicationName: string,
): { server: OutboundApplication; application: Application & { dbid: number } } | undefined {
  const application = configuration.objects('applications').get(applicationName);
  const server = outboundApplication(configuration);
  if (application?.dbid === undefined || !isConnected(server, application)) return undefined;
  if (!usedCommDns(configuration).has(dn)) return undefined;
  return { server, application: { ...application, dbid: application.dbid } };
}
