import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { deeds, may } from './roles.js';

/** `/me`: who asks, and what they may do; the console shows nobody what would be refused. */
export function registerMe(app: FastifyInstance): void {
  app.get(
    '/me',
    {
      config: { deed: 'ask who one is' },
      schema: {
        tags: ['people'],
        summary: 'Who makes the request, with which roles, and what these may do',
        response: {
          200: Type.Object({
            name: Type.String(),
            roles: Type.Array(Type.String()),
            may: Type.Array(Type.String({ examples: ['watch', 'change services'] })),
          }),
        },
      },
    },
    async ({ identity }) => ({
      name: identity?.name ?? 'anonymous',
      roles: [...(identity?.roles ?? [])],
      may: deeds.filter((deed) => may(identity, deed)),
    }),
  );
}
