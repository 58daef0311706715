import type { StatusPost } from '../callback/index.js';
import { guardedFetch, TargetRules } from '../orchestration/index.js';

const EVERYWHERE = new TargetRules('*');

/**
 * How status notifications of callbacks leave the server. A target that the configuration names may lie anywhere, as an
 * administrator decides; one that a request brought is reached only where applications may fetch from.
 * @param fetchAllow the option `fetch-allow` of section `ors`
 */
export function statusPost(fetchAllow: () => string): StatusPost {
  return async ({ url, headers, body, timeoutMs }, { guarded }) => {
    const rules = guarded ? new TargetRules(fetchAllow()) : EVERYWHERE;
    const request = { url, method: 'POST', headers, body, timeoutMs, mostRedirections: 0 } as const;
    return (await guardedFetch(request, rules)).status;
  };
}
