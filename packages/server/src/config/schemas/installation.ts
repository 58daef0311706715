import Type from 'typebox';
import { name, word } from './building-blocks.js';

/**
 * What one of the APIs does apart from being served on the main port: whether it is open to everybody, and a further
 * port of its own with its own prefix.
 */
export const listener = Type.Object(
  {
    name,
    api: Type.Optional(
      word(['gms', 'cs', 'ors', 'ocs', 'commdn', 'desktop', 'admin'], {
        description: 'Default: the name of the entry',
      }),
    ),
    host: Type.Optional(Type.String({ minLength: 1 })),
    port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65535 })),
    prefix: Type.Optional(
      Type.String({
        pattern: '^/',
        description: 'Path under which the API appears there. Default: as on the main port',
      }),
    ),
    open: Type.Optional(
      Type.Boolean({ description: 'Served without credentials of its own, on a public address too' }),
    ),
  },
  { additionalProperties: false },
);
