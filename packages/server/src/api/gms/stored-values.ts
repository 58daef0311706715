import type { FastifyReply, FastifyRequest } from 'fastify';
import { isObject, RingbackError } from '../../kernel/index.js';
import type { StoredFile, StoredValue } from '../../services/index.js';
import { RequestError } from '../http/failure.js';

const MOST_KEYS = 200;
const LONGEST_KEY = 255;
const LONGEST_VALUE = 64 * 1024;

/**
 * What a request stores: the pairs of its query and its body (form or JSON object), and its files. The body wins; of a
 * repeated name the last value does. Values that are no text are stored as their JSON text.
 * @throws RingbackError `invalid-key`; RequestError for what is too large, or is no form and no object
 */
export function storedValuesOf(request: FastifyRequest): Map<string, StoredValue> {
  const { body } = request;
  if (body !== undefined && body !== null && (!isObject(body) || Array.isArray(body))) {
    throw new RequestError(400, 'invalid-body', 'The body must be a form or a JSON object');
  }
  const values = new Map<string, StoredValue>();
  for (const [name, value] of Object.entries(isObject(request.query) ? request.query : {})) {
    values.set(name, textOf(Array.isArray(value) ? value.at(-1) : value));
  }
  for (const [name, value] of Object.entries(body ?? {})) values.set(name, textOf(value));
  for (const { field, filename, type, content } of request.uploads) {
    values.set(field, { content, fileName: filename, mediaType: type });
  }
  requireLimits(values);
  return values;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function requireLimits(values: ReadonlyMap<string, StoredValue>): void {
  if (values.size > MOST_KEYS) {
    throw new RequestError(413, 'too-many-fields', `There are ${values.size} keys; at most ${MOST_KEYS} are accepted.`);
  }
  for (const [key, value] of values) {
    if (key === '' || key.length > LONGEST_KEY || key.includes('/')) {
      const message = `The key [${key.slice(0, LONGEST_KEY)}] is not possible: keys have 1 to ${LONGEST_KEY} characters and no slash`;
      throw new RingbackError('invalid-key', message);
    }
    if (typeof value === 'string' && value.length > LONGEST_VALUE) {
      const message = `The value of ${key} is longer than ${LONGEST_VALUE} characters.`;
      throw new RequestError(413, 'field-too-large', message);
    }
  }
}

/** Sends a stored file. What a client stored is never shown as a page of ours. */
export function sendStoredFile(reply: FastifyReply, file: StoredFile): FastifyReply {
  return reply
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`)
    .type(/^[\w.+-]+\/[\w.+-]+$/.test(file.mediaType) ? file.mediaType : 'application/octet-stream')
    .send(file.content);
}
