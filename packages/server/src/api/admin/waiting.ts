import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { JsonObject } from '../../kernel/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { queryText } from './paging.js';

/** Answers how long people wait, how good the estimates were, and who stands where. */
export interface WaitingDesk {
  /** Of the virtual queues that are configured or in use, with the waits that ended in the last `hours`; sorted by name. */
  overview(hours: number): Promise<JsonObject[]>;
  /** Those who wait in a virtual queue, in order; undefined if there is no such queue. */
  line(virtualQueue: string, most: number): JsonObject[] | undefined;
  /** Where a request, callback or interaction stands or stood, who was before, and the decision; by its id. */
  place(subject: string): Promise<JsonObject | undefined>;
}

const LONGEST_HOURS = 24 * 31;
const MOST_PLACES = 1000;
const tags = ['waiting'];
const number = Type.Number();
const figures = Type.Object({}, { additionalProperties: number });
const estimate = Type.Object(
  {
    seconds: Type.Number({ description: 'Expected; 10000 = unknown, nobody is logged in who could serve' }),
    lowSeconds: Type.Number({ description: '80 of 100 waits end between low and high' }),
    highSeconds: number,
  },
  { description: 'The wait of somebody who joined now' },
);
const queueSchema = Type.Object({
  virtualQueue: Type.String(),
  waiting: Type.Object({ live: Type.Integer(), callbacks: Type.Integer() }),
  estimate,
  live: figures,
  callbacks: figures,
  calibration: Type.Object(
    { bands: Type.Array(figures) },
    { additionalProperties: true, description: 'Waits that were estimated, beside how long they lasted' },
  ),
});
const place = Type.Object({}, { additionalProperties: true });
const absent = (what: string) => ({ 404: { ...problemSchema, description: `There is no such ${what}` } });

/** `/waiting`, `/waiting/queues/{virtual queue}/line` and `/waiting/places/{id}` (docs/waiting.md). */
export function registerWaiting(app: FastifyInstance, desk: WaitingDesk): void {
  app.get(
    '/waiting',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Waiting now, estimated and as it was, for each virtual queue',
        querystring: Type.Object({
          hours: Type.Optional(Type.String({ description: `How far back, up to ${LONGEST_HOURS}; default 24` })),
          virtualQueue: Type.Optional(Type.String({ description: 'Only this one' })),
        }),
        response: { 200: Type.Array(queueSchema), 422: problemSchema },
      },
    },
    async (request) => {
      const hours = Number(queryText(request, 'hours') ?? 24);
      if (!(hours > 0 && hours <= LONGEST_HOURS)) {
        throw new RequestError(422, 'invalid-parameter', `hours must be a number above 0 and up to ${LONGEST_HOURS}.`);
      }
      const only = queryText(request, 'virtualQueue');
      const queues = await desk.overview(hours);
      return only === undefined ? queues : queues.filter(({ virtualQueue }) => virtualQueue === only);
    },
  );

  app.get<{ Params: { name: string } }>(
    '/waiting/queues/:name/line',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Who waits in a virtual queue, live callers and callbacks in their one order',
        params: Type.Object({ name: Type.String() }),
        response: { 200: Type.Array(place), ...absent('virtual queue') },
      },
    },
    async (request, reply) => desk.line(request.params.name, MOST_PLACES) ?? reply.callNotFound(),
  );

  app.get<{ Params: { id: string } }>(
    '/waiting/places/:id',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Where a request, a callback or an interaction stands or stood in line, who was before, and why',
        params: Type.Object({ id: Type.String() }),
        response: { 200: place, ...absent('request') },
      },
    },
    async (request, reply) => (await desk.place(request.params.id)) ?? reply.callNotFound(),
  );
}
