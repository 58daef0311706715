import { isObject, type JsonObject, type JsonValue } from '../../kernel/index.js';
import type { CometMailbox } from '../../notify/index.js';

/** One Bayeux message, in either direction. */
export type BayeuxMessage = JsonObject;

/** Who sends messages, and over what. */
export interface BayeuxPeer {
  /** Header `gms_user` of the exchange. */
  user: string | undefined;
  /** Ends waiting when the client has gone. */
  signal: AbortSignal;
}

/** Hears that a client takes leave, and up to where it has read its chat (`ext.transcriptPosition`). */
export type OnLeave = (user: string, transcriptPosition: number) => Promise<void>;

/** The channel on which everything is delivered (Notification API, "CometD"), and the patterns that hold it. */
const DEVICE_CHANNEL = '/_genesys';
const SUBSCRIBABLE: readonly string[] = [DEVICE_CHANNEL, '/*', '/**'];
const VERSION = '1.0';
/** How long a connect request is held, milliseconds. */
const HOLD_MS = 30_000;
const MOST_CHANNELS = 100;
const LONGEST_CHANNEL = 256;

const RETRY = { reconnect: 'retry', interval: 0, timeout: HOLD_MS } as const;
const SHAKE_HANDS = { reconnect: 'handshake', interval: 0 } as const;

/** The server's side of Bayeux 1.0 (gms-services.md 6.5): sessions of users, who hear what is published to them. */
export class CometExchange {
  constructor(
    private readonly comet: CometMailbox,
    private readonly onLeave: OnLeave,
  ) {}

  /** What is answered to one message: deliveries, then the reply. */
  async answer(message: BayeuxMessage, peer: BayeuxPeer): Promise<BayeuxMessage[]> {
    const { channel } = message;
    if (channel === '/meta/handshake') return [await this.#handshake(message, peer)];
    const session = await this.#sessionOf(message, peer);
    if (!session) return [refusal(message, '402::Unknown client', SHAKE_HANDS)];
    switch (channel) {
      case '/meta/connect':
        return this.#connect(message, session.id, peer);
      case '/meta/subscribe':
        return [await this.#changeChannels(message, session.id, 'add')];
      case '/meta/unsubscribe':
        return [await this.#changeChannels(message, session.id, 'remove')];
      case '/meta/disconnect':
        return [await this.#disconnect(message, session)];
      default:
        return [refusal(message, `403:${String(channel)}:Clients do not publish`)];
    }
  }

  async #handshake(message: BayeuxMessage, peer: BayeuxPeer): Promise<BayeuxMessage> {
    const ext = extOf(message);
    const named = typeof ext.gms_user === 'string' && ext.gms_user !== '' ? ext.gms_user : undefined;
    const clientId = await this.comet.open(peer.user ?? named);
    return reply(message, {
      clientId,
      version: VERSION,
      minimumVersion: VERSION,
      supportedConnectionTypes: ['websocket', 'long-polling'],
      advice: RETRY,
      ...(ext.ack === true && { ext: { ack: true } }),
    });
  }

  async #connect(message: BayeuxMessage, clientId: string, { signal }: BayeuxPeer): Promise<BayeuxMessage[]> {
    const { ack } = extOf(message);
    const acknowledged = typeof ack === 'number' && Number.isSafeInteger(ack) ? ack : undefined;
    const holdMs = heldMs(message.advice);
    const delivery = await this.comet.receive(clientId, SUBSCRIBABLE, { acknowledged, holdMs, signal });
    if (!delivery) return [refusal(message, '402::Unknown client', SHAKE_HANDS)];
    return [
      ...delivery.messages.map((data) => ({ channel: DEVICE_CHANNEL, data })),
      reply(message, {
        clientId,
        advice: RETRY,
        ...(acknowledged !== undefined && { ext: { ack: delivery.batch } }),
      }),
    ];
  }

  async #changeChannels(message: BayeuxMessage, clientId: string, change: 'add' | 'remove'): Promise<BayeuxMessage> {
    const { subscription = null } = message;
    const channels = (Array.isArray(subscription) ? subscription : [subscription]).filter(isChannel);
    const asked = Array.isArray(subscription) ? subscription.length : 1;
    if (channels.length === 0 || channels.length < asked || channels.length > MOST_CHANNELS) {
      return refusal(message, '403:subscription:Name channels such as /_genesys', undefined, { subscription });
    }
    const done = await this.comet.changeChannels(
      clientId,
      change === 'add' ? channels : [],
      change === 'remove' ? channels : [],
    );
    if (!done) return refusal(message, '402::Unknown client', SHAKE_HANDS, { subscription });
    return reply(message, { clientId, subscription });
  }

  async #disconnect(message: BayeuxMessage, { id, user }: { id: string; user: string }): Promise<BayeuxMessage> {
    await this.comet.close(id);
    const position = Number(extOf(message).transcriptPosition);
    if (Number.isSafeInteger(position) && position >= 0) await this.onLeave(user, position);
    return reply(message, { clientId: id });
  }

  /** The session that a message names; nobody's, if the exchange is another user's. */
  async #sessionOf({ clientId }: BayeuxMessage, { user }: BayeuxPeer) {
    if (typeof clientId !== 'string') return undefined;
    const session = await this.comet.session(clientId);
    return session && (user === undefined || user === session.user) ? session : undefined;
  }
}

function isChannel(value: JsonValue): value is string {
  if (typeof value !== 'string' || value.length > LONGEST_CHANNEL) return false;
  return value.startsWith('/') && !value.startsWith('/meta/');
}

function extOf({ ext }: BayeuxMessage): JsonObject {
  // Part of a JSON message.
  return isObject(ext) ? (ext as JsonObject) : {};
}

/** Clients may ask for an answer sooner: their first connect request always does. */
function heldMs(advice: JsonValue | undefined): number {
  const asked = isObject(advice) && 'timeout' in advice ? Number(advice.timeout) : HOLD_MS;
  return asked >= 0 && asked < HOLD_MS ? asked : HOLD_MS;
}

function reply({ channel = '', id }: BayeuxMessage, fields: JsonObject): BayeuxMessage {
  return { channel, ...(id !== undefined && { id }), successful: true, ...fields };
}

function refusal(message: BayeuxMessage, error: string, advice?: JsonObject, fields: JsonObject = {}): BayeuxMessage {
  return { ...reply(message, fields), successful: false, error, ...(advice && { advice }) };
}
