import type { FastifyInstance } from 'fastify';
import { type Logger, RingbackError } from '../../kernel/index.js';
import type { PoolDirectory } from '../../services/index.js';
import type { CredentialSource } from './authentication.js';
import { type ErrorTable, refuseOtherMethods, sendJson, speakGms } from './dialect.js';

export interface GmsResourceApiOptions {
  pools: PoolDirectory;
  credentials: CredentialSource;
  log: Logger;
}

const ERRORS: ErrorTable = {
  'unknown-resource-group': [404, 'com.genesyslab.gsg.services.resource.ResourceException'],
};

/**
 * The pools of access numbers, to look at (gms-services.md 12.6): `GET /1/resource`, `GET /1/resource/{group}`. They are
 * configured through `/api/v1/resources`. To be registered with the prefix of the web application, `/genesys`.
 */
export async function gmsResourceApi(
  app: FastifyInstance,
  { pools, ...options }: GmsResourceApiOptions,
): Promise<void> {
  speakGms(app, { ...options, errors: ERRORS });
  app.get('/1/resource', async (_request, reply) => sendJson(reply, await pools.all()));
  refuseOtherMethods(app, '/1/resource', ['GET']);
  app.get<{ Params: { group: string } }>('/1/resource/:group', async (request, reply) => {
    const { group } = request.params;
    const pool = await pools.find(group);
    if (!pool) throw new RingbackError('unknown-resource-group', `Resource group ${group} is not configured`);
    return sendJson(reply, pool);
  });
  refuseOtherMethods(app, '/1/resource/:group', ['GET']);
}
