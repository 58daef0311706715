import Type, { type TSchema } from 'typebox';

/** Pieces that the schemas of several kinds share. */

const NAME_PATTERN = '^[^\\u0000-\\u001f\\u007f]+$';

export const name = Type.String({ minLength: 1, maxLength: 255, pattern: NAME_PATTERN });
export const dbid = Type.Integer({
  minimum: 1,
  description: 'Number of the object, as in the configuration of the original',
});
export const description = Type.String({ maxLength: 4000 });
export const enabled = Type.Boolean({ description: 'false: as if the object were not there. Default true' });
export const password = Type.String({ minLength: 1, maxLength: 1024, description: 'Stored as a hash, never returned' });

/** Options of an object: name to text. Numbers and booleans are accepted and become texts. */
export const options = Type.Record(Type.String(), Type.String({ maxLength: 65_536 }));

/** An object of the given fields and of those that every object has; unknown fields are refused. */
export function configured<Fields extends Record<string, TSchema>>(fields: Fields) {
  return Type.Object(
    {
      ...fields,
      dbid: Type.Optional(dbid),
      description: Type.Optional(description),
      enabled: Type.Optional(enabled),
      options: Type.Optional(options),
    },
    { additionalProperties: false },
  );
}

/** One of several words. */
export function word<const Words extends readonly string[]>(
  words: Words,
  more: { description?: string } = {},
): Type.TEnum<[...Words]> {
  return Type.Enum<[...Words]>([...words], more);
}
