import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from './failure.js';
import { type FormValues, lastValues, parseForm } from './form-body.js';
import { parseJson } from './json-body.js';
import { charsetOf, decode, requireStorable } from './text.js';

/** A file of a multipart body, in memory. */
export interface UploadedFile {
  /** Name of the form's field. */
  field: string;
  /** As the client says it: never used as a path. */
  filename: string;
  /** As the client says it. */
  type: string;
  content: Buffer;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of form bodies, urlencoded and multipart: all values by name. `body` holds the last value of each. */
    formValues: FormValues | null;
    /** Of multipart bodies: the files. */
    uploads: readonly UploadedFile[];
  }
  interface FastifyContextConfig {
    /** Limits of this route that differ from those of all others. */
    multipart?: BodyLimits;
  }
}

export interface BodyLimits {
  /** Bytes of a multipart field's value; default 64 KiB. */
  fieldBytes?: number;
  /** Fields of a multipart body; default 200. */
  fields?: number;
  /** Bytes of one file; default 10 MiB. */
  fileBytes?: number;
  /** Files of a body; default 10. */
  files?: number;
  /** Bytes of all files and fields of a body together; default 32 MiB. */
  multipartBytes?: number;
  /** The names of files keep the folders that the client says; default false. */
  keepPaths?: boolean;
}

const DEFAULTS: Required<BodyLimits> = {
  fieldBytes: 64 * 1024,
  fields: 200,
  fileBytes: 10 * 1024 * 1024,
  files: 10,
  multipartBytes: 32 * 1024 * 1024,
  keepPaths: false,
};

/**
 * Reads bodies the same way for every API:
 * - JSON in its charset; an empty body is no body (clients send DELETE with a content type and nothing else);
 * - urlencoded and multipart forms: `body` is name to text, the last value winning, `formValues` has all of them,
 *   `uploads` the files.
 *
 * Compressed bodies are refused with 415: what they would grow to is not known before they are unpacked.
 */
export async function registerBodyParsers(app: FastifyInstance, limits: BodyLimits = {}): Promise<void> {
  app.decorateRequest('formValues', null);
  app.decorateRequest('uploads', { getter: () => [] });
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() === 'identity') return done(null, payload);
    const problem = `The content encoding "${encoding}" is not accepted: send the body as it is.`;
    done(new RequestError(415, 'unsupported-encoding', problem));
  });
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser(['application/json', 'text/json'], { parseAs: 'buffer' }, (request, body, done) => {
    attempt(done, () => parseJson(decode(bytesOf(body), charsetOf(request.headers['content-type']))));
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, body, done) => {
    attempt(done, () => {
      request.formValues = parseForm(bytesOf(body), charsetOf(request.headers['content-type']));
      return lastValues(request.formValues);
    });
  });
  await app.register(multipart);
  app.addHook('preValidation', async (request) => {
    const own = request.routeOptions.config.multipart;
    if (request.isMultipart()) await readMultipart(request, { ...DEFAULTS, ...limits, ...own });
  });
}

/** Tells Fastify what was read, or why it could not be. */
export function attempt(done: (error: Error | null, body?: unknown) => void, parse: () => unknown): void {
  try {
    done(null, parse());
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}

export function bytesOf(body: string | Buffer): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

async function readMultipart(request: FastifyRequest, limits: Required<BodyLimits>): Promise<void> {
  const values = new Map<string, string[]>();
  const uploads: UploadedFile[] = [];
  let total = 0;
  const count = (bytes: number) => {
    total += bytes;
    if (total > limits.multipartBytes) {
      throw new RequestError(413, 'body-too-large', `The body is larger than ${limits.multipartBytes} bytes.`);
    }
  };
  try {
    const parts = request.parts({
      preservePath: limits.keepPaths,
      limits: {
        fieldSize: limits.fieldBytes,
        fields: limits.fields,
        fileSize: limits.fileBytes,
        files: limits.files,
        parts: limits.fields + limits.files,
      },
    });
    for await (const part of parts) {
      if (part.type === 'file') {
        const content = await part.toBuffer();
        count(content.length);
        uploads.push({ field: part.fieldname, filename: part.filename, type: part.mimetype, content });
        continue;
      }
      if (part.valueTruncated) {
        throw new RequestError(
          413,
          'field-too-large',
          `The field "${part.fieldname}" is larger than ${limits.fieldBytes} bytes.`,
        );
      }
      const text = requireStorable(typeof part.value === 'string' ? part.value : JSON.stringify(part.value ?? ''));
      count(text.length);
      values.set(part.fieldname, [...(values.get(part.fieldname) ?? []), text]);
    }
  } catch (error) {
    throw isOurs(error) ? error : new RequestError(400, 'malformed-multipart', 'The multipart body is malformed.');
  }
  request.formValues = Object.fromEntries(values);
  Object.defineProperty(request, 'uploads', { value: uploads });
  request.body = lastValues(request.formValues);
}

/** Errors that say what is wrong; the parser's own are about bytes. */
function isOurs(error: unknown): boolean {
  if (error instanceof RequestError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('FST_') && code !== 'FST_INVALID_MULTIPART_CONTENT_TYPE';
}
