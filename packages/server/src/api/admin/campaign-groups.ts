import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { instant, type JsonObject, parseInstant } from '../../kernel/index.js';
import {
  type CampaignGroups,
  type DialSettingsChange,
  dialModes,
  type GroupView,
  type HistoryRow,
  isGoal,
  optimizeMethods,
  STATISTIC_OBJECTS,
} from '../../outbound/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { checkedBody } from './body.js';
import { queryText } from './paging.js';

/** What the console and scripts ask of campaign groups. */
export type CampaignFloor = CampaignGroups;

interface OneGroup {
  Params: { name: string };
}

const tags = ['campaigns'];
const params = Type.Object({ name: Type.String({ description: 'Campaign@Group' }) });

const priorityClass = Type.Object(
  {
    priority: Type.Integer({ minimum: 0, description: 'The higher one is served first' }),
    nRecords: Type.Optional(Type.Integer({ minimum: 0, description: 'Records before the next type; 0 is all' })),
  },
  { additionalProperties: false },
);

const settingsBody = Type.Object(
  {
    dialMode: Type.Optional(Type.Enum([...dialModes])),
    optimizeBy: Type.Optional(Type.Enum([...optimizeMethods])),
    optimizeGoal: Type.Optional(Type.Integer({ minimum: 0, description: 'Percent; seconds for WaitTime' })),
    autoCompletion: Type.Optional(Type.Boolean({ description: 'Stop and unload when the lists are depleted' })),
    priorities: Type.Optional(
      Type.Object(
        {
          General: Type.Optional(priorityClass),
          CampaignRescheduled: Type.Optional(priorityClass),
          CampaignCallBack: Type.Optional(priorityClass),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const nothing = Type.Object({}, { additionalProperties: false });

const stateSchema = Type.Object({
  name: Type.String(),
  dbid: Type.Integer(),
  campaign: Type.String(),
  group: Type.String(),
  status: Type.String({ description: 'NotLoaded, Inactive, Active, Running, WaitingUnload or UnloadInProgress' }),
  dialMode: Type.String(),
  optimizeBy: Type.String(),
  optimizeGoal: Type.Integer(),
  autoCompletion: Type.Boolean(),
  priorities: Type.Object({}, { additionalProperties: true }),
  sequence: Type.Optional(Type.String({ description: 'The agent group whose sequence holds it' })),
  loadedAt: Type.Optional(Type.String()),
  startedAt: Type.Optional(Type.String()),
});

const callsSchema = Type.Object({
  dialing: Type.Integer({ description: 'About to be dialed, or waiting for the agent who has taken the record' }),
  ringing: Type.Integer(),
  answered: Type.Integer({ description: 'Without an agent yet' }),
  talking: Type.Integer(),
});

const response = {
  200: stateSchema,
  404: { ...problemSchema, description: 'There is no such campaign group' },
  409: { ...problemSchema, description: 'Its state, its configuration or the licence does not allow it' },
};

/**
 * Operations on campaign groups: `/campaign-groups/{Campaign@Group}/load|start|stop|dialing-mode|unload|force-unload`, their
 * states and statistics, and statistics over time for all of them, as JSON or CSV.
 */
export function registerCampaignGroups(app: FastifyInstance, campaigns: CampaignFloor): void {
  const withSettings: Record<string, (name: string, change: DialSettingsChange) => Promise<GroupView>> = {
    load: (name, change) => campaigns.load({ name }, change),
    start: (name, change) => campaigns.startDialing({ name }, change),
    'dialing-mode': (name, change) => campaigns.setDialingMode({ name }, change),
  };
  const plain: Record<string, (name: string) => Promise<GroupView>> = {
    stop: (name) => campaigns.stopDialing({ name }),
    // The answer says whether it waits for calls and desktops; it does not wait itself.
    unload: async (name) => (await campaigns.unload({ name })).view,
    'force-unload': (name) => campaigns.forceUnload({ name }),
  };
  for (const [operation, perform] of Object.entries(withSettings)) {
    app.post<OneGroup>(
      `/campaign-groups/:name/${operation}`,
      {
        config: { deed: 'change the floor' },
        schema: { tags, summary: `${operation} a campaign group`, params, body: settingsBody, response },
      },
      async (request) => shownGroup(await perform(request.params.name, settingsOf(request))),
    );
  }
  for (const [operation, perform] of Object.entries(plain)) {
    app.post<OneGroup>(
      `/campaign-groups/:name/${operation}`,
      {
        config: { deed: 'change the floor' },
        schema: { tags, summary: `${operation} a campaign group`, params, body: nothing, response },
      },
      async (request) => {
        checkedBody(request, nothing);
        return shownGroup(await perform(request.params.name));
      },
    );
  }

  app.get<OneGroup>(
    '/campaign-groups/:name/state',
    { config: { deed: 'watch' }, schema: { tags, summary: 'Read the state of a campaign group', params, response } },
    async (request) => shownGroup(await campaigns.status({ name: request.params.name })),
  );

  app.get<OneGroup>(
    '/campaign-groups/:name/statistics',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Read what a campaign group has done since it was loaded',
        params,
        response: { 200: Type.Object({}, { additionalProperties: true }), 404: response[404] },
      },
    },
    async (request) => {
      const view = await campaigns.status({ name: request.params.name });
      const live = await campaigns.statistics.live(view);
      return { ...shownGroup(view), ...live, since: instant(live.since) };
    },
  );

  app.get<OneGroup>(
    '/campaign-groups/:name/calls',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Count the calls of a campaign group that are under way, by how far they are',
        params,
        response: { 200: callsSchema, 404: response[404] },
      },
    },
    async (request) => campaigns.calls({ name: request.params.name }),
  );

  app.get(
    '/campaign-states',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Read the states of all campaign groups that are loaded',
        response: { 200: Type.Array(stateSchema) },
      },
    },
    async () => (await campaigns.loaded()).map(shownGroup),
  );

  app.get(
    '/campaign-statistics',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Read what was counted over time, as JSON or as CSV',
        querystring: Type.Object({
          by: Type.Optional(Type.String({ description: STATISTIC_OBJECTS.join(', ') })),
          object: Type.Optional(Type.String({ description: 'Only this one, such as Spring@Support' })),
          from: Type.Optional(Type.String({ description: 'ISO 8601; default a day before until' })),
          until: Type.Optional(Type.String({ description: 'ISO 8601, exclusive; default now' })),
          interval: Type.Optional(Type.Integer({ description: 'Minutes, a multiple of 15. Default 60' })),
          format: Type.Optional(Type.String({ description: 'json or csv' })),
        }),
        response: { 200: Type.Array(Type.Object({}, { additionalProperties: true })) },
      },
    },
    async (request, reply) => {
      const rows = await campaigns.statistics.history(historyQuery(request, campaigns.now()));
      if (queryText(request, 'format') !== 'csv') return rows.map(shownRow);
      reply.header('content-disposition', 'attachment; filename="campaign-statistics.csv"');
      return reply.type('text/csv; charset=utf-8').send(asCsv(rows));
    },
  );
}

function settingsOf(request: FastifyRequest): DialSettingsChange {
  const body: Static<typeof settingsBody> = checkedBody(request, settingsBody);
  const dialMode = dialModes.find((mode) => mode === body.dialMode);
  const optimizeBy = optimizeMethods.find((method) => method === body.optimizeBy);
  const { optimizeGoal, autoCompletion, priorities } = body;
  if (optimizeBy !== undefined && optimizeGoal !== undefined && !isGoal(optimizeBy, optimizeGoal)) {
    throw new RequestError(422, 'invalid-content', 'The body is wrong: /optimizeGoal must be a percentage.', [
      { pointer: '/optimizeGoal', detail: 'must be a percentage' },
    ]);
  }
  return {
    ...(dialMode !== undefined && { dialMode }),
    ...(optimizeBy !== undefined && { optimizeBy }),
    ...(optimizeGoal !== undefined && { optimizeGoal }),
    ...(autoCompletion !== undefined && { autoCompletion }),
    ...(priorities !== undefined && { priorities: defined(priorities) }),
  };
}

/** Without the members that are undefined. */
function defined(
  priorities: NonNullable<Static<typeof settingsBody>['priorities']>,
): NonNullable<DialSettingsChange['priorities']> {
  return Object.fromEntries(Object.entries(priorities).filter(([, one]) => one !== undefined));
}

/** A campaign group as this API shows it. */
export function shownGroup(view: GroupView) {
  const { name, dbid, campaign, group, status, settings, sequence, loadedAt, startedAt } = view;
  return {
    name,
    dbid,
    campaign: campaign.name,
    group: group.name,
    status,
    ...settings,
    ...(sequence !== undefined && { sequence }),
    ...(loadedAt !== undefined && { loadedAt: instant(loadedAt) }),
    ...(startedAt !== undefined && { startedAt: instant(startedAt) }),
  };
}

const QUARTER = 15;
const DAY_MS = 86_400_000;
const LONGEST_DAYS = 400;

function historyQuery(request: FastifyRequest, now: number) {
  const until = timeOf(request, 'until') ?? now;
  const from = timeOf(request, 'from') ?? until - DAY_MS;
  const wanted = queryText(request, 'by') ?? 'campaign-group';
  const by = STATISTIC_OBJECTS.find((one) => one === wanted);
  const intervalMinutes = Number(queryText(request, 'interval') ?? 60);
  const refuse = (detail: string) => new RequestError(400, 'invalid-request', detail);
  if (!by) throw refuse(`The parameter by must be one of ${STATISTIC_OBJECTS.join(', ')}.`);
  if (!Number.isInteger(intervalMinutes) || intervalMinutes < QUARTER || intervalMinutes % QUARTER !== 0) {
    throw refuse('The parameter interval must be a multiple of 15 minutes.');
  }
  if (from >= until || until - from > LONGEST_DAYS * DAY_MS) {
    throw refuse(`The parameters from and until must be in order and at most ${LONGEST_DAYS} days apart.`);
  }
  const object = queryText(request, 'object');
  return { by, from, until, intervalMinutes, ...(object !== undefined && { object }) };
}

function timeOf(request: FastifyRequest, name: string): number | undefined {
  const text = queryText(request, name);
  const time = text === undefined ? undefined : parseInstant(text);
  if (text !== undefined && time === undefined) {
    throw new RequestError(400, 'invalid-request', `The parameter ${name} must be an ISO 8601 time.`);
  }
  return time;
}

function shownRow({ from, ...row }: HistoryRow): JsonObject {
  return { from: instant(from), ...row, actions: { ...row.actions } };
}

const FIGURES = ['dialed', 'answered', 'contacts', 'abandoned', 'processed', 'hitRatio', 'overdialRate'] as const;

/** One line per interval and object; the actions that occur are the columns after the figures. */
function asCsv(rows: readonly HistoryRow[]): string {
  const actions = [...new Set(rows.flatMap((row) => Object.keys(row.actions)))].sort();
  const header = ['from', 'object', ...FIGURES, ...actions];
  const lines = rows.map((row) => [
    instant(row.from),
    quoted(row.object),
    ...FIGURES.map((name) => row[name] ?? ''),
    ...actions.map((name) => row.actions[name] ?? 0),
  ]);
  return [header, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

/** A cell that a spreadsheet reads as text, whatever it begins with. */
function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
