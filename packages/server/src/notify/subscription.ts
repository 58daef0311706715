import type { JsonObject, JsonValue } from '../kernel/index.js';

/** Where and how somebody is notified (GMS Notification API, "notificationDetails" and its neighbours). */
export interface Address {
  /** The channel: `httpcb`, `customhttp`, `orscb`, `comet`, `fcm` (`gcm`, `android`), `ios`, `webpush`. */
  type: string;
  /** What the channel addresses: a token, a URL, a session, a user. */
  deviceId: string;
  /** Whose options count beside those of section `push`. */
  provider?: string;
  /** For the channel `customhttp`: the value of its Authorization header. */
  authorization?: string;
  /** In which titles and texts are looked up. */
  language?: string;
  /** Free strings; `debug: "true"` selects the credentials and hosts of development. */
  properties: Readonly<Record<string, string>>;
}

/** Who wants to be told of which events. */
export interface NewSubscription extends Address {
  subscriberId: string;
  /** Whose CometD sessions it reaches; default: `subscriberId`. */
  user?: string;
  /** The tag of the events, or a pattern of it: `*` stands for any text. */
  filter: string;
  /** Seconds; default: option `defaultSubscriptionExpiration`. */
  expire?: number;
}

export interface Subscription extends NewSubscription {
  id: string;
  user: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** An event for whoever has subscribed to its tag, or for one address. */
export interface Publication {
  /** What subscriptions are matched with. */
  tag: string;
  /** Text, or an object, which mobile channels deliver as data. */
  message: JsonValue;
  /** Recipients besides those who have subscribed. */
  to?: Address;
  /** Only this subscription instead of all that match; nothing happens when it has expired. */
  subscription?: string;
  /** Name of the event, for titles and texts of its own (section `push.provider.event.<provider>.<event>`). */
  event?: string;
  /** Deliveries that are tried, the first included; default 3. */
  mostAttempts?: number;
  /**
   * Makes a repetition harmless: the notification to `to` has this id, and publishing it again does nothing. Recipients
   * get it with the message where the channel has a place for it.
   */
  id?: string;
  /** Comes back with the outcome (`Notifications.onOutcome`). */
  reference?: string;
}

/** What became of one notification. */
export interface NotificationOutcome {
  id: string;
  type: string;
  reference?: string;
  delivered: boolean;
  /** Why not. */
  problem?: string;
}

/** The message as an object of texts, as mobile channels carry it. */
export function dataOf(message: JsonValue): Record<string, string> {
  const data = typeof message === 'string' ? parsedObject(message) : message;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { message: textOf(message) };
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, textOf(value)]));
}

/** The message as the text that plain channels carry. */
export function textOf(message: JsonValue): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

function parsedObject(text: string): JsonObject | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    // A text in braces that parses is an object.
    return JSON.parse(text) as JsonObject;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
