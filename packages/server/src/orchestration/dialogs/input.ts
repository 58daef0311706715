import type { ChildDescriptor } from '@ringback/scxml';
import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type { CollectRequest } from '../../telephony/index.js';
import type { ActionElement } from '../action-module.js';
import { positive, seconds } from './duration.js';

const NAMES = [
  ...['max_digits', 'abort_digits', 'backspace_digits', 'ignore_digits', 'reset_digits', 'term_digits'],
  ...['start_timeout', 'digit_timeout', 'total_timeout', 'clear_input'],
  ...['verify_attempts', 'verify_data'],
];

/** `<dialog:input>`: every name with and without underscores (ors-interaction-dialog.md 6.4). */
export const INPUT: ChildDescriptor = {
  name: 'input',
  attributes: Object.fromEntries(
    NAMES.flatMap((name) => [name, name.replaceAll('_', '')]).map((name) => [name, { kind: 'value' } as const]),
  ),
};

const START_TIMEOUT_MS = 10_000;
const TOTAL_TIMEOUT_MS = 30_000;
const KEYS = /^[0-9*#A-D]{0,2}$/;

/** The attributes of an action's `<dialog:input>`, under the names with underscores. */
export function inputOf({ children }: Pick<ActionElement, 'children'>): JsonObject {
  const given = children.find(({ name }) => name === 'input')?.attributes ?? {};
  const input: JsonObject = {};
  for (const name of NAMES) {
    const value = given[name] ?? given[name.replaceAll('_', '')];
    if (value !== undefined) input[name] = value;
  }
  return input;
}

/** What is collected, without a prompt. */
export function collectRequest(input: JsonObject, maxDigits = 1): CollectRequest {
  const digitTimeoutMs = seconds(input, 'digit_timeout');
  return {
    maxDigits: Math.ceil(positive(input, 'max_digits') ?? maxDigits),
    terminators: keys(input, 'term_digits', '#'),
    firstDigitTimeoutMs: seconds(input, 'start_timeout') ?? START_TIMEOUT_MS,
    totalTimeoutMs: seconds(input, 'total_timeout') ?? TOTAL_TIMEOUT_MS,
    ...(digitTimeoutMs !== undefined && { digitTimeoutMs }),
    abort: keys(input, 'abort_digits'),
    backspace: keys(input, 'backspace_digits'),
    reset: keys(input, 'reset_digits'),
    ignore: keys(input, 'ignore_digits'),
    clear: input.clear_input === true || input.clear_input === 'true',
  };
}

export function keys(input: JsonObject, name: string, otherwise = ''): string {
  const given = input[name];
  if (given === undefined || given === null) return otherwise;
  const text = String(given);
  if (KEYS.test(text)) return text;
  throw new RingbackError('invalid-parameter', `${name} must be up to 2 keys, not ${JSON.stringify(given)}`);
}
