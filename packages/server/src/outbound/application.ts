import type { Application } from '../config/index.js';

/** The server itself as other applications know it (interface.md 3: application `ocs`, DBID 150 unless configured). */
export interface OutboundApplication {
  name: string;
  dbid: number;
  enabled: boolean;
  /** Names of the applications that it connects to. */
  connections: readonly string[];
}

export const DEFAULT_APPLICATION_NAME = 'ocs';
export const DEFAULT_APPLICATION_DBID = 150;

/** The application of type OutboundContactServer; the one called `ocs` where there are several. */
export function outboundApplication(configuration: {
  objects(kind: 'applications'): ReadonlyMap<string, Application>;
}): OutboundApplication {
  const servers = [...configuration.objects('applications').values()].filter(
    ({ type }) => type === 'OutboundContactServer',
  );
  const configured = servers.find(({ name }) => name === DEFAULT_APPLICATION_NAME) ?? servers[0];
  return {
    name: configured?.name ?? DEFAULT_APPLICATION_NAME,
    dbid: configured?.dbid ?? DEFAULT_APPLICATION_DBID,
    enabled: configured?.enabled ?? true,
    connections: configured?.connections ?? [],
  };
}
