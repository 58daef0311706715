import type { JsonValue } from '../kernel/index.js';
import type { PushSettings } from './push-settings.js';
import type { Address } from './subscription.js';

/** One attempt to notify somebody. */
export interface Delivery extends Address {
  /** The same for every attempt: recipients can tell repetitions by it. */
  id: string;
  tag: string;
  message: JsonValue;
  /** Options of the provider and its event. */
  settings: PushSettings;
}

/** How an attempt ended. */
export type Delivered =
  | { kind: 'delivered' }
  /** Worth another attempt, at the earliest after `retryAfterMs` if the receiver says so. */
  | { kind: 'failed'; problem: string; retryAfterMs?: number }
  /** Not worth another attempt. */
  | { kind: 'refused'; problem: string }
  /** The device is not there any more: its subscriptions end. */
  | { kind: 'gone'; problem: string };

/** Brings notifications to devices. One implementation for each kind of network. */
export interface Channel {
  send(delivery: Delivery): Promise<Delivered>;
  /** Hangs up. */
  close?(): void;
}

export interface HttpRequest {
  url: string;
  headers: Record<string, string>;
  body: string | Buffer;
  timeoutMs: number;
  /** Accept any certificate of the server. */
  trustAll?: boolean;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  content: string;
}

/** Sends a POST request. @throws RingbackError when there is no answer, or the address may not be reached */
export type HttpPost = (request: HttpRequest) => Promise<HttpAnswer>;

/** Milliseconds that an answer asks to wait, by its header Retry-After in seconds. */
export function retryAfter({ headers }: Pick<HttpAnswer, 'headers'>): { retryAfterMs?: number } {
  const text = headers['retry-after'] ?? '';
  return /^\d{1,6}$/.test(text) ? { retryAfterMs: Number(text) * 1000 } : {};
}

/** An answer that is no success: busy and broken servers are asked again, others have decided. */
export function failureOf(answer: HttpAnswer, from: string): Delivered {
  const problem = `${from} answered ${answer.status}${answer.content && `: ${answer.content.slice(0, 300)}`}`;
  if (answer.status === 429 || answer.status >= 500) return { kind: 'failed', problem, ...retryAfter(answer) };
  return { kind: 'refused', problem };
}
