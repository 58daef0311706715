import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * The E.164 form (`+4930123456`) of a telephone number in any usual notation.
 * @param defaultCountry ISO 3166 code (`US`) of the country whose national notation is accepted; without it, or when
 *   no numbering plan is known for it, only international notation (`+...`) is
 * @returns undefined when `number` cannot be a subscriber's number there: too short, too long, an extension, an address
 */
export function toE164(number: string, defaultCountry?: string): string | undefined {
  const country = defaultCountry?.toUpperCase();
  const parsed =
    country !== undefined && isSupportedCountry(country)
      ? parsePhoneNumberFromString(number, country)
      : parsePhoneNumberFromString(number);
  return parsed?.isPossible() ? parsed.number : undefined;
}

/** The digits of a number, without whatever people write between them: `(511) 5-01` becomes `511501`. */
export function digitsOf(number: string): string {
  return number.replace(/\D/g, '');
}

/** Whether two notations mean the same number: the same E.164 form or, where one has none, the same digits. */
export function sameNumber(one: string, other: string, defaultCountry?: string): boolean {
  const first = toE164(one, defaultCountry);
  const second = toE164(other, defaultCountry);
  if (first !== undefined && second !== undefined) return first === second;
  const digits = digitsOf(one);
  return digits !== '' && digits === digitsOf(other);
}
