import type { FastifyInstance } from 'fastify';
import { isObject, KvList } from '../../kernel/index.js';
import { attempt, bytesOf } from '../http/body-parsers.js';
import { parseJson } from '../http/json-body.js';
import { charsetOf, decode } from '../http/text.js';
import { RequestError } from '../http.js';

/** Bodies without a content type are JSON; those of another type stay refused. */
export function readUntypedBodies(app: FastifyInstance): void {
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    attempt(done, () => {
      const type = request.headers['content-type'];
      if (type) throw new RequestError(415, 'unsupported-media-type', 'The body must be JSON.');
      return parseJson(decode(bytesOf(body), charsetOf(type)));
    });
  });
}

/**
 * The user data of a request: a flat object, the same as `{"record": {...}}` or `{"record": "<JSON text>"}` (what a
 * `<fetch>` with `<param name="record">` makes of it), or typed triples. No body is no user data.
 * @throws RequestError 400
 */
export function userDataOf(body: unknown): KvList {
  if (body === undefined || body === null || body === '') return emptyList();
  const list = KvList.read(unwrapped(body));
  if (list) return list;
  throw new RequestError(400, 'malformed-user-data', 'The body must be a JSON object of keys and values.');
}

function unwrapped(body: unknown): unknown {
  if (!isObject(body)) return body;
  const keys = Object.keys(body);
  const [only] = keys;
  if (keys.length !== 1 || only?.toLowerCase() !== 'record') return body;
  const { [only]: record } = body;
  if (typeof record !== 'string') return record;
  return record.trim() === '' ? {} : parseJson(record);
}

function emptyList(): KvList {
  const list = KvList.read({});
  if (!list) throw new Error('an empty object is a key-value list');
  return list;
}
