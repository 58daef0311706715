import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { CampaignCompliance } from '../../outbound/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { queryText } from './paging.js';

export interface ComplianceDesk {
  /** All campaigns that have dialed or are configured, by name. */
  report(days: number): Promise<readonly CampaignCompliance[]>;
}

const DEFAULT_DAYS = 30;
/** The ledger is kept for five years. */
const MOST_DAYS = 5 * 366;
const count = Type.Integer();
const measured = { answered: count, abandoned: count, share: Type.Number({ description: 'abandoned / answered' }) };

/** `/compliance`: abandonment against its legal limit, and which rules have prevented attempts. */
export function registerCompliance(app: FastifyInstance, desk: ComplianceDesk): void {
  app.get(
    '/compliance',
    {
      config: { deed: 'watch' },
      schema: {
        tags: ['campaigns'],
        summary: 'The abandoned calls of each campaign against its legal limits, and the attempts that rules prevented',
        querystring: Type.Object({
          days: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_DAYS, default: DEFAULT_DAYS })),
        }),
        response: {
          200: Type.Object({
            days: count,
            campaigns: Type.Array(
              Type.Object({
                campaign: Type.String(),
                ...measured,
                limits: Type.Array(
                  Type.Object({
                    jurisdiction: Type.String(),
                    title: Type.String(),
                    limit: Type.Number(),
                    withinHours: Type.Number({ description: 'The limit holds for any time of this length' }),
                    ...measured,
                  }),
                ),
                blocked: Type.Array(Type.Object({ rule: Type.String(), count })),
              }),
            ),
          }),
          400: { ...problemSchema, description: 'days is wrong' },
        },
      },
    },
    async (request) => {
      const text = queryText(request, 'days') ?? String(DEFAULT_DAYS);
      const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
      if (days < 1 || days > MOST_DAYS) {
        const detail = `is "${text}", must be a whole number from 1 to ${MOST_DAYS}`;
        throw new RequestError(400, 'invalid-request', `The parameter days ${detail}.`, [{ pointer: '/days', detail }]);
      }
      return { days, campaigns: await desk.report(days) };
    },
  );
}
