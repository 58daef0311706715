import type { BuiltinService } from './builtin-service.js';

const USUAL_ONLINE = 200;
const USUAL_OFFLINE = 503;
/** Options that no client sees. */
const CREDENTIALS = new Set(['username', 'password']);

/** `get`: a probe for load balancers, which sees the options of its section while the node is online (3.4). */
export function get(isOnline: () => boolean | Promise<boolean>): BuiltinService {
  return {
    method: 'read',
    run: async ({ options }) => {
      const status = (await isOnline())
        ? Number(options._online_code || USUAL_ONLINE)
        : Number(options._offline_code || USUAL_OFFLINE);
      const shown = Object.entries(options).filter(([name]) => !CREDENTIALS.has(name));
      return { status, body: status === 200 ? Object.fromEntries(shown) : null };
    },
  };
}
