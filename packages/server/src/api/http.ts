import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Logger } from '../kernel/index.js';
import { type BodyLimits, registerBodyParsers } from './http/body-parsers.js';
import { registerClosing } from './http/closing.js';
import { registerConsole } from './http/console.js';
import { registerDocumentation } from './http/documentation.js';
import { answerFailures, failureOf, RequestError, sendFailure } from './http/failure.js';
import { type Guard, openToAll } from './http/guard.js';
import { type Readiness, registerOperations } from './http/operations.js';
import { registerRequestLog } from './http/request-log.js';
import { withoutStraySlashes } from './http/stray-slashes.js';
import { registerUnreadBodies } from './http/unread-body.js';
import { registerWebSockets } from './http/web-sockets.js';
import { registerWidget } from './http/widget.js';
import { answerNotFound, asProblem } from './problem.js';

export type { BodyLimits, UploadedFile } from './http/body-parsers.js';
export {
  answerFailures,
  type Failure,
  type FailureFormat,
  failureOf,
  RequestError,
  type StatusByCode,
  sendFailure,
} from './http/failure.js';
export type { FormValues } from './http/form-body.js';
export type { Guard } from './http/guard.js';
export { openListeners } from './http/listeners.js';
export type { Readiness } from './http/operations.js';

export interface HttpOptions {
  log: Logger;
  /** Gets the metrics of requests; served at /metrics. */
  metrics: Registry;
  /** Asked by /readyz. */
  readiness: () => Readiness | Promise<Readiness>;
  /** Of the program, for the API's description. */
  version: string;
  /** The built console (packages/console/dist). */
  consoleDirectory: string;
  /** Origins beside this server that pages of the console may connect to; default: none. */
  consoleConnects?: () => readonly string[];
  /** The built client with the widget (packages/client/dist); default: none is served. */
  widgetDirectory?: string;
  /** Keeps strangers from the console and the documentation; default: open to all. */
  guard?: Guard;
  /** Passes between the beginning of `close()` and the end of connections that rest; default: no time. */
  closingGrace?: () => Promise<void>;
  /** Bytes of a body that is not multipart; default 1 MiB. */
  bodyLimit?: number;
  multipart?: BodyLimits;
}

const BODY_LIMIT = 1024 * 1024;
const LONGEST_PARAMETER = 1000;

/**
 * The HTTP server that all APIs are registered on, before it listens: reading of bodies, request log, metrics, what
 * operators ask, documentation, console. Each API is a Fastify plugin of its own and sets its dialect of errors with
 * `answerFailures`; what none of them serves is answered with a problem document.
 *
 * `close()` refuses new requests with 503, lets those under way end, and ends streams.
 */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { log, metrics, readiness, version, consoleDirectory, widgetDirectory, guard = openToAll } = options;
  const app = Fastify({
    bodyLimit: options.bodyLimit ?? BODY_LIMIT,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    rewriteUrl: ({ url = '/' }) => withoutStraySlashes(url),
    frameworkErrors: (error, request, reply) => {
      sendFailure(reply, request, failureOf(error, request).failure, asProblem);
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    // No name or value in an address has a use for NUL, and no database column can hold it.
    if (request.url.includes('%00'))
      throw new RequestError(400, 'malformed-url', 'The address contains a NUL character.');
  });
  registerRequestLog(app, log, metrics);
  registerUnreadBodies(app);
  registerClosing(app, options.closingGrace ?? (async () => {}));
  await registerBodyParsers(app, options.multipart);
  await registerWebSockets(app);
  answerFailures(app, log, asProblem);
  answerNotFound(app);
  await registerDocumentation(app, version, guard);
  registerOperations(app, { readiness, metrics });
  await registerConsole(app, consoleDirectory, guard, options.consoleConnects);
  if (widgetDirectory !== undefined) await registerWidget(app, widgetDirectory);
  return app;
}
