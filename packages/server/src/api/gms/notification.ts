import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isObject, type JsonObject, type JsonValue, type Logger, RingbackError } from '../../kernel/index.js';
import type { Address, NewSubscription, Notifications, Publication, Subscription } from '../../notify/index.js';
import type { Database } from '../../store/index.js';
import type { CredentialSource } from './authentication.js';
import { type ErrorTable, refuseOtherMethods, sendJson, speakGms } from './dialect.js';

export interface GmsNotificationApiOptions {
  database: Database;
  notifications: Notifications;
  credentials: CredentialSource;
  log: Logger;
}

interface OfSubscription {
  Params: { id: string };
}

const ERRORS: ErrorTable = {
  'invalid-notification': [400],
  'channel-disabled': [400],
  'unknown-subscription': [404],
  'not-json': [415],
};

const LONGEST = 4096;
/** Subscriptions live for 30 days at most, seconds. */
const LONGEST_EXPIRATION_S = 30 * 86_400;
const MOST_PROPERTIES = 100;

/**
 * The Notification API (gms-services.md 6.1, 6.2): devices subscribe, applications publish. JSON alone. To be registered
 * with the prefix of the web application, `/genesys`.
 */
export async function gmsNotificationApi(app: FastifyInstance, options: GmsNotificationApiOptions): Promise<void> {
  const { database, notifications, credentials, log } = options;
  speakGms(app, { credentials, log, errors: ERRORS });
  app.addHook('preValidation', async (request) => {
    if (request.method === 'POST') requireJson(request);
  });

  app.post('/1/notification/subscription', async (request, reply) => {
    const user = request.headers.gms_user;
    const subscription = subscriptionOf(bodyOf(request), typeof user === 'string' ? user : undefined);
    return sendJson(reply, { id: await notifications.subscribe(database, subscription) });
  });
  refuseOtherMethods(app, '/1/notification/subscription', ['POST']);

  app.get<OfSubscription>('/1/notification/subscription/:id', async (request, reply) => {
    const { id } = request.params;
    const found = await notifications.subscriptions.read(database, id);
    if (!found) throw unknown(id);
    return sendJson(reply, shown(found));
  });
  app.delete<OfSubscription>('/1/notification/subscription/:id', async (request, reply) => {
    const { id } = request.params;
    if (!(await notifications.subscriptions.remove(database, id))) throw unknown(id);
    return reply.send();
  });
  refuseOtherMethods(app, '/1/notification/subscription/:id', ['GET', 'DELETE']);

  app.post('/1/notification/publish', async (request, reply) => {
    const publication = publicationOf(bodyOf(request));
    await database.transaction((tx) => notifications.publish(tx, publication));
    return sendJson(reply, {});
  });
  refuseOtherMethods(app, '/1/notification/publish', ['POST']);
}

function requireJson(request: FastifyRequest): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type === 'text/json') return;
  throw new RingbackError('not-json', `The content type must be application/json, not ${type || 'absent'}`);
}

function bodyOf(request: FastifyRequest): JsonObject {
  if (!isObject(request.body)) throw invalid('The body must be a JSON object');
  // Bodies come from the JSON parser.
  return request.body as JsonObject;
}

function subscriptionOf(body: JsonObject, user: string | undefined): NewSubscription {
  const expire = Number(body.expire);
  return {
    subscriberId: mandatory(body, 'subscriberId'),
    filter: mandatory(body, 'filter'),
    ...addressOf(body, detailsOf(body.notificationDetails)),
    ...(user && { user: bounded('gms_user', user) }),
    // A wrong value counts as absent, as that of the option does.
    ...(Number.isFinite(expire) && expire > 0 && { expire: Math.min(expire, LONGEST_EXPIRATION_S) }),
  };
}

function publicationOf(body: JsonObject): Publication {
  const { message, notificationDetails: details } = body;
  if (message === undefined || message === null) throw invalid('Mandatory member message is missing');
  const event = optional(body, 'event');
  return {
    tag: mandatory(body, 'tag'),
    message,
    ...(event !== undefined && { event }),
    ...(details !== undefined && details !== null && { to: addressOf(body, detailsOf(details)) }),
  };
}

function detailsOf(details: JsonValue | undefined): JsonObject {
  if (isObject(details) && !Array.isArray(details)) return details as JsonObject; // part of a JSON body
  throw invalid('Mandatory member notificationDetails is missing or no object');
}

function addressOf(body: JsonObject, details: JsonObject): Address {
  const properties = propertiesOf(details.properties);
  const provider = optional(body, 'providerName');
  const authorization = optional(body, 'authorization');
  const language = optional(body, 'language') ?? optional(details, 'language') ?? properties.language;
  if (authorization !== undefined && !/^[\x20-\x7e]*$/.test(authorization)) {
    throw invalid('Member authorization holds characters that no header may have');
  }
  return {
    type: mandatory(details, 'type'),
    deviceId: mandatory(details, 'deviceId'),
    properties,
    ...(provider !== undefined && { provider }),
    ...(authorization !== undefined && { authorization }),
    ...(language !== undefined && { language }),
  };
}

function propertiesOf(value: JsonValue | undefined): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isObject(value) || Array.isArray(value)) throw invalid('Member properties must be an object');
  const entries = Object.entries(value);
  if (entries.length > MOST_PROPERTIES) throw invalid(`There are more than ${MOST_PROPERTIES} properties`);
  return Object.fromEntries(
    entries.map(([name, text]) => [
      bounded('properties', name),
      bounded(name, typeof text === 'string' ? text : JSON.stringify(text)),
    ]),
  );
}

function mandatory(object: JsonObject, name: string): string {
  const value = optional(object, name);
  if (value === undefined) throw invalid(`Mandatory member ${name} is missing`);
  return value;
}

/** Empty counts as absent. */
function optional(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(`Member ${name} must be a text`);
  return bounded(name, value);
}

function bounded(name: string, text: string): string {
  if (text.length > LONGEST) throw invalid(`Member ${name} is longer than ${LONGEST} characters`);
  return text;
}

function invalid(problem: string): RingbackError {
  return new RingbackError('invalid-notification', problem);
}

function unknown(id: string): RingbackError {
  return new RingbackError('unknown-subscription', `No subscription with id ${id}`);
}

/** As it was given, with its id. */
function shown({
  id,
  subscriberId,
  provider,
  authorization,
  language,
  expire,
  filter,
  ...rest
}: Subscription): JsonObject {
  return {
    id,
    subscriberId,
    ...(provider !== undefined && { providerName: provider }),
    ...(authorization !== undefined && { authorization }),
    ...(language !== undefined && { language }),
    ...(expire !== undefined && { expire }),
    filter,
    notificationDetails: { deviceId: rest.deviceId, type: rest.type, properties: { ...rest.properties } },
  };
}
