import { type Configuration, readSecret } from '../config/index.js';

/** What a browser needs to be an agent's telephone. */
export interface SoftphoneAccount {
  /** SIP over WebSocket. */
  url: string;
  domain: string;
  username: string;
  secret: string;
  iceServers: string[];
}

/**
 * The account of an agent whose telephone is a browser; undefined: it is another telephone.
 * @throws RingbackError `secret-unavailable`
 */
export function softphoneOf(
  config: Configuration,
  agentId: string,
  environment: NodeJS.ProcessEnv,
): SoftphoneAccount | undefined {
  const { softphone, phones = {} } = config.switchSettings();
  const dn = config.object('agents', agentId)?.dn ?? '';
  const phone = phones[dn];
  if (softphone === undefined || phone?.webrtc !== true || phone.secret === undefined) return undefined;
  return {
    url: softphone.url,
    domain: softphone.domain ?? new URL(softphone.url).hostname,
    username: phone.username ?? dn,
    secret: readSecret(phone.secret, `switch/phones/${dn}/secret`, environment),
    iceServers: softphone.iceServers ?? [],
  };
}

/** Where browsers that are telephones connect to. */
export function softphoneOrigins(config: Configuration): string[] {
  const url = config.switchSettings().softphone?.url;
  return url === undefined ? [] : [new URL(url).origin];
}
