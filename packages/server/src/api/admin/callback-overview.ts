import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isObject, type JsonObject, parseInstant } from '../../kernel/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { pagingParameters, queryText, readPage, sendPage } from './paging.js';

interface Range {
  from: number;
  to: number;
}

interface Filter extends Range {
  states: readonly string[];
  services: readonly string[];
  number?: string;
}

/** Callbacks of a range of desired times: found, counted, and set against the capacity. */
export interface CallbackOverviewDesk {
  page(filter: Filter, page: { limit: number; cursor?: string }): Promise<{ callbacks: JsonObject[]; next?: string }>;
  count(filter: Filter): Promise<Partial<Record<string, number>>>;
  load(service: string, range: Range): Promise<object>;
  day(range: Range, stepMinutes: number, service?: string): Promise<object>;
}

const STATES = ['SCHEDULED', 'QUEUED', 'PAUSED', 'ROUTING', 'PROCESSING', 'COMPLETED'];
const DEFAULT_STEP_MINUTES = 60;
const tags = ['callbacks'];
const record = Type.Object({}, { additionalProperties: true });
const rangeParameters = {
  from: Type.String({ description: 'Start of the desired times, ISO 8601', format: 'date-time' }),
  to: Type.String({ description: 'Their end, not included', format: 'date-time' }),
};
const filterParameters = {
  ...rangeParameters,
  state: Type.Optional(Type.String({ description: `Comma list of ${STATES.join(', ')}` })),
  service: Type.Optional(Type.String({ description: 'A service; repeat the parameter for several' })),
  number: Type.Optional(Type.String({ description: "Part of the customer's number, in any notation" })),
};
const errors = { 422: { ...problemSchema, description: 'A range or filter that is none' } };

/** `/callbacks/search`, `/callbacks/count`, `/callbacks/load` and `/callbacks/day`. */
export function registerCallbackOverview(app: FastifyInstance, desk: CallbackOverviewDesk): void {
  app.get(
    '/callbacks/search',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Find callbacks of a range of desired times, the earliest first',
        querystring: Type.Object({ ...filterParameters, ...pagingParameters }),
        response: { 200: Type.Array(record), ...errors },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = readPage(request);
      const page = await desk.page(readFilter(request), { limit, ...(cursor !== undefined && { cursor }) });
      return sendPage(request, reply, page.callbacks, page.next);
    },
  );

  app.get(
    '/callbacks/count',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Count the callbacks of a range of desired times, by state',
        querystring: Type.Object(filterParameters),
        response: { 200: Type.Object({ total: Type.Integer(), states: record }), ...errors },
      },
    },
    async (request) => {
      const states = await desk.count(readFilter(request));
      const total = Object.values(states).reduce<number>((sum, count) => sum + (count ?? 0), 0);
      return { total, states };
    },
  );

  app.get(
    '/callbacks/load',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Load of each time bucket of a service against its capacity',
        querystring: Type.Object({ service: Type.String(), ...rangeParameters }),
        response: { 200: record, ...errors },
      },
    },
    async (request) => desk.load(queryText(request, 'service') ?? missing('service'), readRange(request)),
  );

  app.get(
    '/callbacks/day',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Callbacks by what became of them and how long customers waited, step by step',
        querystring: Type.Object({
          ...rangeParameters,
          step: Type.Optional(Type.Integer({ description: 'Minutes', default: DEFAULT_STEP_MINUTES })),
          service: Type.Optional(Type.String()),
        }),
        response: { 200: record, ...errors },
      },
    },
    async (request) => {
      const step = queryText(request, 'step') ?? String(DEFAULT_STEP_MINUTES);
      if (!/^[1-9]\d{0,3}$/.test(step)) throw wrong('step', `is "${step}", must be a number of minutes`);
      return desk.day(readRange(request), Number(step), queryText(request, 'service'));
    },
  );
}

function readRange(request: FastifyRequest): Range {
  return { from: readInstant(request, 'from'), to: readInstant(request, 'to') };
}

function readInstant(request: FastifyRequest, name: string): number {
  const text = queryText(request, name) ?? missing(name);
  return parseInstant(text) ?? refuse(name, `is "${text}", must be a time such as 2026-05-27T15:10:00Z`);
}

function readFilter(request: FastifyRequest): Filter {
  const states = (queryText(request, 'state') ?? '').split(',').filter((state) => state !== '');
  const unknown = states.find((state) => !STATES.includes(state));
  if (unknown !== undefined) throw wrong('state', `names "${unknown}", known are ${STATES.join(', ')}`);
  const number = queryText(request, 'number');
  return {
    ...readRange(request),
    states,
    services: everyText(request, 'service'),
    ...(number !== undefined && { number }),
  };
}

/** All values of a parameter that can be repeated. */
function everyText(request: FastifyRequest, name: string): string[] {
  const value = isObject(request.query) ? request.query[name] : undefined;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((each): each is string => typeof each === 'string' && each !== '');
}

function missing(name: string): never {
  return refuse(name, 'is required');
}

function refuse(name: string, detail: string): never {
  throw wrong(name, detail);
}

function wrong(name: string, detail: string): RequestError {
  return new RequestError(422, 'invalid-request', `The parameter ${name} ${detail}.`, [
    { pointer: `/${name}`, detail },
  ]);
}
