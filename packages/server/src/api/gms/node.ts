import type { FastifyInstance } from 'fastify';
import { type Logger, RingbackError } from '../../kernel/index.js';
import type { NodeStatus } from '../../services/index.js';
import type { CredentialSource } from './authentication.js';
import { refuseOtherMethods, speakGms } from './dialect.js';

export interface GmsNodeApiOptions {
  node: NodeStatus;
  credentials: CredentialSource;
  log: Logger;
}

interface Change {
  Params: { status: string };
}

/** The Node API (gms-services.md 5), to be registered with the prefix of the web application, `/genesys`. */
export async function gmsNodeApi(app: FastifyInstance, { node, credentials, log }: GmsNodeApiOptions): Promise<void> {
  // Of the 8.1.1 line: whether the process is alive, for everybody.
  app.get('/1/node', async (_request, reply) => reply.send());
  await app.register(async (scope) => {
    speakGms(scope, { credentials, log, errors: { 'unknown-status': [400] } });
    scope.get('/1/admin/node/status', async (_request, reply) =>
      reply
        .removeHeader('pragma')
        // Five minutes in the original: a probe would learn too late.
        .header('cache-control', 'max-age=0')
        .type('text/plain;charset=ISO-8859-1')
        .send(node.state),
    );
    scope.post<Change>('/1/admin/node/changestatus/:status', async (request, reply) => {
      const { status } = request.params;
      if (status !== 'ONLINE' && status !== 'OFFLINE') {
        throw new RingbackError('unknown-status', `Status ${status} is not known: use ONLINE or OFFLINE`);
      }
      node.change(status);
      return reply.send();
    });
    refuseOtherMethods(scope, '/1/admin/node/status', ['GET']);
    refuseOtherMethods(scope, '/1/admin/node/changestatus/:status', ['POST']);
  });
}
