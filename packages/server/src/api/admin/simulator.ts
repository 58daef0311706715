import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { type Clock, instant, type JsonObject } from '../../kernel/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { checkedBody, jsonBody } from './body.js';
import { queryText } from './paging.js';

/** The simulated network; the simulator driver is this. Errors: `invalid-simulator-settings`. */
export interface SimulatedNetwork {
  settings(): JsonObject;
  /** Merges into the settings; members that are absent stay as they were. */
  changeSettings(change: unknown): Promise<JsonObject>;
  /** @returns the id of the inbound call */
  placeInbound(request: { from: string; to: string; userData?: JsonObject }): Promise<string>;
  calls(filter: { number?: string }): readonly object[];
}

/** A clock that moves on request only (RINGBACK_CLOCK=test). */
export interface TestClock {
  /** Everything due in between happens in order before it resolves. */
  advance(milliseconds: number): Promise<void>;
}

export interface SimulatorRoutes {
  clock: Clock;
  /** Absent when the switch is a real one. */
  simulator?: SimulatedNetwork | undefined;
  /** Absent on real time. */
  testClock?: TestClock | undefined;
}

const tags = ['simulator'];
const settings = Type.Object({}, { additionalProperties: true });
const inboundCall = Type.Object(
  {
    from: Type.String({ minLength: 1 }),
    to: Type.String({ minLength: 1, description: 'A DN' }),
    udata: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'User data of the call' })),
  },
  { additionalProperties: false },
);
const CENTURY_SECONDS = 3_155_760_000;
const advance = Type.Object(
  { advanceSeconds: Type.Number({ minimum: 0, maximum: CENTURY_SECONDS }) },
  { additionalProperties: false },
);
const time = Type.Object({ now: Type.String(), test: Type.Boolean() });
const placed = Type.Object({ id: Type.String() });
const conflict = { 409: { ...problemSchema, description: 'The switch, or the clock, is a real one' } };

/** The simulated world (interface.md, section 4): its parties and agents, calls, the test clock. */
export function registerSimulator(app: FastifyInstance, { clock, simulator, testClock }: SimulatorRoutes): void {
  const network = (): SimulatedNetwork => {
    if (simulator) return simulator;
    throw new RequestError(409, 'not-simulated', 'The switch is not the simulator (`switch: { driver: simulator }`).');
  };
  const config = { deed: 'simulate', audited: false } as const;

  app.get(
    '/simulator',
    {
      config,
      schema: { tags, summary: 'Read how parties and agents behave', response: { 200: settings, ...conflict } },
    },
    async () => network().settings(),
  );

  app.put(
    '/simulator',
    {
      config,
      schema: {
        tags,
        summary: 'Say how parties and agents behave; absent members stay as they were',
        body: settings,
        response: { 200: settings, ...conflict },
      },
    },
    async (request) => network().changeSettings(jsonBody(request)),
  );

  app.post(
    '/simulator/calls',
    {
      config,
      schema: { tags, summary: 'Place an inbound call', body: inboundCall, response: { 201: placed, ...conflict } },
    },
    async (request, reply) => {
      const { from, to, udata } = checkedBody(request, inboundCall);
      const userData = udata as JsonObject | undefined; // the JSON parser made it
      const id = await network().placeInbound({ from, to, ...(userData && { userData }) });
      return reply.code(201).send({ id });
    },
  );

  app.get(
    '/simulator/calls',
    {
      config,
      schema: {
        tags,
        summary: 'List every call that the network has carried',
        querystring: Type.Object({ number: Type.Optional(Type.String()) }),
        response: { 200: Type.Array(settings), ...conflict },
      },
    },
    async (request) => {
      const number = queryText(request, 'number');
      return network().calls(number === undefined ? {} : { number });
    },
  );

  app.get(
    '/simulator/clock',
    { config, schema: { tags, summary: "Read the server's time", response: { 200: time } } },
    async () => ({ now: instant(clock.now()), test: testClock !== undefined }),
  );

  app.post(
    '/simulator/clock',
    {
      config,
      schema: {
        tags,
        summary: 'Move the test clock; everything due in between happens in order',
        body: advance,
        response: { 200: time, ...conflict },
      },
    },
    async (request) => {
      const { advanceSeconds } = checkedBody(request, advance);
      if (!testClock) {
        throw new RequestError(
          409,
          'real-clock',
          'The clock is a real one. Start the server with RINGBACK_CLOCK=test.',
        );
      }
      await testClock.advance(Math.round(advanceSeconds * 1000));
      return { now: instant(clock.now()), test: true };
    },
  );
}
