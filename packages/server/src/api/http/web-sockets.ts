import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';

/** Largest message that a client may send, bytes. */
const LARGEST_MESSAGE = 1024 * 1024;
/** After so long without traffic the operating system asks whether the client is still there, milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/**
 * WebSockets for all APIs: routes say `{ websocket: true }`. When the server closes, its sockets are closed with code 1001.
 */
export async function registerWebSockets(app: FastifyInstance): Promise<void> {
  await app.register(websocket, {
    options: { maxPayload: LARGEST_MESSAGE },
    preClose(done) {
      for (const client of app.websocketServer.clients) client.close(1001, 'The server closes.');
      app.websocketServer.close(() => done());
    },
    errorHandler: (error, socket, request) => {
      request.log.error({ err: error }, 'A WebSocket handler failed');
      socket.close(1011, 'The server failed.');
    },
  });
  app.websocketServer.on('connection', (_client, request) => request.socket.setKeepAlive(true, KEEP_ALIVE_MS));
}
