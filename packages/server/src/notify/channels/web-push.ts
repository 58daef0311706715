import webPush, { type PushSubscription } from 'web-push';
import { isObject } from '../../kernel/index.js';
import { type Channel, type Delivered, type Delivery, failureOf, type HttpPost } from '../channel.js';
import { unreachable } from './http-callback.js';

/** For so long a push service keeps what it cannot deliver, seconds. */
const KEPT_S = 3600;

/**
 * `webpush`: browsers (RFC 8030), encrypted for the one that subscribed (RFC 8291), signed for the push service (VAPID,
 * RFC 8292). The device's id is the browser's `PushSubscription` as JSON, or its endpoint, with `p256dh` and `auth` among
 * the properties.
 */
export function webPushChannel(post: HttpPost, timeoutMs: () => number): Channel {
  return {
    async send(delivery): Promise<Delivered> {
      const subscription = readSubscription(delivery);
      if (!subscription) {
        return { kind: 'refused', problem: 'deviceId is no PushSubscription: endpoint, keys.p256dh and keys.auth' };
      }
      const request = requestOf(subscription, delivery);
      if (typeof request === 'string') return { kind: 'refused', problem: request };
      try {
        const answer = await post({ ...request, timeoutMs: timeoutMs() });
        if (answer.status >= 200 && answer.status < 300) return { kind: 'delivered' };
        if (answer.status === 404 || answer.status === 410) {
          return { kind: 'gone', problem: `the push service answered ${answer.status}` };
        }
        return failureOf(answer, 'the push service');
      } catch (error) {
        return unreachable(error);
      }
    },
  };
}

function requestOf(subscription: PushSubscription, { id, tag, message, settings }: Delivery) {
  const [subject, publicKey, privateKey] = ['subject', 'publicKey', 'privateKey'].map((name) =>
    settings.text(`webpush.${name}`),
  );
  if (!subject || !publicKey || !privateKey) {
    return 'options webpush.subject, webpush.publicKey and webpush.privateKey are not all set';
  }
  const title = settings.localised('webpush.title');
  const body = settings.localised('webpush.body');
  const payload = { id, tag, message, ...(title && { title }), ...(body && { body }) };
  try {
    const details = webPush.generateRequestDetails(subscription, JSON.stringify(payload), {
      vapidDetails: { subject, publicKey, privateKey },
      TTL: KEPT_S,
      urgency: 'high',
      contentEncoding: 'aes128gcm',
    });
    const headers = Object.entries(details.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return { url: details.endpoint, headers: Object.fromEntries(headers), body: details.body ?? Buffer.alloc(0) };
  } catch (error) {
    // The library says what is wrong with keys, subject or subscription.
    return error instanceof Error ? error.message : String(error);
  }
}

function readSubscription({ deviceId, properties }: Delivery): PushSubscription | undefined {
  const { p256dh, auth } = properties;
  if (p256dh !== undefined && auth !== undefined) return { endpoint: deviceId, keys: { p256dh, auth } };
  try {
    const given: unknown = JSON.parse(deviceId);
    if (!isObject(given) || !isObject(given.keys) || typeof given.endpoint !== 'string') return undefined;
    const { p256dh: key, auth: secret } = given.keys;
    if (typeof key !== 'string' || typeof secret !== 'string') return undefined;
    return { endpoint: given.endpoint, keys: { p256dh: key, auth: secret } };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
