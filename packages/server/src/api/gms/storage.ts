import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Logger, RingbackError } from '../../kernel/index.js';
import { namedStorage, type Storage } from '../../services/index.js';
import type { Database } from '../../store/index.js';
import type { CredentialSource } from './authentication.js';
import { type ErrorTable, refuseOtherMethods, sendJson, speakGms } from './dialect.js';
import { sendStoredFile, storedValuesOf } from './stored-values.js';
import { requireAllowedFiles } from './upload-control.js';

export interface GmsStorageApiOptions {
  database: Database;
  storage: Storage;
  credentials: CredentialSource;
  /** The address, for clients, of a path of this server. */
  link: (path: string) => string;
  log: Logger;
}

interface Ttl {
  Params: { ttl: string };
}

interface Data {
  Params: { id: string };
}

interface Key {
  Params: { id: string; key: string };
}

interface Update {
  Params: { id: string; ttl: string };
}

interface Custom {
  Params: { name: string; ttl: string };
}

const STORAGE = 'com.genesyslab.gsg.services.storage.StorageException';
const ERRORS: ErrorTable = {
  'unknown-storage': [404, STORAGE],
  'unknown-key': [404, STORAGE],
  'invalid-key': [400, STORAGE],
  'no-user': [400, STORAGE],
};

/** Seconds that data live when the request says nothing usable. */
const FALLBACK_TTL_S = 30;
const LONGEST_TTL_S = 30 * 86_400;
const LONGEST_NAME = 255;

/**
 * The Storage API (gms-services.md 4.1): data that clients leave for a while, as texts and files. To be registered with
 * the prefix of the web application, `/genesys`.
 */
export async function gmsStorageApi(app: FastifyInstance, options: GmsStorageApiOptions): Promise<void> {
  const { database, storage, credentials, link, log } = options;
  speakGms(app, { credentials, log, errors: ERRORS });
  const valuesOf = (request: FastifyRequest) => {
    requireAllowedFiles(credentials.section('server'), request.uploads);
    return storedValuesOf(request);
  };

  app.post<Ttl>('/1/storage/:ttl', async (request, reply) => {
    const values = valuesOf(request);
    const ttl = ttlOf(request.params.ttl);
    const id = await database.transaction((tx) => storage.create(tx, values, ttl));
    return sendJson(reply, { id });
  });

  app.post<Custom>('/1/storage/custom/:name/:ttl', async (request, reply) => {
    const { name, ttl } = request.params;
    const user = userOf(request);
    if (user === undefined) throw new RingbackError('no-user', 'Header gms_user is missing: it says whose data it is');
    if (name.length > LONGEST_NAME) {
      throw new RingbackError('invalid-key', `The id is longer than ${LONGEST_NAME} characters`);
    }
    const values = valuesOf(request);
    await database.transaction((tx) => storage.createNamed(tx, user, name, values, ttlOf(ttl)));
    return sendJson(reply, { id: name });
  });

  app.post<Update>('/1/storage/:id/:ttl', async (request, reply) => {
    const { id, ttl } = request.params;
    const values = valuesOf(request);
    await database.transaction(async (tx) => {
      for (const candidate of candidates(request, id)) {
        if (await storage.renew(tx, candidate, ttlOf(ttl))) return storage.put(tx, candidate, values);
      }
      throw unknown(id);
    });
    return reply.send();
  });

  app.get<Data>('/1/storage/:id', async (request, reply) => {
    const { id } = request.params;
    const data = await read(request, id);
    return sendJson(reply, Object.fromEntries([...data].map(([key, text]) => [key, text ?? fileLink(id, key)])));
  });

  app.get<Key>('/1/storage/:id/:key', async (request, reply) => {
    const { id, key } = request.params;
    const data = await read(request, id);
    if (!data.has(key)) throw unknownKey(id, key);
    return reply.type('text/plain;charset=utf-8').send(data.get(key) ?? fileLink(id, key));
  });

  app.get<Key>('/1/storage/binary/:id/:key', async (request, reply) => {
    const { id, key } = request.params;
    for (const candidate of candidates(request, id)) {
      const file = await storage.file(database, candidate, key);
      if (file) return sendStoredFile(reply, file);
    }
    throw unknownKey(id, key);
  });

  app.delete<Data>('/1/storage/:id', async (request, reply) => deleteData(request, request.params.id, reply));

  refuseOtherMethods(app, '/1/storage/:id', ['GET', 'POST', 'DELETE']);
  refuseOtherMethods(app, '/1/storage/:id/:key', ['GET', 'POST']);
  refuseOtherMethods(app, '/1/storage/binary/:id/:key', ['GET']);
  refuseOtherMethods(app, '/1/storage/custom/:name/:ttl', ['POST']);

  async function read(request: FastifyRequest, id: string): Promise<Map<string, string | undefined>> {
    for (const candidate of candidates(request, id)) {
      const data = await storage.list(database, candidate);
      if (data) return data;
    }
    throw unknown(id);
  }

  async function deleteData(request: FastifyRequest, id: string, reply: FastifyReply): Promise<FastifyReply> {
    for (const candidate of candidates(request, id)) {
      if (await storage.remove(database, candidate)) return reply.send();
    }
    throw unknown(id);
  }

  function fileLink(id: string, key: string): string {
    return link(`/genesys/1/storage/binary/${encodeURIComponent(id)}/${encodeURIComponent(key)}`);
  }
}

/** What an id may stand for: an id of ours, or the name that this user gave. */
function candidates(request: FastifyRequest, id: string): string[] {
  const user = userOf(request);
  // Ids of named data have slashes; given as they are, they would go round the user.
  const own = id.includes('/') ? [] : [id];
  return user === undefined ? own : [...own, namedStorage(user, id)];
}

function userOf(request: FastifyRequest): string | undefined {
  const user = request.headers.gms_user;
  return typeof user === 'string' && user !== '' ? user : undefined;
}

/** An incorrect time to live is silently replaced (Storage API, "ttl"). */
function ttlOf(text: string): number {
  const ttl = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return ttl > 0 && ttl <= LONGEST_TTL_S ? ttl : FALLBACK_TTL_S;
}

function unknown(id: string): RingbackError {
  return new RingbackError('unknown-storage', `No data found for id ${id}`);
}

function unknownKey(id: string, key: string): RingbackError {
  return new RingbackError('unknown-key', `No data found for id ${id} and key ${key}`);
}
