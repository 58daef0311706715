import type { Logger } from '../kernel/index.js';
import type { ContextConfiguration } from './configuration.js';
import { ContextError } from './errors.js';
import { parseRetentionPeriod } from './retention-period.js';
import { resolveTenant } from './tenants.js';

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

  /** `link-contacts`: whose callbacks and calls start a service record by themselves. */
  get linkContacts(): 'known' | 'all' | 'none' {
    const text = this.#text('link-contacts');
    return this.enabled ? (text === 'all' || text === 'none' ? text : 'known') : 'none';
  }

  /** `contact-tenant`: whose customers callbacks and calls are about; undefined when there are tenants and none is named. */
  get contactTenant(): number | undefined {
    try {
      return resolveTenant(this.configuration, this.#text('contact-tenant'));
    } catch (error) {
      if (error instanceof ContextError) return undefined;
      throw error;
    }
  }

  /** `callback-service-type`, `call-service-type`: the type of the service records of contacts. */
  contactServiceType(kind: 'callback' | 'call'): string | undefined {
    return this.#text(`${kind}-service-type`);
  }

  #text(option: string): string | undefined {
    const value = this.configuration.section('cview')[option]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  #flag(option: string): boolean {
    return this.#text(option)?.toLowerCase() === 'true';
  }
}
