import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CONTACT_CENTERS } from '../../callback/index.js';
import { isObject, type JsonObject, type JsonValue, type Logger, RingbackError } from '../../kernel/index.js';
import { RequestError } from '../http/failure.js';
import { refuseOtherMethods } from './dialect.js';
import { gmsFailure, JSON_TYPE } from './failure.js';

type OptionMap = Readonly<Record<string, string>>;

export interface GmsTenantsApiOptions {
  configuration: {
    services(): ReadonlyMap<string, OptionMap>;
    object(kind: 'lists', name: string): Readonly<Record<string, OptionMap>> | undefined;
    put(kind: 'services', name: string, value: JsonValue, by?: string): Promise<unknown>;
    delete(kind: 'services', name: string, by?: string): Promise<void>;
  };
  people: {
    /** Refuses strangers by throwing, otherwise notes who makes the request. */
    guard(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  };
  log: Logger;
}

const SECTION = /^service\.(.+)$/;
const PERMISSION = { exception: 'java.rmi.AccessException', message: 'Requires permission' };
/** What the original says when the layer that knows the people refuses what it was shown. */
const REFUSED = { ...PERMISSION, message: 'Requires permission: GWS Server error, unable to connect' };

/**
 * Tenants of a shared server (`/1/tenants`): the configured services as sections, and where the servers of a contact
 * center are. People with the role of administrator may read and change sections; register it with `/genesys`.
 */
export async function gmsTenantsApi(app: FastifyInstance, options: GmsTenantsApiOptions): Promise<void> {
  const { configuration, people, log } = options;
  app.setErrorHandler((error, request, reply) => {
    const known = error instanceof RingbackError && error.code === 'invalid-configuration';
    return gmsFailure(log)(
      known ? new RequestError(400, error.code, error.message, error.details) : error,
      request,
      reply,
    );
  });

  /** @returns the name of an administrator; undefined when the request has been refused */
  async function administrator(request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
    try {
      await people.guard(request, reply);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      reply.removeHeader('www-authenticate');
    }
    if (request.identity?.roles.has('administrator')) return request.identity.name;
    const body = request.headers.authorization === undefined ? PERMISSION : REFUSED;
    reply.code(403).type(JSON_TYPE).send(JSON.stringify(body));
    return undefined;
  }

  app.get('/1/tenants', async (request, reply) => {
    if ((await administrator(request, reply)) === undefined) return reply;
    const sections = [...configuration.services()].map(([name, section]) => [
      `service.${name}`,
      withoutSecrets(section),
    ]);
    return reply.type(JSON_TYPE).send(JSON.stringify(Object.fromEntries(sections)));
  });

  app.post('/1/tenants', async (request, reply) => {
    const type = request.headers['content-type'] ?? '';
    if (!type.startsWith('application/json')) return reply.code(415).type('text/plain').send('Unsupported Media Type');
    const by = await administrator(request, reply);
    if (by === undefined) return reply;
    const sections = Object.entries(sectionsOf(request.body));
    for (const [name, section] of sections) await configuration.put('services', name, section, by);
    return reply.send();
  });

  app.delete('/1/tenants', async (request, reply) => {
    const by = await administrator(request, reply);
    if (by === undefined) return reply;
    const names = Array.isArray(request.body) ? request.body.map(serviceOf) : [];
    if (!Array.isArray(request.body)) throw invalid('An array of section names is expected');
    for (const name of names) if (configuration.services().has(name)) await configuration.delete('services', name, by);
    return reply.send();
  });

  app.get('/1/tenants/info', async (request, reply) => {
    const ids = contactCenters();
    const asked = headerOf(request);
    if (asked !== undefined && !ids.includes(asked)) return reply.code(404).send();
    const address = `${request.protocol}://${request.host}`;
    const servers = { CFGOrchestrationServer: primary(address), CFGRouterServer: primary(address) };
    const shown = asked === undefined ? ids : [asked];
    return reply.type(JSON_TYPE).send(JSON.stringify(Object.fromEntries(shown.map((id) => [id, servers]))));
  });

  app.post('/1/tenants/refresh', async (request, reply) => {
    const asked = headerOf(request);
    if (asked === undefined) return reply.code(400).send();
    // Every change of the configuration is in effect at once: there is nothing left to refresh.
    return reply.code(contactCenters().includes(asked) ? 202 : 404).send();
  });
  refuseOtherMethods(app, '/1/tenants', ['GET', 'POST', 'DELETE']);
  refuseOtherMethods(app, '/1/tenants/info', ['GET']);
  refuseOtherMethods(app, '/1/tenants/refresh', ['POST']);

  function contactCenters(): string[] {
    return Object.keys(configuration.object('lists', CONTACT_CENTERS) ?? {});
  }
}

/** Sessions and routing are part of this server. */
function primary(address: string): JsonObject {
  return { primary: { ringback: address } };
}

function headerOf({ headers }: FastifyRequest): string | undefined {
  const id = headers.contactcenterid;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** @throws RequestError unless it is an object of sections `service.<name>`, each an object of texts */
function sectionsOf(body: unknown): Record<string, JsonObject> {
  if (!isObject(body)) throw invalid('An object of sections is expected');
  return Object.fromEntries(
    Object.entries(body).map(([section, value]) => {
      if (!isObject(value)) throw invalid(`Section [${section}] must be an object of options`);
      // It was read as JSON; what the options may be is checked when they are stored.
      return [serviceOf(section), value as JsonObject];
    }),
  );
}

function serviceOf(section: unknown): string {
  const name = typeof section === 'string' ? SECTION.exec(section)?.[1] : undefined;
  if (name === undefined) throw invalid(`[${String(section)}] is not a section service.<name>`);
  return name;
}

function withoutSecrets({ password: _password, ...options }: OptionMap): OptionMap {
  return options;
}

function invalid(problem: string): RequestError {
  return new RequestError(400, 'invalid-sections', problem);
}
