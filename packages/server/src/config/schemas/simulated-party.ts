import Type from 'typebox';
import { word } from './building-blocks.js';

/** How the people of the simulated telephone network behave. */

const seconds = Type.Number({ minimum: 0 });

const record = Type.Object({}, { additionalProperties: Type.Unknown() });
const keys = Type.String({ pattern: '^[0-9*#A-D]*$' });

/** What a voice application would have done, which the simulator does not run. */
const scriptedApplication = Type.Object(
  {
    seconds: Type.Optional(seconds),
    result: Type.Optional(record),
    userData: Type.Optional(record),
    error: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

const attempt = {
  outcome: Type.Optional(word(['answer', 'busy', 'no-answer', 'answering-machine', 'fax', 'sit-invalid', 'reject'])),
  ringSeconds: Type.Optional(seconds),
  talkSeconds: Type.Optional(Type.Union([seconds, Type.Null()], { description: 'null never hangs up' })),
  digits: Type.Optional(
    Type.Union([keys, Type.Array(keys, { minItems: 1 })], {
      description: 'Sent when digits are collected; of a list, one entry each time',
    }),
  ),
  recordSeconds: Type.Optional(Type.Number({ minimum: 0, description: 'How long it speaks when it is recorded' })),
  applications: Type.Optional(
    Type.Record(Type.String(), scriptedApplication, { description: 'By the address of the voice application, or `*`' }),
  ),
};

/** How a called party behaves; `sequence` gives the outcomes of successive attempts. */
export const party = Type.Object(
  {
    ...attempt,
    sequence: Type.Optional(Type.Array(Type.Object(attempt, { additionalProperties: false }), { minItems: 1 })),
  },
  { additionalProperties: false },
);

export const simulatedAgent = Type.Object(
  {
    auto: Type.Optional(Type.Boolean({ description: 'Logs in, gets ready, answers and wraps up by itself' })),
    answerSeconds: Type.Optional(seconds),
    wrapSeconds: Type.Optional(seconds),
    preview: Type.Optional(word(['accept', 'reject', 'ignore'])),
    disposition: Type.Optional(Type.Object({}, { additionalProperties: Type.Unknown() })),
  },
  { additionalProperties: false },
);
