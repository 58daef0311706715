import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { instant, parseInstant } from '../../kernel/index.js';
import {
  type CampaignGroups,
  dialModes,
  optimizeMethods,
  type Schedule,
  type SequenceView,
} from '../../outbound/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { checkedBody } from './body.js';

interface OneSequence {
  Params: { group: string };
}

const tags = ['campaigns'];
const params = Type.Object({ group: Type.String({ description: 'Name of the agent group' }) });
const count = Type.Integer({ minimum: 0 });

const itemBody = Type.Object(
  {
    campaign: Type.String({ minLength: 1, description: 'Name of the campaign' }),
    dialMode: Type.Optional(Type.Enum([...dialModes])),
    optimizeBy: Type.Optional(Type.Enum([...optimizeMethods])),
    optimizeGoal: Type.Optional(count),
    stopAtTime: Type.Optional(Type.String({ description: 'ISO 8601' })),
    stopAtContacts: Type.Optional(count),
    stopAtDials: Type.Optional(count),
    sleepMinutes: Type.Optional(Type.Number({ minimum: 0, description: 'Pause before the item' })),
  },
  { additionalProperties: false },
);

const scheduleBody = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 255 })),
    startTime: Type.Optional(Type.String({ description: 'ISO 8601; absent: when it is started' })),
    items: Type.Array(itemBody, { minItems: 1, maxItems: 1000 }),
  },
  { additionalProperties: false },
);

const sequence = Type.Object({}, { additionalProperties: true });
const response = {
  200: sequence,
  404: { ...problemSchema, description: 'The agent group has no sequence, or there is no such group' },
  409: { ...problemSchema, description: 'Its state does not allow it' },
};

/** Campaign sequences: `/campaign-sequences/{agent group}`, and `.../start`, `/stop`; deleting one unloads it. */
export function registerCampaignSequences(app: FastifyInstance, campaigns: CampaignGroups): void {
  const { sequences } = campaigns;
  const numberOf = (group: string) => campaigns.agentGroupNumber(group);
  app.get(
    '/campaign-sequences',
    { config: { deed: 'watch' }, schema: { tags, summary: 'List sequences', response: { 200: Type.Array(sequence) } } },
    async () => (await sequences.all()).map(shown),
  );
  app.get<OneSequence>(
    '/campaign-sequences/:group',
    { config: { deed: 'watch' }, schema: { tags, summary: 'Read a sequence', params, response } },
    async (request) => shown(await sequences.status(await numberOf(request.params.group))),
  );
  app.put<OneSequence>(
    '/campaign-sequences/:group',
    {
      config: { deed: 'change the floor' },
      schema: { tags, summary: 'Load a sequence for an agent group', params, body: scheduleBody, response },
    },
    async (request, reply) => {
      const schedule = readSchedule(request, (name) => campaigns.campaignNumber(name));
      const view = await sequences.load(await numberOf(request.params.group), await schedule);
      return reply.code(201).send(shown(view));
    },
  );
  for (const operation of ['start', 'stop'] as const) {
    app.post<OneSequence>(
      `/campaign-sequences/:group/${operation}`,
      { config: { deed: 'change the floor' }, schema: { tags, summary: `${operation} a sequence`, params, response } },
      async (request) => {
        const group = await numberOf(request.params.group);
        return shown(await (operation === 'start' ? sequences.startDialing(group) : sequences.stopDialing(group)));
      },
    );
  }
  app.delete<OneSequence & { Querystring: { force?: string } }>(
    '/campaign-sequences/:group',
    {
      config: { deed: 'change the floor' },
      schema: {
        tags,
        summary: 'Stop a sequence and unload it',
        params,
        querystring: Type.Object({ force: Type.Optional(Type.String({ description: 'true: without waiting' })) }),
        response: { 204: Type.Null(), 404: response[404] },
      },
    },
    async (request, reply) => {
      const group = await numberOf(request.params.group);
      if (request.query.force === 'true') await sequences.forceUnload(group);
      else await sequences.unload(group);
      return reply.code(204).send();
    },
  );
}

async function readSchedule(
  request: FastifyRequest,
  campaignNumber: (name: string) => Promise<number>,
): Promise<Schedule> {
  const body: Static<typeof scheduleBody> = checkedBody(request, scheduleBody);
  const startTime = body.startTime === undefined ? undefined : timeOf('/startTime', body.startTime);
  const items: Schedule['items'][number][] = [];
  for (const [index, item] of body.items.entries()) {
    const stopAtTime =
      item.stopAtTime === undefined ? undefined : timeOf(`/items/${index}/stopAtTime`, item.stopAtTime);
    const dialMode = dialModes.find((mode) => mode === item.dialMode);
    const optimizeBy = optimizeMethods.find((method) => method === item.optimizeBy);
    items.push({
      campaign: await campaignNumber(item.campaign),
      ...(dialMode !== undefined && { dialMode }),
      ...(optimizeBy !== undefined && { optimizeBy }),
      ...(item.optimizeGoal !== undefined && { optimizeGoal: item.optimizeGoal }),
      ...(stopAtTime !== undefined && { stopAtTime }),
      ...(item.stopAtContacts !== undefined && { stopAtContacts: item.stopAtContacts }),
      ...(item.stopAtDials !== undefined && { stopAtDials: item.stopAtDials }),
      sleepBeforeNextStart: item.sleepMinutes ?? 0,
    });
  }
  return { description: body.description ?? '', ...(startTime !== undefined && { startTime }), items };
}

function timeOf(pointer: string, text: string): number {
  const time = parseInstant(text);
  if (time !== undefined) return time;
  throw new RequestError(422, 'invalid-content', `The body is wrong: ${pointer} must be an ISO 8601 time.`, [
    { pointer, detail: 'must be an ISO 8601 time' },
  ]);
}

const STATUS_NAMES = ['NotLoaded', 'WaitingUnload', 'UnloadInProgress', 'Inactive', 'Active', 'Running'];

function shown({ group, schedule, campaigns, phase, item, statuses, dueAt }: SequenceView) {
  return {
    group: group.name,
    description: schedule.description,
    phase,
    item: item + 1,
    ...(dueAt !== undefined && { dueAt: instant(dueAt) }),
    ...(schedule.startTime !== undefined && { startTime: instant(schedule.startTime) }),
    items: schedule.items.map(({ campaign: _number, stopAtTime, sleepBeforeNextStart, ...rest }, index) => ({
      campaign: campaigns[index] ?? '',
      ...rest,
      ...(stopAtTime !== undefined && { stopAtTime: instant(stopAtTime) }),
      sleepMinutes: sleepBeforeNextStart,
      status: STATUS_NAMES[statuses[index] ?? 0],
    })),
  };
}
