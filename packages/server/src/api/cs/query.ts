import { parse } from 'node:querystring';
import { type Criteria, invalid, readInstant } from '../../context/index.js';

const TRUE = /^(true|yes|1)$/i;

/** Parameters that belong to an identification itself; every other one is an attribute to look for. */
const IDENTIFICATION = new Set(['include_profile', 'id_key', 'include_extensions', 'extensions', 'ContactCenterId']);

/**
 * The parameters of a request. The original's documentation joins them with `&` directly after the path in places
 * (`/states/active&active_tasks=true`): without a `?` they begin at the first `&`.
 */
export class Query {
  readonly #parameters: ReadonlyMap<string, readonly string[]>;

  /** @param url path and query as they were sent */
  constructor(url: string) {
    const start = queryStart(url);
    const parameters = new Map<string, readonly string[]>();
    for (const [name, value] of Object.entries(start < 0 ? {} : parse(url.slice(start + 1)))) {
      if (value !== undefined) parameters.set(name, typeof value === 'string' ? [value] : value);
    }
    this.#parameters = parameters;
  }

  /** The last value of a parameter; undefined when it is absent or empty. */
  text(name: string): string | undefined {
    return this.#parameters.get(name)?.at(-1) || undefined;
  }

  /** Whether a flag is set. */
  flag(name: string): boolean {
    return TRUE.test(this.text(name) ?? '');
  }

  /** All values of a list: repeated, separated by commas, or both; undefined when there is none. */
  list(name: string): string[] | undefined {
    const values = (this.#parameters.get(name) ?? [])
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== '');
    return values.length === 0 ? undefined : values;
  }

  /** A time, in milliseconds since 1970. @throws ContextError `invalid` */
  time(name: string): number | undefined {
    const text = this.text(name);
    // A plus sign before a zone's offset comes through as a blank where a client has not encoded it.
    return text === undefined ? undefined : readInstant(name, text.replace(/ (\d{2}:?\d{2})$/, '+$1'));
  }

  /** An integer, not negative. @throws ContextError `invalid` */
  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,9}$/.test(text)) throw invalid(name, 'an integer, not negative, is expected');
    return Number(text);
  }

  /** One of a few words, in any letter case. @throws ContextError `invalid` */
  choice<Word extends string>(name: string, words: readonly Word[], absent: Word): Word {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return absent;
    const found = words.find((word) => word === text);
    if (!found) throw invalid(name, `one of ${words.join(', ')} is expected`);
    return found;
  }

  /** The attributes that an identification looks for. */
  criteria(): Criteria {
    return new Map([...this.#parameters].filter(([name]) => !IDENTIFICATION.has(name)));
  }

  /** Whether a name or value holds a NUL character, which nothing that is stored can hold. */
  get holdsNul(): boolean {
    for (const [name, values] of this.#parameters) {
      if (name.includes('\0') || values.some((value) => value.includes('\0'))) return true;
    }
    return false;
  }
}

/** Takes parameters that were joined to a path by `&` off the path's last part. @param url as it was sent */
export function withoutJoinedQuery(part: string, url: string): string {
  const start = queryStart(url);
  return start >= 0 && url[start] === '&' ? (part.split('&', 1)[0] ?? part) : part;
}

function queryStart(url: string): number {
  const mark = url.indexOf('?');
  return mark >= 0 ? mark : url.indexOf('&');
}
