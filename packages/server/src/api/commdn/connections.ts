import type { WebSocket } from 'ws';
import {
  type Activity,
  DatabaseUnavailable,
  type JsonObject,
  type Logger,
  newId,
  Sequence,
} from '../../kernel/index.js';
import { type CampaignNotification, outboundApplication } from '../../outbound/index.js';
import { parseJson } from '../http/json-body.js';
import { RequestError } from '../http.js';
import { admitted, type CommDnConfiguration } from './admission.js';
import { type Exchange, groupKey, type Reply, type Sender, sequenceKey } from './exchange.js';
import { notificationMessage } from './message.js';

export interface ConnectionsOptions {
  configuration: CommDnConfiguration;
  exchange: Exchange;
  activity: Activity;
  log: Logger;
}

/** Messages that a connection may leave unanswered before it is not read any more. */
const MOST_WAITING = 1000;

/** The applications that are connected to CommDNs, and what is sent to all of them. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #open = new Set<Connection>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  open(socket: WebSocket, dn: string, application: string): void {
    const connection = new Connection(socket, { dn, application, connection: newId() }, this.#options);
    this.#open.add(connection);
    socket.on('close', () => this.#open.delete(connection));
  }

  /** Sends a notification on every CommDN in use to the applications that may talk there. */
  notify(notification: CampaignNotification): void {
    const { configuration } = this.#options;
    const message = notificationMessage(notification, outboundApplication(configuration).dbid);
    for (const connection of this.#open) {
      const { dn, application } = connection.sender;
      if (admitted(configuration, dn, application)) connection.notify(notification, message);
    }
  }
}

/**
 * One connection: messages are dealt with in the order in which they came; an unload that waits for calls and desktops
 * does not keep those behind it. It hears every notification but those that its own answers take the place of.
 */
class Connection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionsOptions;
  readonly #sequence = new Sequence();
  /** What is being unloaded on its request, and how many requests wait for it. */
  readonly #unloading = new Map<string, number>();
  /** Notifications that follow the answer under way. */
  readonly #afterAnswer: JsonObject[] = [];
  #waiting = 0;

  constructor(
    socket: WebSocket,
    readonly sender: Sender,
    options: ConnectionsOptions,
  ) {
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (data, isBinary) => {
      this.#waiting += 1;
      if (this.#waiting === MOST_WAITING) socket.pause();
      const text = isBinary ? undefined : String(data);
      void options.activity.run(() => this.#sequence.run(() => this.#take(text)));
    });
  }

  notify(notification: CampaignNotification, message: JsonObject): void {
    const { requester, answer } = notification;
    const own = requester !== undefined && requester === this.sender.connection && notification.message === answer;
    const key =
      notification.subject === 'group'
        ? groupKey(notification.group.name)
        : sequenceKey(notification.sequence.group.dbid);
    if (notification.message === 'unloaded' && (own || this.#unloading.has(key))) return;
    // A change of mode is answered with its own message, and told to everybody as status.
    if (own && notification.message === 'mode-changed') this.#afterAnswer.push(message);
    else if (!own) this.#send(message);
  }

  async #take(text: string | undefined): Promise<void> {
    const frame = parsedFrame(text);
    try {
      const reply = await this.#expectingUnload(frame);
      if (reply.answer) this.#send(reply.answer);
      for (const message of this.#afterAnswer.splice(0)) this.#send(message);
    } catch (error) {
      const unavailable = error instanceof DatabaseUnavailable;
      if (!unavailable) this.#options.log.error({ err: error }, 'A message on a CommDN could not be dealt with');
      const detail = unavailable ? error.message : 'The server failed to carry out the request; its log says why.';
      const answer = this.#options.exchange.failure(this.sender, frame, detail);
      if (answer) this.#send(answer);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting < MOST_WAITING) this.#socket.resume();
    }
  }

  async #expectingUnload(frame: unknown): Promise<Reply> {
    const reply = await this.#options.exchange.receive(this.sender, frame);
    if (!reply.later) return reply;
    const { of, answer } = reply.later;
    this.#unloading.set(of, (this.#unloading.get(of) ?? 0) + 1);
    void answer.then((message) => {
      const left = (this.#unloading.get(of) ?? 1) - 1;
      if (left > 0) this.#unloading.set(of, left);
      else this.#unloading.delete(of);
      this.#send(message);
    });
    return {};
  }

  #send(message: JsonObject): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

/** What a frame says; undefined for what is not JSON. */
export function parsedFrame(text: unknown): unknown {
  try {
    return typeof text === 'string' ? parseJson(text) : undefined;
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}
