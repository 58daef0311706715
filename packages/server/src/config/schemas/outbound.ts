import Type from 'typebox';
import { configured, name, word } from './building-blocks.js';

const clockTime = Type.String({
  pattern: '^(?:(?:[01]\\d|2[0-3]):[0-5]\\d|24:00)$',
  description: 'HH:MM, 24:00 ends a day',
});
const timeOfDay = Type.String({ pattern: '^(?:[01]\\d|2[0-3]):[0-5]\\d$', description: 'HH:MM' });
const date = Type.String({ pattern: '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$', description: 'YYYY-MM-DD' });
const minutes = Type.Number({ minimum: 0 });
const count = Type.Integer({ minimum: 0 });

/** A user-defined column of a calling list. Columns that no field declares are texts. */
const field = Type.Object(
  {
    name: Type.String({ pattern: '^[\\p{L}_][\\p{L}\\p{N}_ $.-]{0,62}$', description: 'Name of the column' }),
    type: Type.Optional(word(['int', 'float', 'char', 'varchar', 'datetime'], { description: 'Default varchar' })),
    length: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_536, description: 'Most characters of texts' })),
    defaultValue: Type.Optional(Type.Union([Type.String(), Type.Number()])),
    isNullable: Type.Optional(Type.Boolean({ description: 'false: every record must have a value. Default true' })),
    sendAttribute: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'Key in events and requests. Default: the name' }),
    ),
  },
  { additionalProperties: false },
);

export const callingList = configured({
  name,
  timeFrom: Type.Optional(clockTime),
  timeUntil: Type.Optional(clockTime),
  timeZone: Type.Optional(
    Type.String({ minLength: 1, description: 'Zone of records that name none: PST ... or an IANA name' }),
  ),
  fields: Type.Optional(Type.Array(field, { maxItems: 500 })),
  maxAttempts: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Most dials of one record per campaign. Default 10' }),
  ),
  filter: Type.Optional(name),
  treatments: Type.Optional(Type.Array(name)),
});

export const campaign = configured({
  name,
  callingLists: Type.Optional(
    Type.Array(
      Type.Object(
        {
          name,
          share: Type.Optional(
            Type.Integer({ minimum: 0, description: 'Weight; 0 switches the list off. Default 10' }),
          ),
          isActive: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
    ),
  ),
});

/** How a campaign group dials. */
const dialing = {
  dialMode: Type.Optional(
    word([
      'Predictive',
      'Progressive',
      'Preview',
      'ProgressiveSeizing',
      'PredictiveSeizing',
      'PushPreview',
      'ProgressiveGVP',
      'PredictiveGVP',
      'PowerGVP',
    ]),
  ),
  optimizeBy: Type.Optional(word(['BusyFactor', 'OverdialRate', 'WaitTime'])),
  optimizeGoal: Type.Optional(count),
};

export const campaignGroup = configured({
  campaign: name,
  group: name,
  ...dialing,
  numOfChannels: Type.Optional(Type.Integer({ minimum: 1, description: 'Most outbound calls at a time. Default 10' })),
  minRecBuffSize: Type.Optional(Type.Integer({ minimum: 1 })),
  optRecBuffSize: Type.Optional(Type.Integer({ minimum: 1 })),
  maxQueueSize: Type.Optional(count),
  operationMode: Type.Optional(
    word(['Manual', 'Schedule'], {
      description: 'Manual: schedules leave it alone. Default: both requests and schedules',
    }),
  ),
  origDN: Type.Optional(name),
  trunkGroupDN: Type.Optional(name),
  interactionQueue: Type.Optional(name),
});

/** A campaign group that a schedule loads and starts, and stops and unloads at the first of its stop conditions. */
const scheduledGroup = Type.Object(
  {
    campaign: name,
    group: name,
    ...dialing,
    startTime: Type.Optional(timeOfDay),
    stopTime: Type.Optional(clockTime),
    stopAtDials: Type.Optional(Type.Integer({ minimum: 1 })),
    stopAtContacts: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
);

/** When campaign groups dial by themselves. All times are those of the clock on the wall in `timeZone`. */
export const outboundSchedule = configured({
  name,
  timeZone: Type.Optional(Type.String({ minLength: 1, description: 'PST ... or an IANA name. Default UTC' })),
  recurrence: word(['Once', 'Daily', 'Weekly', 'Monthly']),
  date: Type.Optional(date),
  weekdays: Type.Optional(Type.Array(word(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']), { minItems: 1 })),
  monthDays: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 31 }), { minItems: 1 })),
  from: Type.Optional(date),
  until: Type.Optional(date),
  startTime: timeOfDay,
  items: Type.Array(scheduledGroup, { minItems: 1, maxItems: 1000 }),
});

/** `criteria` is a restricted condition over the columns of a list; it is parsed, never handed to the database. */
export const filter = configured({
  name,
  criteria: Type.Optional(Type.String()),
  order: Type.Optional(Type.String()),
});

export const treatment = configured({
  name,
  callResult: Type.Union([Type.Integer(), Type.String({ minLength: 1 })]),
  applyToRecord: Type.Union([Type.Integer(), Type.String({ minLength: 1 })]),
  applyToCall: Type.Optional(Type.Union([Type.Integer(), Type.String({ minLength: 1 })])),
  destinationDN: Type.Optional(
    Type.String({ minLength: 1, description: 'Where the call goes; needed by applyToCall' }),
  ),
  numberInSequence: Type.Optional(Type.Integer({ minimum: 1 })),
  cycleAttempt: Type.Optional(count),
  interval: Type.Optional(minutes),
  increment: Type.Optional(minutes),
  date: Type.Optional(
    Type.String({
      pattern:
        '^(?:\\d{1,2}/\\d{1,2}/\\d{4}[ T]\\d{1,2}:\\d{2}(?::\\d{2})?|\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(?::\\d{2})?)$',
      description: 'MM/DD/YYYY HH:MM or YYYY-MM-DDTHH:MM, on the wall clock of the record',
    }),
  ),
});
