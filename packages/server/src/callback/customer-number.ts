import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { digitsOf, toE164 } from '../kernel/index.js';
import { CallbackError } from './callback-error.js';
import type { CallbackService } from './callback-service.js';

/** Lookup values longer than this cannot be telephone numbers and are kept as they are. */
const LONGEST_NUMBER = 128;
/** Most apps send this already; it is its own comparable form, and the numbering plans need not be asked. */
const PLAIN_E164 = /^\+[1-9]\d{10,14}$/;

/**
 * The form in which numbers are compared: E.164 where the service's country (or the number's own prefix) allows it,
 * else the digits alone, so that `555-5461206` and `5555461206` are one customer.
 */
export function numberKey(number: string, defaultCountry: string): string {
  if (number.length > LONGEST_NUMBER || PLAIN_E164.test(number)) return number;
  return toE164(number, defaultCountry || undefined) ?? (digitsOf(number) || number.trim());
}

/** Every form under which callbacks of a number may be filed, by services of these countries. */
export function numberKeys(number: string, defaultCountries: Iterable<string>): string[] {
  const keys = new Set([numberKey(number, '')]);
  for (const country of defaultCountries) keys.add(numberKey(number, country));
  return [...keys];
}

/**
 * The checks that the service asks for (options `_disallow_premium_phone_numbers`,
 * `_disallow_impossible_phone_numbers`).
 * @throws CallbackError `country-missing`, `premium-number`, `impossible-number`
 */
export function checkNumber(number: string, service: CallbackService): void {
  const { disallowPremiumNumbers, disallowImpossibleNumbers } = service;
  if (!disallowPremiumNumbers && !disallowImpossibleNumbers) return;
  const country = service.defaultCountry.toUpperCase();
  if (!isSupportedCountry(country)) {
    const option = disallowPremiumNumbers ? '_disallow_premium_phone_numbers' : '_disallow_impossible_phone_numbers';
    throw new CallbackError('country-missing', { service: service.name, option });
  }
  const parsed = parse(number, country);
  if (disallowPremiumNumbers && parsed?.getType() === 'PREMIUM_RATE') {
    throw new CallbackError('premium-number', { number });
  }
  if (disallowImpossibleNumbers && !parsed?.isPossible()) throw new CallbackError('impossible-number', { number });
}

function parse(number: string, defaultCountry: CountryCode) {
  if (number.length > LONGEST_NUMBER) return undefined;
  // Without extraction, text around a number makes it unparsable instead of being passed over.
  return parsePhoneNumberFromString(number.trim(), { defaultCountry, extract: false });
}
