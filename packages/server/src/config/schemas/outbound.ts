import Type from 'typebox';
import { configured, name, word } from './building-blocks.js';

const clockTime = Type.String({
  pattern: '^(?:(?:[01]\\d|2[0-3]):[0-5]\\d|24:00)$',
  description: 'HH:MM, 24:00 ends a day',
});
const minutes = Type.Number({ minimum: 0 });
const count = Type.Integer({ minimum: 0 });

export const callingList = configured({
  name,
  timeFrom: Type.Optional(clockTime),
  timeUntil: Type.Optional(clockTime),
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

export const campaignGroup = configured({
  campaign: name,
  group: name,
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
  optimizeGoal: Type.Optional(Type.Integer({ minimum: 0 })),
  numOfChannels: Type.Optional(Type.Integer({ minimum: 1, description: 'Most outbound calls at a time. Default 10' })),
  minRecBuffSize: Type.Optional(Type.Integer({ minimum: 1 })),
  optRecBuffSize: Type.Optional(Type.Integer({ minimum: 1 })),
  maxQueueSize: Type.Optional(count),
  operationMode: Type.Optional(word(['Manual', 'Schedule'])),
  origDN: Type.Optional(name),
  trunkGroupDN: Type.Optional(name),
  interactionQueue: Type.Optional(name),
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
  numberInSequence: Type.Optional(Type.Integer({ minimum: 1 })),
  cycleAttempt: Type.Optional(count),
  interval: Type.Optional(minutes),
  increment: Type.Optional(minutes),
  date: Type.Optional(Type.String()),
});
