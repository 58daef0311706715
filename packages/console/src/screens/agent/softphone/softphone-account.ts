import { useQuery } from '@tanstack/react-query';
import { isObject, text } from '../../../api/json.js';
import { Refusal } from '../../../api/refusal.js';
import { request } from '../../../api/request.js';

/** With which account this browser is the agent's telephone. */
export interface SoftphoneAccount {
  /** SIP over WebSocket. */
  url: string;
  domain: string;
  username: string;
  secret: string;
  iceServers: readonly string[];
}

/** The account of an agent, from `/desktop/softphone`; null: the telephone is another one, or somebody else's. */
export function useSoftphoneAccount(agent: string | undefined) {
  return useQuery({
    queryKey: ['softphone', agent ?? ''],
    queryFn: async ({ signal }) => {
      const path = agent === undefined ? '/desktop/softphone' : `/desktop/softphone?${new URLSearchParams({ agent })}`;
      try {
        return parseAccount(await request(path, { signal, credentials: 'browser' }));
      } catch (error) {
        if (error instanceof Refusal && [401, 403, 404].includes(error.status)) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function parseAccount(body: unknown): SoftphoneAccount | null {
  if (!isObject(body)) return null;
  const [url, domain, username, secret] = ['url', 'domain', 'username', 'secret'].map((name) => text(body, name));
  if (url === undefined || domain === undefined || username === undefined || secret === undefined) return null;
  const iceServers = Array.isArray(body.iceServers) ? body.iceServers.map(String) : [];
  return { url, domain, username, secret, iceServers };
}
