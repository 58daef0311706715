import Type, { type Static } from 'typebox';
import { parse, YAMLParseError } from 'yaml';
import { schemaComplaints } from '../../config/index.js';
import { RingbackError } from '../../kernel/index.js';

const seconds = Type.Number({ minimum: 0, maximum: 86_400 });
/** How many an hour: the same all day, or one number for each hour. */
const rate = Type.Union([
  Type.Number({ minimum: 0, maximum: 10_000 }),
  Type.Array(Type.Number({ minimum: 0, maximum: 10_000 }), { minItems: 1 }),
]);

const OUTCOMES = ['answer', 'busy', 'no-answer', 'answering-machine', 'fax', 'sit-invalid', 'reject'] as const;

const party = Type.Object(
  {
    share: Type.Number({ exclusiveMinimum: 0, description: 'Weight among the parties' }),
    outcome: Type.Enum(OUTCOMES),
    ringSeconds: Type.Optional(seconds),
    talkSeconds: Type.Optional(Type.Number({ ...seconds, description: 'Mean of an exponential distribution' })),
  },
  { additionalProperties: false },
);

/** A day as it is described for `ringback simulate`. */
export const daySchema = Type.Object(
  {
    from: Type.Optional(Type.String({ description: 'When it begins, such as 2026-11-23T08:00:00Z; default: now' })),
    hours: Type.Number({ exclusiveMinimum: 0, maximum: 48 }),
    seed: Type.Optional(Type.Integer({ minimum: 0 })),
    callbacks: Type.Optional(
      Type.Array(
        Type.Object(
          {
            service: Type.String({ minLength: 1 }),
            perHour: rate,
            afterMinutes: Type.Optional(
              Type.Tuple([Type.Number({ minimum: 0 }), Type.Number({ minimum: 0 })], {
                description: 'Booked for a time so long after the request, evenly; absent: at once',
              }),
            ),
            parameters: Type.Optional(Type.Record(Type.String(), Type.String())),
          },
          { additionalProperties: false },
        ),
      ),
    ),
    calls: Type.Optional(
      Type.Array(Type.Object({ to: Type.String({ minLength: 1 }), perHour: rate }, { additionalProperties: false })),
    ),
    parties: Type.Optional(Type.Array(party, { minItems: 1 })),
    agents: Type.Optional(
      Type.Object(
        { answerSeconds: Type.Optional(seconds), wrapSeconds: Type.Optional(seconds) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type Day = Static<typeof daySchema>;
export type Party = Static<typeof party>;

/**
 * Reads the description of a day.
 * @param source its file, for messages
 * @throws RingbackError `invalid-day` with every member that is wrong
 */
export function readDay(content: string, source: string): Day {
  let value: unknown;
  try {
    value = parse(content);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new RingbackError('invalid-day', `${source} is not YAML: ${error.message}`);
  }
  const complaints = schemaComplaints(daySchema, value);
  if (complaints.length > 0) throw new RingbackError('invalid-day', `${source} is wrong.`, complaints);
  const day = value as Day; // checked
  if (day.from !== undefined && Number.isNaN(Date.parse(day.from))) {
    const details = [{ pointer: '/from', detail: `is "${day.from}", must be a time such as 2026-11-23T08:00:00Z` }];
    throw new RingbackError('invalid-day', `${source} is wrong.`, details);
  }
  return day;
}
