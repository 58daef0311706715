import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { type Configuration, type Kind, kinds, optionWarnings, type StoredValue, shown } from '../../config/index.js';
import type { JsonObject, JsonValue } from '../../kernel/index.js';
import { problemSchema } from '../problem.js';
import { jsonBody } from './body.js';
import { pageOf, pagingParameters, readPage, sendPage } from './paging.js';
import { type Deed, isAdministrator } from './roles.js';

/** What the routes of the configured objects need of the configuration. */
export type ObjectStore = Pick<Configuration, 'stored' | 'storedOf' | 'put' | 'patch' | 'delete'>;

interface Exposed {
  kind: Kind;
  /** In singular, for the description. */
  noun: string;
  change: Deed;
  read?: Deed;
  /** What a list calls the value of a kind whose value is a map without a name. */
  valueName?: string;
}

/** The kinds that are administered here, in the order of interface.md. */
const EXPOSED: readonly Exposed[] = [
  { kind: 'services', noun: 'configured service', change: 'change services', valueName: 'options' },
  { kind: 'options', noun: 'section of server-wide options', change: 'administer', valueName: 'options' },
  { kind: 'resources', noun: 'group of access numbers', change: 'change services' },
  { kind: 'patterns', noun: 'group of patterns', change: 'change services', valueName: 'patterns' },
  { kind: 'lists', noun: 'list object', change: 'change the floor', valueName: 'sections' },
  { kind: 'skills', noun: 'skill', change: 'change the floor' },
  { kind: 'agents', noun: 'agent', change: 'change the floor' },
  { kind: 'agent-groups', noun: 'agent group', change: 'change the floor' },
  { kind: 'virtual-queues', noun: 'virtual queue', change: 'change the floor' },
  { kind: 'dns', noun: 'DN', change: 'change services' },
  { kind: 'applications', noun: 'client application', change: 'administer' },
  { kind: 'calling-lists', noun: 'calling list', change: 'change the floor' },
  { kind: 'campaigns', noun: 'campaign', change: 'change the floor' },
  { kind: 'campaign-groups', noun: 'campaign group', change: 'change the floor' },
  { kind: 'outbound-schedules', noun: 'outbound schedule', change: 'change the floor' },
  { kind: 'filters', noun: 'filter', change: 'change the floor' },
  { kind: 'treatments', noun: 'treatment', change: 'change the floor' },
  { kind: 'users', noun: 'user', change: 'administer', read: 'administer' },
];

interface Named {
  Params: { name: string };
}

const parameters = Type.Object({ name: Type.String() });
const absent = { 404: { ...problemSchema, description: 'There is no such object' } };
const refused = { 422: { ...problemSchema, description: 'The object would be wrong; every wrong field is named' } };

/** Throws when an object of that name must not be deleted now. */
export type DeleteGuards = Readonly<Partial<Record<Kind, (name: string) => Promise<void>>>>;

/** `/KIND` and `/KIND/{name}` for every kind of configured object (interface.md, section 4). */
export function registerObjects(app: FastifyInstance, configuration: ObjectStore, guards: DeleteGuards = {}): void {
  for (const exposed of EXPOSED) registerKind(app, configuration, exposed, guards[exposed.kind]);
}

function registerKind(
  app: FastifyInstance,
  configuration: ObjectStore,
  exposed: Exposed,
  guard?: (name: string) => Promise<void>,
): void {
  const { kind, noun, change, read = 'read configuration' } = exposed;
  const tags = [kind];
  const schema: TSchema = kinds[kind].schema;
  const path = `/${kind}/:name`;
  const shownTo = (request: FastifyRequest, name: string, value: StoredValue) =>
    shown(kind, name, value, isAdministrator(request.identity));
  const present = (request: FastifyRequest, name: string) => {
    const object = configuration.stored(kind, name);
    return object && shownTo(request, name, object.value);
  };

  app.get(
    `/${kind}`,
    {
      config: { deed: read },
      schema: { tags, summary: `List every ${noun}`, querystring: Type.Object(pagingParameters) },
    },
    async (request, reply) => {
      const { items, next } = pageOf(configuration.storedOf(kind), readPage(request));
      const list = items.map(([name, { value }]) => listItem(exposed, name, shownTo(request, name, value)));
      return sendPage(request, reply, list, next);
    },
  );

  app.get<Named>(
    path,
    {
      config: { deed: read },
      schema: { tags, summary: `Read a ${noun}`, params: parameters, response: { 200: schema, ...absent } },
    },
    async (request, reply) => present(request, request.params.name) ?? reply.callNotFound(),
  );

  app.put<Named>(
    path,
    {
      config: { deed: change, audited: false },
      schema: {
        tags,
        summary: `Create or replace a ${noun}`,
        params: parameters,
        body: schema,
        response: { 200: schema, 201: schema, ...refused },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { outcome } = await configuration.put(kind, name, jsonBody(request), userOf(request));
      if (outcome === 'created') reply.code(201).header('location', request.url);
      warn(reply, exposed, name, configuration.stored(kind, name)?.value);
      return present(request, name);
    },
  );

  app.patch<Named>(
    path,
    {
      config: { deed: change, audited: false },
      schema: {
        tags,
        summary: `Merge into a ${noun} (RFC 7396): null takes a member out`,
        params: parameters,
        body: Type.Object({}, { additionalProperties: true }),
        response: { 200: schema, ...absent, ...refused },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      await configuration.patch(kind, name, jsonBody(request), userOf(request));
      warn(reply, exposed, name, configuration.stored(kind, name)?.value);
      return present(request, name);
    },
  );

  app.delete<Named>(
    path,
    {
      config: { deed: change, audited: false },
      schema: { tags, summary: `Delete a ${noun}`, params: parameters, response: { 204: Type.Null(), ...absent } },
    },
    async (request, reply) => {
      await guard?.(request.params.name);
      await configuration.delete(kind, request.params.name, userOf(request));
      return reply.code(204).send();
    },
  );
}

/** Says in the header `warning` (RFC 7234) which options can have no effect here, and which are missing. */
function warn(reply: FastifyReply, { kind }: Exposed, name: string, value: StoredValue | undefined): void {
  if (kind !== 'services' && kind !== 'options') return;
  // Values of these two kinds are maps of texts.
  const warnings = optionWarnings(kind, name, (value ?? {}) as Record<string, string>);
  for (const warning of warnings) {
    const text = warning.replace(/[^ -~]/g, '?').replace(/["\\]/g, "'");
    reply.header('warning', [...warningsOf(reply), `299 ringback "${text}"`]);
  }
}

function warningsOf(reply: FastifyReply): string[] {
  const present = reply.getHeader('warning');
  return Array.isArray(present) ? present.map(String) : [];
}

/** An object in a list, where it has to carry its name. */
function listItem({ kind, valueName }: Exposed, name: string, value: StoredValue): JsonObject {
  if (valueName !== undefined) return { name, [valueName]: expanded(kind, value) };
  const full = expanded(kind, value) as JsonObject; // kinds without a value name are objects in their full form
  return kinds[kind].nameField === undefined ? { name, ...full } : full;
}

function expanded(kind: Kind, value: StoredValue): JsonValue {
  const { expand } = kinds[kind];
  return expand ? expand(value) : value;
}

function userOf(request: FastifyRequest): string {
  return request.identity?.name ?? 'anonymous';
}
