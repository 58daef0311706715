import type { FastifyInstance } from 'fastify';

/**
 * Lets clients see the end of the server as an answer. At first, for as long as `grace` takes, those that ask again on
 * their connection hear 503. Whatever is answered after that says that its connection ends with it: a client that were
 * left to believe in the connection would send its next request into a reset.
 */
export function registerClosing(app: FastifyInstance, grace: () => Promise<void>): void {
  let ending = false;
  app.addHook('preClose', async () => {
    await grace();
    ending = true;
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (ending) reply.header('connection', 'close');
    done();
  });
}
