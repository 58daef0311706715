import type { Readable } from 'node:stream';
import type { ContextServices } from '../../context/index.js';
import type { JsonObject, JsonValue } from '../../kernel/index.js';
import type { Dialect } from './errors.js';
import type { Query } from './query.js';
import type { Right } from './rights.js';

/** A request, as the operations see it. */
export interface Call {
  context: ContextServices;
  tenant: number;
  /** Who asks, for audits. */
  actor: string;
  /** The address that the operations' paths are relative to, such as `/genesys/1/cs`. */
  base: string;
  /** The path and query as sent. */
  url: string;
  /** A part of the path. */
  part(name: string): string;
  query: Query;
  /** The body as an object; `{}` when there is none. @throws Refusal when it is something else */
  object(): JsonObject;
  /** The body, whatever it is; undefined when there is none. */
  body: JsonValue | undefined;
  /** The body of an operation that takes a stream, when it was sent as one. */
  stream: Readable | undefined;
  /** Whether the client would rather have one JSON text per line. */
  wantsLines: boolean;
  /** Requires a further right, which depends on what was sent. @throws Refusal `forbidden` */
  require(right: Right): void;
}

export interface Answer {
  status: number;
  /** Absent: an empty body. */
  body?: JsonValue | readonly JsonValue[] | { readonly lines: AsyncIterable<JsonValue>; readonly asArray: boolean };
  headers?: Record<string, string>;
}

/** One request of the API. Adding one is adding a row to one of the lists of operations. */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Relative to the base; `:name` is a part that varies. */
  path: string;
  right: Right;
  dialect: Dialect;
  /** Refused in maintenance mode. */
  productionOnly?: boolean;
  /** Also served without a tenant. */
  anyTenant?: boolean;
  /** The largest body in bytes, where it differs from the server's. */
  bodyLimit?: number;
  handle(call: Call): Promise<Answer>;
}

/** An operation on services, states or tasks. */
export function serviceOperation(
  request: string,
  task: string,
  need: Right['need'],
  handle: Operation['handle'],
): Operation {
  return operation(request, `UCS.${task}`, need, 'gms', handle);
}

/** An operation on profiles or definitions, whose errors have the UCS form. */
export function ucsOperation(
  request: string,
  task: string,
  need: Right['need'],
  handle: Operation['handle'],
): Operation {
  return operation(request, `UCS.${task}`, need, 'ucs', handle);
}

function operation(
  request: string,
  task: string,
  need: Right['need'],
  dialect: Dialect,
  handle: Operation['handle'],
): Operation {
  const [method = '', path = ''] = request.split(' ', 2);
  if (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'DELETE') {
    throw new Error(`No method is known by the name of '${method}'`);
  }
  return { method, path, right: { task, need }, dialect, handle };
}
