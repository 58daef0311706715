import type { OptionType } from './option.js';

/**
 * Reads and checks the text of an option. Each reader returns undefined for a text that is not of its type, so that
 * access can fall back where a stored text was made wrong by a request's token variables.
 */

const INTEGER = /^[+-]?\d{1,15}$/;
const DECIMAL = /^[+-]?\d{1,12}(?:\.\d{1,6})?$/;
const PERIOD = /^(\d{1,6})\s*([yMwdhms]?)$/;
const THRESHOLDS = /^\s*\d+\s*:\s*\d+\s*(,\s*\d+\s*:\s*\d+\s*)*$/;
/** `$token$` in a service's option is replaced by the request's parameter of that name (GMS callback, 8.5). */
const TOKEN = /\$\w+\$/;

export function readInteger(text: string): number | undefined {
  const trimmed = text.trim();
  return INTEGER.test(trimmed) ? Number(trimmed) : undefined;
}

/** Seconds; fractions are accepted. */
export function readSeconds(text: string): number | undefined {
  const trimmed = text.trim();
  return DECIMAL.test(trimmed) ? Number(trimmed) : undefined;
}

export function readFlag(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** A comma list; blanks around the items and empty items are dropped. */
export function readList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export function readPair(text: string): readonly [number, number] | undefined {
  const [from, to, ...more] = text.split(',').map(readInteger);
  return from === undefined || to === undefined || more.length > 0 ? undefined : [from, to];
}

/** A span such as `1M`: years, months, weeks, days, hours, minutes; a bare number counts seconds. */
export interface Period {
  amount: number;
  unit: 'years' | 'months' | 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds';
}

const PERIOD_UNITS: Readonly<Record<string, Period['unit']>> = {
  y: 'years',
  M: 'months',
  w: 'weeks',
  d: 'days',
  h: 'hours',
  m: 'minutes',
  s: 'seconds',
  '': 'seconds',
};

export function readPeriod(text: string): Period | undefined {
  const match = PERIOD.exec(text.trim());
  const unit = match ? PERIOD_UNITS[match[2] ?? ''] : undefined;
  return match && unit ? { amount: Number(match[1]), unit } : undefined;
}

/**
 * What is wrong with `value` as an option of this type, and what would be right.
 * Empty texts and texts with token variables (`$name$`) are never wrong.
 */
export function complaint(type: OptionType, value: string): string | undefined {
  if (value.trim() === '' || TOKEN.test(value)) return undefined;
  const wrong = wrongness(type, value);
  return wrong === undefined ? undefined : `is ${quoted(value)}, ${wrong}`;
}

function wrongness(type: OptionType, value: string): string | undefined {
  switch (type.kind) {
    case 'text':
      return type.pattern && !type.pattern.test(value.trim())
        ? `must be ${type.form ?? type.pattern.source}`
        : undefined;
    case 'integer':
      return outside(readInteger(value), type, 'a whole number', type.unit);
    case 'seconds':
      return outside(readSeconds(value), type, 'a number of seconds');
    case 'flag':
      return readFlag(value) === undefined ? 'must be true or false' : undefined;
    case 'enumeration':
      return unlisted(type.values, value.trim()) ? `must be ${alternatives(type.values)}` : undefined;
    case 'list': {
      const { values } = type;
      const stranger = values && readList(value).find((item) => unlisted(values, item));
      return values && stranger !== undefined ? `but ${quoted(stranger)} is none of ${values.join(', ')}` : undefined;
    }
    case 'pair': {
      const pair = readPair(value);
      if (!pair) return `must be two whole numbers of ${type.unit}, such as -120,120`;
      return pair[0] > pair[1] ? 'must not start after its end' : undefined;
    }
    case 'period':
      return readPeriod(value) ? undefined : 'must be a number and a unit out of y M w d h m, such as 1M';
    case 'time-zone':
      return isTimeZone(value.trim()) ? undefined : 'must be a time zone such as Europe/Paris';
    case 'thresholds':
      return THRESHOLDS.test(value) ? undefined : 'must be pairs of wait and position, such as 0:10,10:5';
    case 'json':
      return malformedJson(type, value);
    case 'address':
      return URL.canParse(value.trim()) ? undefined : 'must be an address such as http://host:port/path';
  }
}

function outside(
  number: number | undefined,
  bounds: { min?: number; max?: number; values?: readonly number[] },
  noun: string,
  unit?: string,
): string | undefined {
  const { min, max, values } = bounds;
  const fits =
    number !== undefined &&
    (min === undefined || number >= min) &&
    (max === undefined || number <= max) &&
    (values === undefined || values.includes(number));
  if (fits) return undefined;
  const what = unit ? `${noun} of ${unit}` : noun;
  if (values) return `must be ${alternatives(values.map(String))}`;
  if (min !== undefined && max !== undefined) return `must be ${what} from ${min} to ${max}`;
  if (min !== undefined) return `must be ${what}, at least ${min}`;
  return max === undefined ? `must be ${what}` : `must be ${what}, at most ${max}`;
}

/** True for the time zones that this platform knows (IANA names). */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function unlisted(values: readonly string[], value: string): boolean {
  return !values.some((candidate) => candidate.toLowerCase() === value.toLowerCase());
}

function malformedJson(type: { form: string; orText?: string }, value: string): string | undefined {
  const start = value.trim()[0];
  const looksLikeJson = start === '{' || start === '[';
  if (!looksLikeJson && type.orText) return undefined;
  const parsed = looksLikeJson ? parse(value) : undefined;
  const fits = parsed !== undefined && (type.form !== 'object' || !Array.isArray(parsed));
  if (fits) return undefined;
  return type.orText ? `must be valid JSON or ${type.orText}` : `must be a JSON ${type.form}`;
}

/** Service templates of the original write JSON with single quotes too: `[{'target':...}]`. */
function parse(value: string): unknown {
  for (const candidate of [value, value.replaceAll("'", '"')]) {
    try {
      return JSON.parse(candidate);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

function alternatives(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
}
