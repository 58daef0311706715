import type { JsonObject } from '../kernel/index.js';
import type { Transaction } from '../store/index.js';

/** What an application sends to its customer's device. */
export interface PushOrder {
  /** The request with which the device answers: `POST /1/service/{id}/{action}`. */
  action: string;
  /** Beside the action and the callback's id. */
  data: JsonObject;
}

/** A message to one device, as the notification ability takes it. */
export interface DeviceMessage {
  /** Token, address or session: `_device_notification_id`. */
  device: string;
  /** `comet`, `gcm`, `fcm`, `ios`, `httpcb`, `orscb`, `customhttp` ...: `_device_os`. */
  type: string;
  /** `_provider_name`; empty: the default provider. */
  provider: string;
  /** The provider's certificate for development (`_use_debug_push_certificate`). */
  debug: boolean;
  language: string;
  /** `_max_notify_delivery_attempts`. */
  attempts: number;
  /** What kind of message it is, for providers that have several. */
  tag: string;
  message: JsonObject;
}

/**
 * Stores a message for a device in the caller's transaction; it is delivered afterwards.
 * @returns why it cannot be sent; undefined when it is on its way
 */
export type Push = (tx: Transaction, message: DeviceMessage) => Promise<string | undefined>;
