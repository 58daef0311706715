import { Counter, type Registry } from 'prom-client';
import { isLoopback } from '../api/index.js';
import { type Configuration, sectionOptions } from '../config/index.js';
import { SystemClock } from '../kernel/index.js';
import {
  AppleChannel,
  CometMailbox,
  customHttp,
  FirebaseChannel,
  type HttpAnswer,
  type HttpPost,
  httpCallback,
  Notifications,
  type TellSession,
  webPushChannel,
} from '../notify/index.js';
import { guardedFetch, TargetRules } from '../orchestration/index.js';
import type { Ground } from './ground.js';
import type { ServerSettings } from './settings.js';

/** What a server that serves this machine alone may be asked to call. */
const THIS_MACHINE = '127.0.0.0/8,::1/128';

export interface Notifying {
  notifications: Notifications;
  comet: CometMailbox;
}

/** Subscriptions, publications and the channels that bring them to devices. */
export function composeNotifications(ground: Ground, settings: ServerSettings, tellSession: TellSession): Notifying {
  const { config, database, clock } = ground;
  const comet = new CometMailbox({ database, clock, network: new SystemClock() });
  const gms = () => sectionOptions(config, 'gms');
  const timeoutMs = () => (gms().seconds('http.connection_timeout') + gms().seconds('http.socket_timeout')) * 1000;
  const configured = posting(() => new TargetRules('*'));
  const given = posting(() => new TargetRules(allowed(config, settings)));
  const notifications = new Notifications({
    ...ground,
    section: (name) => config.section(name),
    comet,
    tellSession,
    channels: {
      httpcb: httpCallback(given, timeoutMs),
      customhttp: customHttp(configured, timeoutMs, () => gms().flag('http.ssl_trust_all')),
      fcm: new FirebaseChannel(configured, clock, timeoutMs),
      ios: new AppleChannel(clock, timeoutMs),
      webpush: webPushChannel(given, timeoutMs),
    },
  });
  return { notifications, comet };
}

/** Addresses that come from devices and clients do not lead into the private network unless the configuration says so. */
function allowed(config: Configuration, { host }: ServerSettings): string {
  const configured = config.section('push')['httpcb-allow'] ?? (isLoopback(host) ? THIS_MACHINE : '');
  return `${configured},${config.section('ors')['fetch-allow'] ?? ''}`;
}

function posting(rules: () => TargetRules): HttpPost {
  return (request): Promise<HttpAnswer> => guardedFetch({ ...request, method: 'POST' }, rules());
}

/** `/metrics`: what became of notifications, by channel. */
export function countNotifications(notifications: Notifications, metrics: Registry): void {
  const counter = new Counter({
    name: 'ringback_notifications_total',
    help: 'Notifications that were delivered, or given up, by channel',
    labelNames: ['channel', 'outcome'],
    registers: [metrics],
  });
  notifications.onOutcome(async (tx, { type, delivered }) => {
    tx.afterCommit(() => counter.inc({ channel: type, outcome: delivered ? 'delivered' : 'failed' }));
  });
}
