import { type JsonObject, RingbackError } from '../../kernel/index.js';

/** Of seconds, and of digits to wait for. */
const MOST = 86_400;

/** A number of seconds above 0, which may be text with blanks around it, in milliseconds; undefined when not given. */
export function seconds(attributes: JsonObject, name: string): number | undefined {
  const value = positive(attributes, name);
  return value === undefined ? undefined : Math.round(value * 1000);
}

/** A number above 0; undefined when not given. */
export function positive(attributes: JsonObject, name: string): number | undefined {
  const given = attributes[name];
  if (given === undefined || given === null || given === '') return undefined;
  const value = typeof given === 'number' ? given : Number(String(given).trim());
  if (value > 0 && value <= MOST) return value;
  const wanted = `${name} must be a number above 0, at most ${MOST}`;
  throw new RingbackError('invalid-parameter', `${wanted}, not ${JSON.stringify(given)}`);
}
