import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { instant, isObject, type JsonObject } from '../../kernel/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import type { CallbackDirectory, EventHistory } from './callbacks.js';
import { pagingParameters, queryText, readPage, sendPage } from './paging.js';

/** Customers as people read them. */
interface Customer {
  id: string;
  attributes: JsonObject;
  extensions: JsonObject;
}

/** A callback or call of a customer. */
interface Contact {
  kind: 'callback' | 'call';
  id: string;
  number: string;
  /** The service record that it started. */
  service: string | null;
  at: number;
  endedAt: number | null;
}

/** What this API needs of Context Services. Functions about one customer reject with the code `profile-not-found`. */
export interface CustomerDesk {
  /** The tenant of a request; undefined: the installation's only one. @throws RingbackError `no-tenant`, `unknown-tenant` */
  tenant(given: string | undefined): number;
  list(
    tenant: number,
    filter: { limit: number; cursor?: string | undefined },
  ): Promise<{ customers: Customer[]; next?: string }>;
  find(tenant: number, wanted: string): Promise<Customer[]>;
  get(tenant: number, id: string): Promise<Customer>;
  change(tenant: number, id: string, attributes: JsonObject): Promise<Customer>;
  journey(tenant: number, id: string): Promise<{ services: JsonObject[]; contacts: Contact[] }>;
  definitions(tenant: number): Promise<JsonObject>;
}

const MOST_EVENTS = 1000;
const tags = ['customers'];
const params = Type.Object({ id: Type.String() });
const customer = Type.Object({
  id: Type.String(),
  attributes: Type.Object({}, { additionalProperties: true }),
  extensions: Type.Object({}, { additionalProperties: true }),
});
const tenantParameter = {
  tenant: Type.Optional(Type.String({ description: 'DBID or name, where there are several' })),
};
const querystring = Type.Object(tenantParameter);
const absent = { 404: { ...problemSchema, description: 'There is no such customer' } };
const anything = Type.Object({}, { additionalProperties: true });

/** `/customers`: who called, who is called, what was promised to them and what became of it. */
export function registerCustomers(
  app: FastifyInstance,
  desk: CustomerDesk,
  callbacks: CallbackDirectory,
  journal: EventHistory,
): void {
  app.get(
    '/customers',
    {
      config: { deed: 'see customers' },
      schema: {
        tags,
        summary: 'Find customers by number, id or identification key, or list them by id',
        querystring: Type.Object({
          search: Type.Optional(
            Type.String({ description: 'A telephone number in any notation, an id, or a key value' }),
          ),
          ...tenantParameter,
          ...pagingParameters,
        }),
        response: { 200: Type.Array(customer) },
      },
    },
    async (request, reply) => {
      const tenant = desk.tenant(queryText(request, 'tenant'));
      const search = queryText(request, 'search')?.trim();
      if (search) return desk.find(tenant, search);
      const { customers, next } = await desk.list(tenant, readPage(request));
      return sendPage(request, reply, customers, next);
    },
  );

  app.get(
    '/customers/definitions',
    {
      config: { deed: 'see customers' },
      schema: { tags, summary: 'What is defined about profiles', querystring, response: { 200: anything } },
    },
    (request) => desk.definitions(desk.tenant(queryText(request, 'tenant'))),
  );

  app.get<{ Params: { id: string } }>(
    '/customers/:id',
    {
      config: { deed: 'see customers' },
      schema: { tags, summary: 'Read a customer', params, querystring, response: { 200: customer, ...absent } },
    },
    (request) => desk.get(desk.tenant(queryText(request, 'tenant')), request.params.id),
  );

  app.patch<{ Params: { id: string } }>(
    '/customers/:id',
    {
      config: { deed: 'edit customers' },
      schema: {
        tags,
        summary: "Change attributes of a customer's profile; a null removes one",
        params,
        querystring,
        body: anything,
        response: {
          200: customer,
          ...absent,
          409: { ...problemSchema, description: 'Another customer has the value of a unique key' },
          422: { ...problemSchema, description: 'An attribute breaks a rule of the schema' },
        },
      },
    },
    (request) => {
      const { body } = request;
      if (!isObject(body)) throw new RequestError(422, 'invalid-request', 'The body must be a JSON object.');
      // Parsed JSON: its members are JSON values.
      return desk.change(desk.tenant(queryText(request, 'tenant')), request.params.id, body as JsonObject);
    },
  );

  app.get<{ Params: { id: string } }>(
    '/customers/:id/journey',
    {
      config: { deed: 'see customers' },
      schema: {
        tags,
        summary: 'Services, callbacks with their attempts, and calls of a customer, the latest first',
        params,
        querystring,
        response: { 200: anything, ...absent },
      },
    },
    async (request) => {
      const { services, contacts } = await desk.journey(desk.tenant(queryText(request, 'tenant')), request.params.id);
      return { services, contacts: await Promise.all(contacts.map((one) => withRecord(one, callbacks, journal))) };
    },
  );
}

/** A contact with what is stored about it: the callback's record and its attempts. */
async function withRecord(contact: Contact, callbacks: CallbackDirectory, journal: EventHistory): Promise<JsonObject> {
  const { kind, id, number, service, at, endedAt } = contact;
  const view: JsonObject = { kind, id, number, at: instant(at), endedAt: endedAt === null ? null : instant(endedAt) };
  if (service !== null) view.service = service;
  if (kind === 'call') return view;
  const record = await callbacks.get(id);
  if (record) view.callback = record;
  const events = await journal.history({ callback: id, limit: MOST_EVENTS });
  view.attempts = events
    .filter((event) => event.type === 'callback.attempt')
    .map(({ at: when, attempt = null, result = null }) => ({ at: when, attempt, result }));
  return view;
}
