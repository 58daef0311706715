import { readSecret, type SwitchSettings } from '../config/index.js';
import { RingbackError } from '../kernel/index.js';
import type { AsteriskServer, AsteriskSettings } from '../telephony/asterisk/index.js';

/**
 * What the Asterisk driver is told, by the configuration.
 * @param node this node's name where several share the servers
 * @throws RingbackError `secret-unavailable`
 */
export function asteriskSettings(
  settings: SwitchSettings,
  environment: NodeJS.ProcessEnv,
  node: string | undefined,
): AsteriskSettings {
  const {
    servers = {},
    phones = {},
    trunks = {},
    installation,
    language,
    speech,
    musicClass,
    toneZone,
    prompts,
  } = settings;
  return {
    servers: Object.entries(servers)
      .filter(([, { enabled }]) => enabled !== false)
      .map(([name, server]) => serverOf(name, server, environment)),
    ...(installation !== undefined && { installation }),
    ...(node !== undefined && { node }),
    phones: Object.fromEntries(
      Object.entries(phones).map(([dn, { endpoint, username }]) => [dn, endpointOf(endpoint ?? username ?? dn)]),
    ),
    trunks: Object.fromEntries(
      Object.entries(trunks).map(([name, { endpoint = name }]) => [
        name,
        endpoint.includes('/') ? endpoint : `PJSIP/{number}@${endpoint}`,
      ]),
    ),
    ...(prompts !== undefined && { announcements: prompts }),
    ...(language !== undefined && { language }),
    ...(speech !== undefined && { speech }),
    ...(musicClass !== undefined && { musicClass }),
    ...(toneZone !== undefined && { toneZone }),
  };
}

function serverOf(
  name: string,
  { url, username, secret, weight }: NonNullable<SwitchSettings['servers']>[string],
  environment: NodeJS.ProcessEnv,
): AsteriskServer {
  const what = `switch/servers/${name}/secret`;
  if (secret === undefined) {
    throw new RingbackError('secret-unavailable', `${what} is missing: it belongs to the ARI user ${username}.`);
  }
  const password = readSecret(secret, what, environment);
  return { name, url, user: username, password, ...(weight !== undefined && { weight }) };
}

function endpointOf(endpoint: string | Record<string, string>): string | Record<string, string> {
  if (typeof endpoint === 'string') return asDialTakesIt(endpoint);
  return Object.fromEntries(Object.entries(endpoint).map(([server, there]) => [server, asDialTakesIt(there)]));
}

/** A PJSIP endpoint by its name, or a device as `Dial` takes it. */
function asDialTakesIt(endpoint: string): string {
  return endpoint.includes('/') ? endpoint : `PJSIP/${endpoint}`;
}
