import type { CollectRequest } from './switch.js';

/** What was keyed in so far, and why nothing more is waited for. */
export interface DigitInput {
  digits: string;
  over?: 'complete' | 'aborted';
}

type InputKeys = Pick<CollectRequest, 'maxDigits' | 'terminators' | 'abort' | 'backspace' | 'reset' | 'ignore'>;

/** The input after these keys, in the order in which they were pressed; keys after its end count for nothing. */
export function inputAfter(request: InputKeys, keys: string): DigitInput {
  const { maxDigits, terminators, abort = '', backspace = '', reset = '', ignore = '' } = request;
  let digits = '';
  for (const key of keys) {
    if (terminators.includes(key)) return { digits, over: 'complete' };
    if (abort.includes(key)) return { digits: '', over: 'aborted' };
    if (reset.includes(key)) digits = '';
    else if (backspace.includes(key)) digits = digits.slice(0, -1);
    else if (!ignore.includes(key)) digits += key;
    if (digits.length >= maxDigits) return { digits, over: 'complete' };
  }
  return { digits };
}
