import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { instant } from '../../kernel/index.js';
import type { CampaignGroups, OutboundScheduleView } from '../../outbound/index.js';

const time = Type.String({ description: 'ISO 8601' });

const item = Type.Object({
  campaignGroup: Type.String(),
  phase: Type.Enum(['waiting', 'running', 'done']),
  startAt: time,
  stopAt: time,
  reason: Type.Optional(
    Type.String({ description: 'Why it is done: stopTime, stopAtDials, stopAtContacts, missed, or what refused it' }),
  ),
});

const schedule = Type.Object({
  name: Type.String(),
  day: Type.Optional(Type.String({ description: 'YYYY-MM-DD in the time zone of the schedule' })),
  items: Type.Array(item),
  nextAt: Type.Optional(Type.String({ description: 'When it starts or stops something next; ISO 8601' })),
});

/** `/outbound-schedule-states`: where each outbound schedule stands. The objects are `/outbound-schedules`. */
export function registerOutboundSchedules(app: FastifyInstance, { schedules }: CampaignGroups): void {
  app.get(
    '/outbound-schedule-states',
    {
      config: { deed: 'watch' },
      schema: {
        tags: ['campaigns'],
        summary: 'Read where every outbound schedule stands',
        response: { 200: Type.Array(schedule) },
      },
    },
    async () => (await schedules.all()).map(shown),
  );
}

function shown({ name, day, items, dueAt }: OutboundScheduleView) {
  return {
    name,
    ...(day !== undefined && { day }),
    items: items.map(({ startAt, stopAt, ...more }) => ({
      ...more,
      startAt: instant(startAt),
      stopAt: instant(stopAt),
    })),
    ...(dueAt !== undefined && { nextAt: instant(dueAt) }),
  };
}
