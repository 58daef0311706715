import { type JsonObject, type JsonValue, RingbackError } from '../kernel/index.js';
import type { Action, ActionModule, ActionOutcome, SessionSubject } from '../orchestration/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import type { AccessDesk, LiveService } from './access/access-desk.js';
import { textOf } from './parameter-rules.js';
import type { Storage } from './storage.js';

/** A message for a customer's device. */
export interface DeviceMessage {
  device: string;
  /** `comet`, `fcm`, `ios`, `httpcb`, `customhttp` ... */
  type: string;
  /** '': the default. */
  provider: string;
  debug: boolean;
  language: string;
  /** How often delivery is tried. */
  attempts: number;
  tag: string;
  message: JsonObject;
}

/** What the module's actions are carried out with. */
export interface ServiceModuleParts {
  desk: AccessDesk;
  storage: Storage;
  /** What the session of a service may hold access information for. */
  serviceOf: (sql: Sql, session: SessionSubject) => Promise<LiveService>;
  /** The running session behind the id of a service or callback; undefined when it has none. */
  sessionOf: (id: string) => Promise<string | undefined>;
  /** Stores a message for delivery. @returns why it cannot be sent; undefined when it is on its way */
  push: (tx: Transaction, message: DeviceMessage) => Promise<string | undefined>;
}

const DELIVERY_ATTEMPTS = 3;
const VALUE = { kind: 'value' } as const;
const REQUIRED = { kind: 'value', required: true } as const;
const REQUEST = { requestid: { kind: 'location' } } as const;

/**
 * The module `service`, for the applications of services and of the calls that belong to them. All actions take part in the
 * transaction of the macrostep.
 *
 * - `<service:access group="'DNIS'" code="true" length="4" phone="number" seconds="30"/>`: a number, and a code, with which
 *   the customer of this session reaches the contact centre; `service.access.done` has `number`, `code` and `seconds`.
 * - `<service:match number="dnis" code="digits" phone="ani"/>`: which service a call belongs to; `service.match.done` has
 *   its `id`, the `session` of its application if it has one, `dataid`, and the stored texts as `data`. The match releases
 *   the access information. `error.service.match` with `no-match`: none.
 * - `<service:data/>`: the texts stored with the service of this session, as `data` of `service.data.done`.
 * - `<service:push device="..." os="'fcm'" action="'connect'" data="{...}"/>`: a message to the customer's device.
 */
export function serviceModule(parts: () => ServiceModuleParts): ActionModule {
  return {
    namespaces: ['www.ringback.org/modules/service'],
    prefix: 'service',
    actions: {
      access: {
        attributes: { ...REQUEST, group: VALUE, code: VALUE, length: VALUE, phone: VALUE, seconds: VALUE },
        perform: (tx, action) => access(tx, action, parts()),
      },
      match: {
        attributes: { ...REQUEST, number: REQUIRED, code: VALUE, phone: VALUE },
        perform: (tx, action) => match(tx, action, parts()),
      },
      data: { attributes: REQUEST, perform: (tx, action) => data(tx, action, parts()) },
      push: {
        attributes: {
          ...REQUEST,
          ...{ device: REQUIRED, os: REQUIRED, action: REQUIRED, data: VALUE, provider: VALUE, debug: VALUE },
          language: VALUE,
        },
        perform: (tx, action) => push(tx, action, parts()),
      },
    },
  };
}

async function access(
  tx: Transaction,
  { session, attributes }: Action,
  parts: ServiceModuleParts,
): Promise<ActionOutcome> {
  const service = await parts.serviceOf(tx, session);
  try {
    const given = await parts.desk.give(tx, service, {
      _resource_group: attributes.group ?? '',
      _provide_code: attributes.code ?? '',
      _access_code_length: attributes.length ?? parts.desk.configuredCodeLength() ?? '',
      _phone_number: attributes.phone ?? '',
      _booking_expiration_timeout: attributes.seconds ?? '',
    });
    const { _access_number: number, _access_code: code, _expiration_time: seconds } = given;
    return { done: { number, seconds: Number(seconds), ...(code !== undefined && { code }) } };
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error;
    return { error: error.code, description: error.message };
  }
}

async function match(tx: Transaction, { attributes }: Action, parts: ServiceModuleParts): Promise<ActionOutcome> {
  const number = textOf(attributes.number);
  const code = textOf(attributes.code);
  const phone = textOf(attributes.phone);
  if (number === undefined) return { error: 'invalid-attribute', description: 'number is missing' };
  const call = { number, ...(code !== undefined && { code }), ...(phone !== undefined && { phone }) };
  const [found] = await parts.desk.match(tx, call, false);
  if (!found) return { error: 'no-match', description: `No service waits for a call to ${number}` };
  const session = await parts.sessionOf(found.service);
  const texts = await textsOf(tx, parts.storage, found.storage);
  return { done: { id: found.service, dataid: found.storage, data: texts, ...(session !== undefined && { session }) } };
}

async function data(tx: Transaction, { session }: Action, parts: ServiceModuleParts): Promise<ActionOutcome> {
  const { storage } = await parts.serviceOf(tx, session);
  return { done: { data: storage === undefined ? {} : await textsOf(tx, parts.storage, storage) } };
}

/** Files are fetched, not handed to applications. */
async function textsOf(sql: Sql, storage: Storage, id: string): Promise<JsonObject> {
  const items = [...((await storage.list(sql, id)) ?? [])];
  return Object.fromEntries(items.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}

async function push(
  tx: Transaction,
  { session, attributes }: Action,
  parts: ServiceModuleParts,
): Promise<ActionOutcome> {
  const { device, os, action } = attributes;
  const [address, type, request] = [textOf(device), textOf(os), textOf(action)];
  if (address === undefined || type === undefined || request === undefined) {
    return { error: 'no-device', description: 'device, os and action are needed for a message' };
  }
  const id = session.callback ?? session.id;
  const problem = await parts.push(tx, {
    ...{ device: address, type, attempts: DELIVERY_ATTEMPTS },
    ...{ provider: textOf(attributes.provider) ?? '', language: textOf(attributes.language) ?? '' },
    debug: textOf(attributes.debug)?.toLowerCase() === 'true',
    tag: `service.${session.service ?? id}.${request}`,
    message: { ...objectOf(attributes.data), _id: id, _action: request },
  });
  return problem === undefined ? { done: { action: request } } : { error: 'not-sent', description: problem };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
