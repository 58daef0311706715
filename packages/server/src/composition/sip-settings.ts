import { readFileSync } from 'node:fs';
import { readSecret, type SwitchSettings } from '../config/index.js';
import { RingbackError } from '../kernel/index.js';
import type { SipSwitchSettings, SipTrunk, SipUser } from '../telephony/sip/index.js';

type Trunk = NonNullable<SwitchSettings['trunks']>[string];

const MS = 1000;
const DEFAULT_PORT = 5060;
const DEFAULT_TLS_PORT = 5061;

/**
 * What the SIP driver is told, by the configuration.
 * @throws RingbackError `secret-unavailable`, `unreadable-certificate`
 */
export function sipSettings(settings: SwitchSettings, environment: NodeJS.ProcessEnv): SipSwitchSettings {
  const { listen = [{ transport: 'udp' }], domain, publicAddress, openInbound, sessionSeconds } = settings;
  const secure = listen.find(({ certificate, key }) => certificate !== undefined && key !== undefined);
  return {
    listen: Object.fromEntries(
      listen.map(({ transport, address = '0.0.0.0', port }) => [
        protocolOf(transport),
        { host: address, port: port ?? (transport === 'tls' ? DEFAULT_TLS_PORT : DEFAULT_PORT) },
      ]),
    ),
    ...(publicAddress !== undefined && { publicHost: publicAddress }),
    ...(secure && { tls: { cert: pem(secure.certificate ?? ''), key: pem(secure.key ?? '') } }),
    ...(domain !== undefined && { domain }),
    ...(openInbound !== undefined && { openInbound }),
    ...(sessionSeconds !== undefined && { sessionSeconds }),
    users: usersOf(settings, environment),
    trunks: Object.entries(settings.trunks ?? {})
      .filter(([, trunk]) => trunk.enabled !== false)
      .map(([name, trunk]) => sipTrunk(name, trunk, environment)),
  };
}

function usersOf({ phones = {} }: SwitchSettings, environment: NodeJS.ProcessEnv): SipUser[] {
  return Object.entries(phones).map(([dn, { username, secret }]) => {
    const what = `switch/phones/${dn}/secret`;
    if (secret === undefined) throw missing(what, 'the phone could not register');
    const password = readSecret(secret, what, environment);
    return { name: dn, password, ...(username !== undefined && { authUser: username }) };
  });
}

function sipTrunk(name: string, trunk: Trunk, environment: NodeJS.ProcessEnv): SipTrunk {
  const { username, secret, register, transport, domain, proxy, fromUser, from, maxCalls, offer, healthSeconds } =
    trunk;
  const what = `switch/trunks/${name}/secret`;
  if (username !== undefined && secret === undefined) throw missing(what, `it belongs to the user name ${username}`);
  return {
    name,
    ...addressOf(trunk.address ?? ''),
    ...(transport !== undefined && { protocol: protocolOf(transport) }),
    ...(proxy !== undefined && { proxy: addressOf(proxy) }),
    ...(username !== undefined &&
      secret !== undefined && { credentials: { username, password: readSecret(secret, what, environment) } }),
    ...(register === true && { register: {} }),
    ...(domain !== undefined && { domain }),
    ...(fromUser !== undefined && { fromUser }),
    ...(from !== undefined && { from }),
    ...(maxCalls !== undefined && { maxCalls }),
    ...(offer !== undefined && { offer }),
    ...(healthSeconds !== undefined && { healthMs: healthSeconds * MS }),
  };
}

const PROTOCOLS = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' } as const;

function protocolOf(transport: keyof typeof PROTOCOLS) {
  return PROTOCOLS[transport];
}

/** `host`, `host:port`, `[::1]:port`. */
function addressOf(address: string): { host: string; port?: number } {
  const [, host = address, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(address) ?? [];
  return { host, ...(port !== undefined && { port: Number(port) }) };
}

function missing(what: string, why: string): RingbackError {
  return new RingbackError('secret-unavailable', `${what} is missing: ${why}.`);
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new RingbackError('unreadable-certificate', `switch/listen: the file ${file} cannot be read.`, [], {
      cause: error,
    });
  }
}
