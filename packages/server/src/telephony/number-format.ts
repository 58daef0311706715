import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

/**
 * How a trunk wants numbers: `+4989123`, `4989123`, `004989123` (as dialed in its country), `089123` (abroad as
 * `international`), or as they came.
 */
export type NumberFormat = 'e164' | 'digits' | 'international' | 'national' | 'as-dialed';

/** A number as the dial plan sees it. */
export interface ReadNumber {
  /** As it was dialed, without what people write between digits. */
  dialed: string;
  /** Absent when it is no subscriber's number anywhere. */
  e164?: string;
  /** Without country code and trunk prefix; the dialed digits when it has no E.164 form. */
  national: string;
  isPremium: boolean;
}

const PREMIUM_TYPES: ReadonlySet<string> = new Set(['PREMIUM_RATE', 'SHARED_COST']);

/** @param country whose national notation is accepted, ISO 3166 */
export function readNumber(number: string, country?: string): ReadNumber {
  const dialed = number.trim().replace(/[\s()./-]/g, '');
  const parsed = parse(dialed, country);
  if (!parsed?.isPossible()) {
    return { dialed, national: (parsed?.nationalNumber ?? dialed).replace(/^\+/, ''), isPremium: false };
  }
  return {
    dialed,
    e164: parsed.number,
    national: parsed.nationalNumber,
    isPremium: PREMIUM_TYPES.has(parsed.getType() ?? ''),
  };
}

/** A number in the form that a trunk wants; as dialed when it has no E.164 form. */
export function formatNumber({ dialed, e164 }: ReadNumber, format: NumberFormat, country?: string): string {
  const parsed = e164 === undefined || format === 'as-dialed' ? undefined : parse(e164);
  if (!parsed || e164 === undefined) return dialed;
  switch (format) {
    case 'digits':
      return e164.slice(1);
    case 'national':
      return isOf(parsed, country) ? digits(parsed.formatNational()) : international(parsed, country);
    case 'international':
      return international(parsed, country);
    default:
      return e164;
  }
}

function parse(number: string, country?: string): PhoneNumber | undefined {
  const known = supported(country);
  return known ? parsePhoneNumberFromString(number, known) : parsePhoneNumberFromString(number);
}

/** As dialed from the country; the prefix of most countries where none is known. */
function international(parsed: PhoneNumber, country: string | undefined): string {
  const from = supported(country);
  const written = from && !isOf(parsed, country) ? parsed.format('IDD', { fromCountry: from }) : undefined;
  return written ? digits(written) : `00${parsed.number.slice(1)}`;
}

function isOf(parsed: PhoneNumber, country: string | undefined): boolean {
  const from = supported(country);
  return from !== undefined && parsed.countryCallingCode === getCountryCallingCode(from);
}

function supported(country: string | undefined): CountryCode | undefined {
  return country !== undefined && isSupportedCountry(country) ? country : undefined;
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}
