import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Clock, isObject, type Logger, RingbackError } from '../../kernel/index.js';
import { describeQueues, ewtMode, type WaitingFigures } from '../../services/index.js';
import type { CredentialSource } from './authentication.js';
import { type ErrorTable, refuseOtherMethods, sendJson, speakGms } from './dialect.js';

export interface GmsEwtApiOptions {
  figures: WaitingFigures;
  clock: Clock;
  credentials: CredentialSource;
  log: Logger;
}

const ERRORS: ErrorTable = { 'unknown-ewt': [404] };

/**
 * Expected waits of virtual queues, version 2 (gms-services.md 10.4): `GET /2/ewt/{ewt1|ewt2|ewt3}?vqs=VQ1,VQ2`, by queue
 * name; `ewt2` where no model is named, all queues where none is. To be registered with the prefix `/genesys`.
 */
export async function gmsEwtApi(app: FastifyInstance, options: GmsEwtApiOptions): Promise<void> {
  const { figures, clock } = options;
  speakGms(app, { ...options, errors: ERRORS });
  for (const url of ['/2/ewt', '/2/ewt/:mode']) {
    app.get<{ Params: { mode?: string } }>(url, async (request, reply) => {
      const { mode: asked = 'ewt2' } = request.params;
      const mode = ewtMode(asked);
      if (!mode) throw new RingbackError('unknown-ewt', `There is no estimate ${asked}: use ewt1, ewt2 or ewt3`);
      return sendJson(reply, await describeQueues(figures, mode, queuesOf(request), clock.now()));
    });
    refuseOtherMethods(app, url, ['GET']);
  }
}

/** `vqs`: names with commas between them, also given more than once. */
function queuesOf({ query }: FastifyRequest): string[] | undefined {
  const given = isObject(query) ? (query.vqs ?? query.name) : undefined;
  if (given === undefined || given === '') return undefined;
  const names = (Array.isArray(given) ? given : [given]).flatMap((list) => String(list).split(','));
  return names.map((name) => name.trim()).filter((name) => name !== '');
}
