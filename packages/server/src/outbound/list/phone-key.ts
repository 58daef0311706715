import { isSupportedCountry, Metadata } from 'libphonenumber-js/max';
import { digitsOf, toE164 } from '../../kernel/index.js';

/**
 * The form in which numbers of records and of do-not-call entries are compared: E.164 (`+15115550100`) where a number can
 * be brought into it, else its digits (`5115`), else the text in lower case (addresses).
 *
 * Lists have millions of numbers and the number library takes some 30 us for one, so that the usual cases, which are pure
 * prefix rules of the country's numbering plan, are decided here; everything else is asked of the library. Both give the
 * same form.
 */
export class PhoneKeys {
  readonly #country: string | undefined;
  readonly #plan: NumberingPlan | undefined;

  /** @param country ISO 3166 code of the country whose national notation is accepted */
  constructor(country?: string) {
    this.#country = country;
    this.#plan = country === undefined ? undefined : planOf(country);
  }

  keyOf(number: string): string {
    const text = number.trim();
    if (!DIALABLE.test(text)) return toE164(text, this.#country) ?? (digitsOnly(text) || text.toLowerCase());
    const digits = /^\d+$/.test(text) ? text : digitsOf(text);
    if (text.startsWith('+')) return digits.length > 0 ? `+${digits}` : text;
    if (this.#country === undefined) return digits;
    const national = this.#plan?.strip(digits);
    if (national !== undefined && this.#plan?.lengths.has(national.length))
      return `+${this.#plan.callingCode}${national}`;
    return toE164(text, this.#country) ?? digits;
  }
}

/** A number and nothing but: digits and what people write between them. */
const DIALABLE = /^\+?(?!.*\(0\))[\d\s().\-/]{1,40}$/;

/** Digits of a text that has no letters; '' for others. */
function digitsOnly(text: string): string {
  return /[\p{L}@]/u.test(text) ? '' : digitsOf(text);
}

interface NumberingPlan {
  callingCode: string;
  /** Lengths of national numbers, without the prefix of national calls. */
  lengths: ReadonlySet<number>;
  /** The national number; undefined where a prefix alone does not tell. */
  strip: (digits: string) => string | undefined;
}

/** The prefix rules of a country, where they are no more than a prefix. */
function planOf(country: string): NumberingPlan | undefined {
  if (!isSupportedCountry(country)) return undefined;
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  const { numberingPlan } = metadata;
  if (!numberingPlan) return undefined;
  const plan: PlanDetails = numberingPlan as unknown as PlanDetails; // its published type leaves these methods out
  const prefix = plan.nationalPrefix() || '';
  const parsed = plan.nationalPrefixForParsing() || '';
  if (plan.nationalPrefixTransformRule() || (parsed !== '' && parsed !== prefix)) return undefined;
  const callingCode = String(plan.callingCode());
  return {
    callingCode,
    lengths: new Set(plan.possibleLengths()),
    strip: (digits) => {
      const stripped = prefix !== '' && digits.startsWith(prefix);
      const rest = stripped ? digits.slice(prefix.length) : digits;
      // A second zero is an international prefix, a leading calling code may be one: both need a closer look.
      if (/^0/.test(rest) || (prefix !== '' && rest.startsWith(prefix))) return undefined;
      return !stripped && rest.startsWith(callingCode) ? undefined : rest;
    },
  };
}

interface PlanDetails {
  callingCode(): string;
  // 0 where the country has none.
  nationalPrefix(): string | 0 | undefined;
  nationalPrefixForParsing(): string | 0 | undefined;
  nationalPrefixTransformRule(): string | 0 | undefined;
  possibleLengths(): number[];
}
