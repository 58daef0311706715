import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { SESSION_COOKIE } from './authentication.js';
import { readCookie } from './login/cookies.js';
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
            session: Type.Boolean({ description: 'Whether it is the session of a login, which `POST /logout` ends' }),
            may: Type.Array(Type.String({ examples: ['watch', 'change services'] })),
          }),
        },
      },
    },
    async ({ identity, headers }) => ({
      name: identity?.name ?? 'anonymous',
      roles: [...(identity?.roles ?? [])],
      session: headers.authorization === undefined && readCookie({ headers }, SESSION_COOKIE) !== undefined,
      may: deeds.filter((deed) => may(identity, deed)),
    }),
  );
}
