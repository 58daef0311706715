import type { OrsSettings } from '../api/index.js';
import { type Configuration, sectionOptions } from '../config/index.js';
import type { MetricLevel, OrchestrationSettings } from '../orchestration/index.js';
import type { OwnAddress } from './own-address.js';

/** What the configuration says of orchestration, read anew each time, so that changes are in effect at once. */
export function orchestrationSettings(config: Configuration, own: OwnAddress): OrchestrationSettings {
  const ors = () => sectionOptions(config, 'ors');
  const externalUrl = () => ors().text('external-url').replace(/\/+$/, '');
  return {
    node: () => own.node,
    idWithNode: () => ors().flag('sessionid-with-nodeid'),
    maxAgeSeconds: () => ors().seconds('max-session-age'),
    pendingEvents: () => ors().integer('max-pending-events'),
    metricLevel: () => metricLevel(ors().text('metric-level')),
    limits: () => ({
      microsteps: ors().integer('max-microstep-count'),
      stateEntries: ors().integer('max-state-entry-count'),
      includes: ors().integer('max-includes'),
    }),
    isolatedFlows: () => ors().list('isolated-flows'),
    defaultMaxAgeSeconds: () => ors().seconds('http-max-age'),
    maxStaleSeconds: () => ors().seconds('http-max-stale-time'),
    uncached: () => ors().list('http-no-cache-urls'),
    ownOrigins: () => [externalUrl(), own.url ?? ''].filter((origin) => origin !== ''),
  };
}

function metricLevel(text: string): MetricLevel {
  return text === 'state' || text === 'all' ? text : 'none';
}

/** The same for clients over HTTP. */
export function orsSettings(config: Configuration): OrsSettings {
  const ors = () => sectionOptions(config, 'ors');
  return {
    requestTimeoutMs: () => ors().seconds('request-timeout') * 1000,
    holdsEvents: () => ors().flag('webfm_event_hold_response'),
    parsesStartParameters: () => ors().flag('parse-start-params'),
    cookie: () => ors().text('cookie'),
    externalUrl: () => ors().text('external-url').replace(/\/+$/, ''),
    redirectsToOwner: () => ors().flag('redirect-to-owner'),
  };
}
