import { RingbackError } from '../../kernel/index.js';
import { type Channel, type Delivered, failureOf, type HttpPost, retryAfter } from '../channel.js';
import { textOf } from '../subscription.js';

/** `httpcb`: the message as it stands, posted to the URL that is the device's id. Success is status 200 alone. */
export function httpCallback(post: HttpPost, timeoutMs: () => number): Channel {
  return {
    async send({ id, deviceId, tag, message }): Promise<Delivered> {
      const type = typeof message === 'string' ? 'text/plain;charset=utf-8' : 'application/json;charset=utf-8';
      try {
        const answer = await post({
          url: deviceId,
          headers: { 'content-type': type, 'x-notification-id': id, 'x-notification-tag': encodeURI(tag) },
          body: textOf(message),
          timeoutMs: timeoutMs(),
        });
        if (answer.status === 200) return { kind: 'delivered' };
        // Any other answer is a failure that is tried again: receivers of status events restart, too.
        return {
          kind: 'failed',
          problem: `${new URL(deviceId).host} answered ${answer.status}`,
          ...retryAfter(answer),
        };
      } catch (error) {
        return unreachable(error);
      }
    },
  };
}

/** `customhttp`: `{"deviceId","message"}` posted to option `customhttp.url`. */
export function customHttp(post: HttpPost, timeoutMs: () => number, trustAll: () => boolean): Channel {
  return {
    async send({ id, deviceId, message, authorization, settings }): Promise<Delivered> {
      const url = settings.text('customhttp.url');
      if (url === '') return { kind: 'refused', problem: 'option customhttp.url of section push is not set' };
      try {
        const answer = await post({
          url,
          headers: {
            'content-type': 'application/json;charset=utf-8',
            'x-notification-id': id,
            ...(authorization && { authorization: schemed(authorization) }),
          },
          body: JSON.stringify({ deviceId, message: textOf(message) }),
          timeoutMs: timeoutMs(),
          trustAll: trustAll(),
        });
        return answer.status === 200 ? { kind: 'delivered' } : failureOf(answer, new URL(url).host);
      } catch (error) {
        return unreachable(error);
      }
    },
  };
}

/** The documented value of `authorization` is Base64 without a scheme, which is HTTP Basic. */
function schemed(authorization: string): string {
  return authorization.includes(' ') ? authorization : `Basic ${authorization}`;
}

/** No answer may come yet; an address that must not be reached, or is none, never becomes another one. */
export function unreachable(error: unknown): Delivered {
  if (!(error instanceof RingbackError)) throw error;
  const decided = error.code === 'not-allowed' || error.code === 'bad-address';
  return { kind: decided ? 'refused' : 'failed', problem: error.message };
}
