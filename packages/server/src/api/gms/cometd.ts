import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { type Activity, isObject, type Logger } from '../../kernel/index.js';
import type { CometMailbox } from '../../notify/index.js';
import { RequestError } from '../http.js';
import type { CredentialSource } from './authentication.js';
import { type BayeuxMessage, CometExchange, type OnLeave } from './cometd-exchange.js';
import { sendJson, speakGms } from './dialect.js';

export interface CometdOptions {
  comet: CometMailbox;
  credentials: CredentialSource;
  /** Hears of clients that take leave. */
  onLeave: OnLeave;
  activity: Activity;
  log: Logger;
}

const MOST_MESSAGES = 100;

/**
 * The push channel of devices: Bayeux 1.0 over long polling and WebSocket (gms-services.md 6.5), to be registered with the
 * prefix of the web application, `/genesys`. Clients append the kind of message to the address.
 */
export async function cometdApi(app: FastifyInstance, options: CometdOptions): Promise<void> {
  const { comet, credentials, onLeave, activity, log } = options;
  const exchange = new CometExchange(comet, onLeave);
  speakGms(app, { credentials, log, errors: {} });
  // Requests that are held would hold up the end of the server.
  app.addHook('preClose', async () => comet.stop());

  for (const url of ['/cometd', '/cometd/*']) {
    app.post(url, async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const peer = { user: userOf(request), signal: gone.signal };
      return sendJson(reply, await answerAll(exchange, messagesOf(request.body), peer));
    });
  }

  app.route({
    method: 'GET',
    url: '/cometd',
    handler: async () => {
      throw new RequestError(400, 'not-bayeux', 'Send Bayeux messages with POST, or open a WebSocket here.');
    },
    wsHandler: (socket, request) => {
      const gone = new AbortController();
      socket.once('close', () => gone.abort());
      const peer = { user: userOf(request), signal: gone.signal };
      socket.on('message', (data) => {
        let messages: BayeuxMessage[];
        try {
          messages = messagesOf(JSON.parse(String(data)));
        } catch (error) {
          log.debug({ err: error }, 'A CometD client sent what is no Bayeux message');
          socket.close(1007, 'Bayeux messages are JSON.');
          return;
        }
        // Each is answered when its answer is there: a connect request is held while others are served.
        for (const message of messages) {
          const answering = async () => send(socket, await exchange.answer(message, peer));
          const held = message.channel === '/meta/connect';
          (held ? answering() : activity.run(answering)).catch((error: unknown) => {
            log.error({ err: error, channel: message.channel }, 'A Bayeux message could not be answered');
            socket.close(1011, 'The server failed.');
          });
        }
      });
    },
  });
}

/** Answers to all messages of a request; the one that is held comes last, after what the others change. */
async function answerAll(
  exchange: CometExchange,
  messages: readonly BayeuxMessage[],
  peer: { user: string | undefined; signal: AbortSignal },
): Promise<BayeuxMessage[]> {
  const isHeld = ({ channel }: BayeuxMessage) => channel === '/meta/connect';
  const inOrder = [...messages.filter((message) => !isHeld(message)), ...messages.filter(isHeld)];
  const answers: BayeuxMessage[] = [];
  for (const message of inOrder) answers.push(...(await exchange.answer(message, peer)));
  return answers;
}

/** @throws RequestError for what is no message and no array of messages */
function messagesOf(body: unknown): BayeuxMessage[] {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  if (messages.length > MOST_MESSAGES || !messages.every((message) => isObject(message) && !Array.isArray(message))) {
    throw new RequestError(400, 'not-bayeux', `A Bayeux request is an array of at most ${MOST_MESSAGES} messages.`);
  }
  // They come from the JSON parser.
  return messages as BayeuxMessage[];
}

function send(socket: WebSocket, messages: readonly BayeuxMessage[]): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(messages));
}

/** The header; where a browser cannot set one (WebSocket), the query. */
function userOf(request: FastifyRequest): string | undefined {
  // Repeated, it is an array, which names nobody.
  const { gms_user: asked } = request.query as { gms_user?: unknown };
  const user = request.headers.gms_user ?? asked;
  return typeof user === 'string' && user !== '' ? user : undefined;
}
