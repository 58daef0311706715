import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type JsonObject, type JsonValue, type Logger, RingbackError } from '../../kernel/index.js';
import { type ServiceRequest, type Services, serviceRequest } from '../../services/index.js';
import { failureOf, pathOf, RequestError } from '../http/failure.js';
import { type CredentialSource, refuseStranger } from './authentication.js';
import { refuseOtherMethods } from './dialect.js';
import { type GmsError, generalError, serviceError, unknownAddress } from './errors.js';
import { sendStoredFile } from './stored-values.js';
import { requireAllowedFiles } from './upload-control.js';

export interface GmsServiceApiOptions {
  services: Services;
  credentials: CredentialSource;
  /** Address at which a stored file can be fetched. */
  fileUrl: (service: string, key: string) => string;
  log: Logger;
}

interface Named {
  Params: { service: string };
}

interface Requested {
  Params: { id: string; request: string };
}

interface Stored {
  Params: { id: string; key: string };
}

const JSON_TYPE = 'application/json;charset=utf-8';

/**
 * The Service API (reference "Service API"; gms-services.md 2 and 4.2) as a Fastify plugin; register it with the prefix of
 * the web application, `/genesys`. Callbacks have an API of their own.
 */
export async function gmsServiceApi(app: FastifyInstance, options: GmsServiceApiOptions): Promise<void> {
  const { services, credentials, fileUrl, log } = options;
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('pragma', 'no-cache');
    reply.header('cache-control', 'no-cache, no-store');
  });
  app.addHook('preHandler', async (request, reply) => {
    // Routes name a service, or an id behind which there is one.
    const { service, id } = request.params as { service?: string; id?: string };
    const name = service ?? (id === undefined ? undefined : await services.nameOf(id));
    if (refuseStranger(credentials, request, reply, name)) return reply;
  });
  app.addHook('preHandler', async ({ uploads }) => requireAllowedFiles(credentials.section('server'), uploads));
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = translate(error, request, log);
    request.refusal = `${body.exception}: ${body.message}`;
    if (status === 503) reply.header('retry-after', '2');
    if (status === 405) reply.header('allow', request.method === 'GET' ? 'POST' : 'GET');
    return reply.code(status).type(JSON_TYPE).send(body);
  });

  app.setNotFoundHandler((request, reply) => {
    const { status, body } = unknownAddress(`${request.method} ${pathOf(request)}`);
    request.refusal = `${body.exception}: ${body.message}`;
    return reply.code(status).type(JSON_TYPE).send(body);
  });

  app.post<Named>('/1/service/:service', async (request, reply) => {
    const answer = await services.create(request.params.service, requestOf(request));
    return json(reply.code(answer.status), answer.body);
  });

  app.get<Named>('/1/service/:service', async (request, reply) => {
    const answer = await services.read(request.params.service, requestOf(request));
    return json(reply.code(answer.status), answer.body);
  });

  app.delete<Named>('/1/service/:service', async (request, reply) => {
    const id = request.params.service;
    if (!(await services.remove(id))) throw new RingbackError('unknown-service-id', `No service with id ${id}`);
    return reply.send();
  });

  for (const method of ['GET', 'POST'] as const) {
    app.route<Requested>({
      method,
      url: '/1/service/:id/:request',
      handler: async (request, reply) => {
        const { id, request: name } = request.params;
        if (name === 'storage') return method === 'GET' ? listData(id, reply) : addData(id, request, reply);
        const answer = await services.request(id, name, requestOf(request));
        return json(reply.code(answer.status), answer.body);
      },
    });
  }

  app.get<Stored>('/1/service/:id/storage/:key', async (request, reply) => {
    const { id, key } = request.params;
    const data = await services.data(id);
    if (!data.has(key)) throw new RingbackError('unknown-key', `No data found for key ${key}`);
    return reply.type('text/plain;charset=utf-8').send(data.get(key) ?? fileUrl(id, key));
  });

  app.get<Stored>('/1/service/:id/storage/binary/:key', async (request, reply) => {
    const { id, key } = request.params;
    const file = await services.file(id, key);
    if (!file) throw new RingbackError('unknown-key', `No file found for key ${key}`);
    return sendStoredFile(reply, file);
  });

  app.delete<Stored>('/1/service/:id/storage/:key', async (request, reply) => {
    const { id, key } = request.params;
    if (!(await services.removeData(id, key))) throw new RingbackError('unknown-key', `No data found for key ${key}`);
    return reply.send();
  });

  refuseOtherMethods(app, '/1/service/:service', ['GET', 'POST', 'DELETE']);
  refuseOtherMethods(app, '/1/service/:id/:request', ['GET', 'POST']);
  refuseOtherMethods(app, '/1/service/:id/storage/:key', ['GET', 'DELETE']);

  async function listData(id: string, reply: FastifyReply): Promise<FastifyReply> {
    const data = await services.data(id);
    return json(reply, Object.fromEntries([...data].map(([key, text]) => [key, text ?? fileUrl(id, key)])));
  }

  async function addData(id: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    await services.request(id, 'update', requestOf(request));
    return json(reply, {});
  }
}

/** Names of user data are keys of an index, which has bounds. */
const LONGEST_NAME = 128;
const LONGEST_VALUE = 64 * 1024;
const MOST_NAMES = 200;

/** Query and body together: names with an underscore are parameters, others user data; the body wins. */
function requestOf(request: FastifyRequest): ServiceRequest {
  if (request.body !== undefined && request.body !== null && !isObject(request.body)) {
    throw new RingbackError('invalid-body', 'The body must be a form or a JSON object');
  }
  const query = Object.entries(isObject(request.query) ? request.query : {});
  const values = [
    ...query.map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value] as const),
    ...Object.entries(request.body ?? {}),
  ];
  // What the JSON parser, a form or the query brought is JSON.
  const { parameters, userData } = serviceRequest(Object.fromEntries(values) as JsonObject);
  for (const { field, filename, type, content } of request.uploads) {
    userData.set(field, { content, fileName: filename, mediaType: type });
  }
  requireLimits({ parameters, userData });
  return { parameters, userData };
}

/** @throws RequestError for too many names, RingbackError `invalid-body`, RequestError for values that are too long */
function requireLimits({ parameters, userData }: ServiceRequest): void {
  const names = [...Object.keys(parameters), ...userData.keys()];
  if (names.length > MOST_NAMES) {
    throw new RequestError(413, 'too-many-fields', `There are more than ${MOST_NAMES} names.`);
  }
  for (const name of names) {
    if (name.length > LONGEST_NAME) {
      const message = `The name ${name.slice(0, LONGEST_NAME)}... is longer than ${LONGEST_NAME} characters`;
      throw new RingbackError('invalid-body', message);
    }
    const value = userData.get(name) ?? parameters[name] ?? '';
    if (typeof value !== 'string' || value.length <= LONGEST_VALUE) continue;
    throw new RequestError(413, 'field-too-large', `The field "${name}" is longer than ${LONGEST_VALUE} characters.`);
  }
}

function translate(error: unknown, request: FastifyRequest, log: Logger): GmsError {
  const known = error instanceof RingbackError ? serviceError(error) : undefined;
  if (known) return known;
  const { failure, unexpected } = failureOf(error, request);
  if (unexpected !== undefined) {
    log.error({ err: unexpected, method: request.method, path: pathOf(request) }, 'A request failed unexpectedly');
  }
  return generalError(failure);
}

/** A status without a body is what probes want. */
function json(reply: FastifyReply, body: JsonValue): FastifyReply {
  if (body === null) return reply.send();
  return reply.type(JSON_TYPE).send(JSON.stringify(body));
}
