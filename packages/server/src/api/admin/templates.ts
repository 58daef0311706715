import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { type OptionType, type ServiceTemplate, serviceTemplates } from '../../config/index.js';
import type { JsonObject } from '../../kernel/index.js';
import { problemSchema } from '../problem.js';

const tags = ['services'];
const template = Type.Object({}, { additionalProperties: true });
const absent = { 404: { ...problemSchema, description: 'There is no such template' } };

/** `GET /templates`, `GET /templates/{name}`: what new services are made from, with values and help for each option. */
export function registerTemplates(app: FastifyInstance): void {
  app.get(
    '/templates',
    {
      config: { deed: 'read configuration' },
      schema: { tags, summary: 'List the templates of services', response: { 200: Type.Array(template) } },
    },
    async () => serviceTemplates().map(shown),
  );

  app.get<{ Params: { name: string } }>(
    '/templates/:name',
    {
      config: { deed: 'read configuration' },
      schema: {
        tags,
        summary: 'Read a template of services',
        params: Type.Object({ name: Type.String() }),
        response: { 200: template, ...absent },
      },
    },
    async (request, reply) => {
      const found = serviceTemplates().find(({ name }) => name === request.params.name);
      return found ? shown(found) : reply.callNotFound();
    },
  );
}

/** `values` is the body with which `PUT /services/{name}` makes a service of it. */
function shown({ options, ...about }: ServiceTemplate): JsonObject {
  return {
    ...about,
    requires: [...about.requires],
    mandatory: [...about.mandatory],
    values: Object.fromEntries(options.map(({ definition: { name }, value }) => [name, value])),
    options: options.map(({ group, definition: { name, type, effect, since, inert }, value }) => ({
      ...{ name, group, default: value, help: effect, type: shownType(type) },
      ...(since !== undefined && { since }),
      ...(inert !== undefined && { inert }),
    })),
  };
}

function shownType(type: OptionType): JsonObject {
  // The catalogue's types are JSON but for the expression that a text has to match.
  const plain = type.kind === 'text' && type.pattern ? { ...type, pattern: type.pattern.source } : type;
  return plain as unknown as JsonObject;
}
