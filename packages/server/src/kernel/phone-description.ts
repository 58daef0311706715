import { carrier, geocoder, timezones } from 'libphonenumber-geo-carrier';
import { isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { digitsOf } from './phone.js';

/** What numbering plans, and the places and carriers that belong to them, say of a telephone number. */
export interface PhoneDescription {
  /** As it was asked for. */
  specified: string;
  /** The number as its country writes it, as far as it was written like that: with its national prefix or without. */
  original: string;
  e164: string;
  international: string;
  national: string;
  /** National (significant) number: digits without prefix. */
  nationalDigits: string;
  extension: string;
  callingCode: number;
  callingCodeSource: CallingCodeSource;
  /** ISO 3166; empty where a number belongs to no country (+800). */
  region: string;
  /** MOBILE, FIXED_LINE, FIXED_LINE_OR_MOBILE, PREMIUM_RATE ...; UNKNOWN where no plan says it. */
  type: string;
  possible: boolean;
  valid: boolean;
  validForRegion: boolean;
  /** A leading zero that is part of the number, as in Italy. */
  leadingZero: boolean;
  /** Of mobile numbers: whom the range was given to; empty if unknown. */
  carrier: string;
  /** City, state or country in the language that was asked for. */
  location: string;
  /** IANA names, those of large countries several. */
  timeZones: string[];
}

export type CallingCodeSource =
  | 'FROM_NUMBER_WITH_PLUS_SIGN'
  | 'FROM_NUMBER_WITH_IDD'
  | 'FROM_NUMBER_WITHOUT_PLUS_SIGN'
  | 'FROM_DEFAULT_COUNTRY';

const LONGEST_NUMBER = 128;

/**
 * Reads a number and looks up everything that is known of its range.
 * @param country ISO 3166 code of the country whose national notation is accepted
 * @param language of places and carriers (`de`, `pt-BR`); what is not translated is in English
 * @returns undefined when the text is no telephone number there
 */
export async function describePhone(
  number: string,
  country: string,
  language: string,
): Promise<PhoneDescription | undefined> {
  const region = country.toUpperCase();
  const parsed = number.length > LONGEST_NUMBER ? undefined : parse(number.trim(), region);
  if (!parsed) return undefined;
  const type = parsed.getType();
  const valid = parsed.isValid();
  const [place, owner, zones] = await Promise.all([
    geocoder(parsed, translation(language)),
    carrier(parsed, translation(language)),
    timezones(parsed),
  ]);
  return {
    specified: number,
    original: originalForm(number.trim(), parsed),
    e164: parsed.number,
    international: internationalForm(parsed),
    national: parsed.formatNational(),
    nationalDigits: parsed.nationalNumber,
    extension: parsed.ext ?? '',
    callingCode: Number(parsed.countryCallingCode),
    callingCodeSource: sourceOf(number.trim(), parsed),
    region: parsed.country ?? '',
    type: type ?? 'UNKNOWN',
    possible: parsed.isPossible(),
    valid,
    validForRegion: valid && parsed.country === region,
    leadingZero: parsed.nationalNumber.startsWith('0'),
    carrier: owner ?? '',
    // Ranges that no place has are those of a whole country; what is no valid number has no place.
    location: valid ? place || countryName(parsed.country, language) : '',
    timeZones: zones ?? [],
  };
}

function parse(number: string, region: string): PhoneNumber | undefined {
  return isSupportedCountry(region)
    ? parsePhoneNumberFromString(number, { defaultCountry: region, extract: false })
    : parsePhoneNumberFromString(number, { extract: false });
}

function sourceOf(number: string, parsed: PhoneNumber): CallingCodeSource {
  if (/^[+＋]/.test(number)) return 'FROM_NUMBER_WITH_PLUS_SIGN';
  const digits = digitsOf(number);
  const international = `${parsed.countryCallingCode}${parsed.nationalNumber}`;
  if (digits === international) return 'FROM_NUMBER_WITHOUT_PLUS_SIGN';
  // Anything in front of the calling code dialed it: 00 in most countries, 011 in America.
  return digits.length > international.length && digits.endsWith(international)
    ? 'FROM_NUMBER_WITH_IDD'
    : 'FROM_DEFAULT_COUNTRY';
}

/**
 * As the number was written, with the separators of its notation; as it stands where these would change what is dialed
 * (libphonenumber's format in original format).
 */
function originalForm(number: string, parsed: PhoneNumber): string {
  const source = sourceOf(number, parsed);
  if (source === 'FROM_NUMBER_WITH_IDD') return number;
  if (source === 'FROM_DEFAULT_COUNTRY') {
    return digitsOf(number) === parsed.nationalNumber ? withoutPrefix(parsed) : parsed.formatNational();
  }
  const international = internationalForm(parsed);
  if (digitsOf(international) !== digitsOf(number)) return number;
  return source === 'FROM_NUMBER_WITH_PLUS_SIGN' ? international : international.slice(1);
}

/** With the separators of the country itself; North America writes hyphens. */
function internationalForm(parsed: PhoneNumber): string {
  const groups = parsed.countryCallingCode === '1' ? hyphened(parsed) : withoutPrefix(parsed);
  return `+${parsed.countryCallingCode} ${groups}${parsed.ext ? ` ext. ${parsed.ext}` : ''}`;
}

function hyphened(parsed: PhoneNumber): string {
  return withoutPrefix(parsed).replace(/[^\d]+/g, '-');
}

/** National notation without the prefix that is dialed within the country (0, 8, 06 ...), brackets and extension. */
function withoutPrefix(parsed: PhoneNumber): string {
  const national = (parse(parsed.number, '')?.formatNational() ?? parsed.nationalNumber).replace(/[()]/g, '');
  const digits = digitsOf(national);
  if (!digits.endsWith(parsed.nationalNumber)) return parsed.nationalNumber;
  let prefix = digits.length - parsed.nationalNumber.length;
  let place = 0;
  while (prefix > 0) {
    if (/\d/.test(national.charAt(place))) prefix -= 1;
    place += 1;
  }
  return national.slice(place).replace(/^\D+/, '');
}

/** The data exist in some languages; chinese has two scripts. */
function translation(language: string): Parameters<typeof geocoder>[1] & Parameters<typeof carrier>[1] {
  const tag = language.replaceAll('_', '-').toLowerCase();
  const base = /^zh-(tw|hk|mo|hant)/.test(tag) ? 'zh_Hant' : (/^[a-z]{2,3}(?=$|-)/.exec(tag)?.[0] ?? 'en');
  // For a language that it does not have, the library falls back to English.
  return base as 'en';
}

function countryName(country: string | undefined, language: string): string {
  if (country === undefined) return '';
  const tag = language.replaceAll('_', '-');
  const known = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag) ? tag : 'en';
  return new Intl.DisplayNames([known, 'en'], { type: 'region' }).of(country) ?? country;
}
