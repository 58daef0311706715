import type { Logger } from '../kernel/index.js';
import { parseRetentionPeriod } from './retention-period.js';

type OptionMap = Readonly<Record<string, string>>;

/** What Context Services read of the configuration; read anew each time, so that a change is in effect at once. */
export interface ContextConfiguration {
  /** The options of a section, `{}` when there is none. */
  section(name: string): OptionMap;
  /** A list object: section -> key -> value. */
  object(kind: 'lists', name: string): Readonly<Record<string, OptionMap>> | undefined;
  /** Hears of changes; sections are of kind `options`. @returns a function that takes the handler away again */
  onChange(handler: (change: { kind: string; name: string }) => void): () => void;
}

/** Kept for five years unless configured otherwise (CS User's Guide, "Conversation Expiration"). */
const DEFAULT_EXPIRATION = '5y';

/** The options of section `cview`. */
export class Settings {
  #complainedOf: string | undefined;

  constructor(
    private readonly configuration: ContextConfiguration,
    private readonly log: Logger,
  ) {}

  /** `enabled`: false switches the whole API off. On unless it says false. */
  get enabled(): boolean {
    return this.#text('enabled') !== 'false';
  }

  /** `allow-custom-ids`: a client may choose the `service_id` of a service that it starts. */
  get customServiceIds(): boolean {
    return this.#flag('allow-custom-ids');
  }

  /** `data-validation`: profile attributes outside the profile schema are refused instead of stored. */
  get strictProfiles(): boolean {
    return this.#flag('data-validation');
  }

  /** `anonymous-include-associated`: anonymous queries also show services that a customer was found for later. */
  get anonymousIncludesAssociated(): boolean {
    return this.#flag('anonymous-include-associated');
  }

  /** `use-role`: only people may use the API, each as far as their roles allow. */
  get useRole(): boolean {
    return this.#flag('use-role');
  }

  /** `empty-on-no-match`: an identification that finds nobody is answered with an empty body instead of `[]`. */
  get emptyOnNoMatch(): boolean {
    return this.#flag('empty-on-no-match');
  }

  /** `cs-notfound-status`: the status for unknown services, states and tasks; 400 as in the original, or 404. */
  get notFoundStatus(): 400 | 404 {
    return this.#text('cs-notfound-status') === '404' ? 404 : 400;
  }

  /** `default-country`: ISO 3166 code of the country of phone numbers without one; absent: none is assumed. */
  get defaultCountry(): string | undefined {
    return this.#text('default-country')?.toUpperCase();
  }

  /** `expiration`: how long services are kept after their last change, in milliseconds. */
  get retentionMs(): number {
    const text = this.#text('expiration') ?? DEFAULT_EXPIRATION;
    const period = parseRetentionPeriod(text);
    if (period !== undefined) return period;
    if (this.#complainedOf !== text) {
      this.#complainedOf = text;
      this.log.warn({ expiration: text }, 'Option expiration of section cview is no period like 5y; 5y is used');
    }
    return parseRetentionPeriod(DEFAULT_EXPIRATION) ?? 0;
  }

  #text(option: string): string | undefined {
    const value = this.configuration.section('cview')[option]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  #flag(option: string): boolean {
    return this.#text(option)?.toLowerCase() === 'true';
  }
}
