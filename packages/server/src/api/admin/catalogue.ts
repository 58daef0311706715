import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { families, type OptionDefinition, type OptionType } from '../../config/index.js';

/** `GET /option-catalogue`: every option with its type, for forms that edit services and sections. */
export function registerCatalogue(app: FastifyInstance): void {
  app.get(
    '/option-catalogue',
    {
      config: { deed: 'read configuration' },
      schema: {
        tags: ['options'],
        summary: 'Read the catalogue of options',
        response: { 200: Type.Array(Type.Object({}, { additionalProperties: true })) },
      },
    },
    async () =>
      families.map((family) => ({
        ...family,
        groups: family.groups.map(({ title, options }) => ({ title, options: options.map(shown) })),
      })),
  );
}

function shown({ type, ...option }: OptionDefinition) {
  return { ...option, type: shownType(type) };
}

function shownType(type: OptionType) {
  return type.kind === 'text' && type.pattern ? { ...type, pattern: type.pattern.source } : type;
}
