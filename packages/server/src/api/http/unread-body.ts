import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Bytes of a refused body that are read and thrown away. */
const MOST_DISCARDED = 64 * 1024 * 1024;

/**
 * Lets a client that is still sending its body hear why it is refused. A connection that is closed while data are under
 * way is reset, and the answer is lost with it: many clients report a broken pipe instead of the 413 that they were sent.
 * So the rest of a refused body is read and thrown away before the answer ends the connection. A body that goes on
 * beyond `MOST_DISCARDED` bytes is cut off.
 */
export function registerUnreadBodies(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (reply.statusCode < 400 || !isUnderWay(request.raw)) done();
    else discard(request.raw, done);
  });
}

function isUnderWay(message: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = message.headers;
  if (length === undefined && encoding === undefined) return false;
  return !message.complete && !message.readableEnded && !message.destroyed;
}

function discard(message: IncomingMessage, done: () => void): void {
  let discarded = 0;
  let finished = false;
  const finish = () => {
    if (finished) return;
    finished = true;
    message.off('data', count).off('end', finish).off('close', finish);
    done();
  };
  const count = (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > MOST_DISCARDED) finish();
  };
  message.unpipe();
  message.on('data', count).once('end', finish).once('close', finish);
  message.resume();
}
