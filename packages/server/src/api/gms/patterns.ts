import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../../kernel/index.js';
import type { PatternMatcher } from '../../services/index.js';
import type { CredentialSource } from './authentication.js';
import { refuseOtherMethods, sendJson, speakGms } from './dialect.js';
import { storedValuesOf } from './stored-values.js';

export interface GmsPatternsApiOptions {
  patterns: PatternMatcher;
  credentials: CredentialSource;
  log: Logger;
}

interface Group {
  Params: { group: string };
}

/** The Pattern Matcher API (gms-services.md 7), to be registered with the prefix of the web application, `/genesys`. */
export async function gmsPatternsApi(app: FastifyInstance, options: GmsPatternsApiOptions): Promise<void> {
  const { patterns, credentials, log } = options;
  speakGms(app, { credentials, log, errors: { 'unknown-pattern-group': [404], 'invalid-key': [400] } });

  app.post('/1/patterns', async (request, reply) =>
    sendJson(reply, Object.fromEntries(patterns.match(texts(request)))),
  );
  app.post<Group>('/1/patterns/group/:group', async (request, reply) =>
    sendJson(reply, Object.fromEntries(patterns.match(texts(request), request.params.group))),
  );
  refuseOtherMethods(app, '/1/patterns', ['POST']);
  refuseOtherMethods(app, '/1/patterns/group/:group', ['POST']);
}

/** The parameters of the request; files are no texts and match nothing. */
function texts(request: FastifyRequest): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of storedValuesOf(request)) if (typeof value === 'string') found.set(name, value);
  return found;
}
