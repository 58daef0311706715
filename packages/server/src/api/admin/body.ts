import type { FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { schemaComplaints } from '../../config/index.js';
import type { JsonValue } from '../../kernel/index.js';
import { RequestError } from '../http.js';

/**
 * The JSON body of a request.
 * @throws RequestError 400 without one, 415 for a form
 */
export function jsonBody(request: FastifyRequest): JsonValue {
  if (request.formValues) {
    throw new RequestError(415, 'unsupported-media-type', 'A JSON body is expected (content type application/json).');
  }
  if (request.body === undefined) throw new RequestError(400, 'missing-body', 'A JSON body is expected.');
  return request.body as JsonValue; // the JSON parser made it
}

/**
 * The body, which satisfies the schema. Without a body an empty object is checked.
 * @throws RequestError 422 with every field that is wrong
 */
export function checkedBody<Schema extends TSchema>(request: FastifyRequest, schema: Schema): Static<Schema> {
  const body = request.body === undefined ? {} : jsonBody(request);
  const errors = schemaComplaints(schema, body);
  if (errors.length === 0) return body as Static<Schema>; // checked
  const reasons = errors.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ');
  throw new RequestError(422, 'invalid-content', `The body is wrong: ${reasons}.`, errors);
}
