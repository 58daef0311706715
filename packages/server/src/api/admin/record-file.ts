import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { charsetOf } from '../http/text.js';
import { RequestError } from '../http.js';
import { queryText } from './paging.js';

/** Files of records: CSV and JSON lines, in both directions, as streams. */

export type FileFormat = 'csv' | 'ndjson';

const FORMATS: ReadonlyMap<string, FileFormat> = new Map<string, FileFormat>([
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
]);

/** The media types of files. */
export const fileTypes = [...FORMATS.keys()];
const CONTENT_TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' };

/** Hands bodies of these types over as they arrive, whatever their size; only for the routes of `scope`. */
export function acceptFiles(scope: FastifyInstance): void {
  scope.addContentTypeParser(fileTypes, (_request, payload, done) => done(null, payload));
}

export interface SentFile {
  format: FileFormat;
  source: Readable;
  charset: string;
  /** Bytes, as far as the client has said. */
  totalBytes?: number;
}

/** The file that a request sends; undefined when its body is of another type. */
export function sentFile(request: FastifyRequest): SentFile | undefined {
  const type = request.headers['content-type'];
  const format = FORMATS.get(mediaType(type));
  if (format === undefined) return undefined;
  const length = Number(request.headers['content-length']);
  return {
    format,
    source: request.body as Readable, // the parser above hands the stream over
    charset: charsetOf(type),
    ...(Number.isSafeInteger(length) && { totalBytes: length }),
  };
}

/**
 * The format of the file that a client wants: the parameter `format`, else its Accept header; undefined for JSON.
 * @throws RequestError 400
 */
export function wantedFormat(request: FastifyRequest): FileFormat | undefined {
  const format = queryText(request, 'format');
  if (format === 'csv' || format === 'ndjson') return format;
  if (format !== undefined && format !== 'json') {
    const detail = `is "${format}", must be json, csv or ndjson`;
    throw new RequestError(400, 'invalid-request', `The parameter format ${detail}.`, [{ pointer: '/format', detail }]);
  }
  const accepted = (request.headers.accept ?? '').split(',').map(mediaType);
  if (format === 'json' || accepted.includes('application/json')) return undefined;
  return accepted.map((type) => FORMATS.get(type)).find((found) => found !== undefined);
}

export function sendFile(reply: FastifyReply, format: FileFormat, name: string, content: Readable): FastifyReply {
  const file = `${encodeURIComponent(name)}.${format}`;
  return reply
    .header('content-type', CONTENT_TYPES[format])
    .header('content-disposition', `attachment; filename*=UTF-8''${file}`)
    .send(content);
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
