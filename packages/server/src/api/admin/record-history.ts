import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { type Clock, instant, type JsonObject } from '../../kernel/index.js';
import {
  type AttemptView,
  type CallingLists,
  callResultName,
  type ListRecord,
  type Obstacle,
  obstaclesOf,
  type RecordMoment,
  recordColumns,
} from '../../outbound/index.js';
import type { Database } from '../../store/index.js';
import { problemSchema } from '../problem.js';

/** What the history of records is read from. */
export interface RecordHistoryDesk {
  database: Database;
  clock: Clock;
  lists: CallingLists;
  /** The attempts of a record, oldest first, those that were not dialed too. */
  attempts(list: string, recordId: number): Promise<readonly PlannedAttempt[]>;
  /** The states that a record came into, oldest first. */
  timeline(record: ListRecord): Promise<readonly RecordMoment[]>;
  /** What campaigns and jurisdictions have against dialing a record now. */
  campaignObstacles(record: ListRecord): Promise<readonly Obstacle[]>;
}

/** An attempt with what the dial plan decided about its call, where there is one. */
export interface PlannedAttempt extends AttemptView {
  plan?: JsonObject;
}

interface OfRecord {
  Params: { name: string; record: string };
}

const time = Type.Optional(Type.String({ description: 'ISO 8601' }));
const attempt = Type.Object({
  attempt: Type.String(),
  campaign: Type.String(),
  phone: Type.String(),
  at: Type.String(),
  dialedAt: time,
  answeredAt: time,
  connectedAt: time,
  endedAt: time,
  agentId: Type.Optional(Type.String()),
  call_result: Type.Optional(Type.Integer({ description: 'Absent while the call is under way' })),
  call_result_name: Type.Optional(Type.String()),
  blockedBy: Type.Optional(Type.String({ description: 'Why it was not dialed' })),
  destination: Type.Optional(Type.String({ description: 'DN that a treatment has sent the answered call to' })),
  nobodyFree: Type.Optional(Type.Number({ description: 'Probability, at the dial, that nobody would be free' })),
  plan: Type.Optional(
    Type.Object(
      {},
      {
        additionalProperties: true,
        description: 'Of the dial plan: to, trunks, rule, callerId, pool, attestation, refused',
      },
    ),
  ),
});
const moment = Type.Object({
  at: Type.String(),
  record_type: Type.Optional(Type.Integer()),
  record_status: Type.Optional(Type.Integer()),
  call_result: Type.Optional(Type.Integer()),
  attempt: Type.Optional(Type.Integer()),
  scheduled_at: time,
  agent_id: Type.Optional(Type.String()),
  campaign: Type.Optional(Type.String()),
  treatments: Type.Optional(
    Type.String({ description: 'DBID@cycle attempt@chain_n to dial@number in the sequence of the call result' }),
  ),
  blocked: Type.Optional(Type.String({ description: 'Why it was not dialed' })),
});
const obstacle = Type.Object({
  kind: Type.String({
    description: 'status, do-not-call, list, attempts, schedule, window, chain, campaign or rule',
  }),
  reason: Type.String(),
  until: time,
});

/** `/calling-lists/{name}/records/{record_id}/history`: what was tried, and why it is not dialed now. */
export function registerRecordHistory(app: FastifyInstance, desk: RecordHistoryDesk): void {
  const { database, clock, lists } = desk;
  app.get<OfRecord>(
    '/calling-lists/:name/records/:record/history',
    {
      config: { deed: 'watch' },
      schema: {
        tags: ['calling-lists'],
        summary: 'What was tried with a record, and everything that keeps it from being dialed now',
        params: Type.Object({ name: Type.String(), record: Type.String({ description: 'record_id' }) }),
        response: {
          200: Type.Object({
            record: Type.Object({}, { additionalProperties: true }),
            call_result_name: Type.Optional(Type.String()),
            at: Type.String({ description: 'The time that the obstacles are for' }),
            obstacles: Type.Array(obstacle),
            attempts: Type.Array(attempt),
            timeline: Type.Array(moment, { description: 'The states that it came into, oldest first' }),
          }),
          404: { ...problemSchema, description: 'There is no such list or record' },
        },
      },
    },
    async (request, reply) => {
      const { name, record: id } = request.params;
      const settings = lists.settings(name);
      const [record] =
        settings && /^\d{1,15}$/.test(id) ? await lists.find({ recordId: Number(id), lists: [name] }) : [];
      if (!settings || !record) return reply.callNotFound();
      const now = clock.now();
      const [chain, listed, attempts, timeline, ofCampaigns] = await Promise.all([
        lists.chain(name, record.chainId),
        lists.doNotCallList.check(database, { phone: record.phone, customerId: record.customerId }),
        desk.attempts(name, record.recordId),
        desk.timeline(record),
        desk.campaignObstacles(record),
      ]);
      const obstacles = obstaclesOf({ record, chain, settings, listed, now });
      // Nobody is waiting for a campaign where the record itself is over.
      const isOver = obstacles.some(({ kind }) => kind === 'status');
      return {
        record: recordColumns(record),
        call_result_name: callResultName(record.callResult),
        at: instant(now),
        obstacles: [...obstacles, ...(isOver ? [] : ofCampaigns)].map(({ until, ...rest }) => ({
          ...rest,
          ...(until !== undefined && { until: instant(until) }),
        })),
        attempts: attempts.map(shown),
        timeline: timeline.map(shownMoment),
      };
    },
  );
}

function shown({ list: _list, recordId: _record, result, ...view }: PlannedAttempt) {
  const { at, dialedAt, answeredAt, connectedAt, endedAt, ...rest } = view;
  const times = { at, dialedAt, answeredAt, connectedAt, endedAt };
  return {
    ...rest,
    ...Object.fromEntries(
      Object.entries(times).flatMap(([key, value]) => (value === undefined ? [] : [[key, instant(value)]])),
    ),
    ...(result !== undefined && { call_result: result, call_result_name: callResultName(result) }),
  };
}

/** A moment with the names of the record's columns. */
function shownMoment({ at, recordType, recordStatus, callResult, scheduledAt, agentId, ...rest }: RecordMoment) {
  const columns = {
    record_type: recordType,
    record_status: recordStatus,
    call_result: callResult,
    scheduled_at: scheduledAt,
    agent_id: agentId,
  };
  return {
    at: instant(at),
    ...Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)),
    ...rest,
  };
}
