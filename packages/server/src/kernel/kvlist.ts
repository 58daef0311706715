import { isObject, type JsonObject, type JsonValue } from './json.js';

/** Integers of a key-value list of the original, and numbers of its objects, have 32 bits. */
export const MOST_INTEGER = 2_147_483_647;

/**
 * A key-value list of the original (TKVList) as JSON carries it: values are integers, texts or lists; keys are looked up
 * without regard to case and kept as they were given, in their order.
 *
 * Two forms are read: a plain object (`{"GSW_PHONE": "5551234"}`), and the typed triples of the original's web APIs
 * (`[{"key": "GSW_PHONE", "type": "str", "value": "5551234"}]`, `type` optional). Plain objects are written.
 */
export class KvList {
  readonly #values: ReadonlyMap<string, JsonValue | KvList>;
  readonly #names: ReadonlyMap<string, string>;

  private constructor(entries: readonly (readonly [key: string, value: JsonValue | KvList])[]) {
    const values = new Map<string, JsonValue | KvList>();
    const names = new Map<string, string>();
    for (const [key, value] of entries) {
      const name = names.get(key.toLowerCase()) ?? key;
      names.set(key.toLowerCase(), name);
      values.set(name, value);
    }
    this.#values = values;
    this.#names = names;
  }

  /** @returns undefined for what is no key-value list in either form */
  static read(value: unknown): KvList | undefined {
    const pairs = Array.isArray(value) ? pairsOfTriples(value) : isObject(value) ? Object.entries(value) : undefined;
    // JSON by its origin.
    return pairs && new KvList(pairs.map(([key, item]) => [key, KvList.read(item) ?? (item as JsonValue)]));
  }

  /** The keys, as they were given. */
  get keys(): string[] {
    return [...this.#values.keys()];
  }

  has(key: string): boolean {
    return this.#names.has(key.toLowerCase());
  }

  /** The value of a key that is no list. */
  get(key: string): JsonValue | undefined {
    const value = this.#value(key);
    return value instanceof KvList ? value.toJSON() : value;
  }

  /** The list under a key. */
  list(key: string): KvList | undefined {
    const value = this.#value(key);
    return value instanceof KvList ? value : undefined;
  }

  /** The integer under a key, which may be given as decimal digits; `invalid` for anything else. */
  integer(key: string): number | 'invalid' | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isSafeInteger(number) ? number : 'invalid';
  }

  /** The text under a key, which may be given as an integer; `invalid` for anything else. */
  text(key: string): string | { invalid: true } | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === 'string') return value;
    return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : { invalid: true };
  }

  toJSON(): JsonObject {
    return Object.fromEntries(
      [...this.#values].map(([key, value]) => [key, value instanceof KvList ? value.toJSON() : value]),
    );
  }

  #value(key: string): JsonValue | KvList | undefined {
    const name = this.#names.get(key.toLowerCase());
    return name === undefined ? undefined : this.#values.get(name);
  }
}

function pairsOfTriples(items: readonly unknown[]): [string, unknown][] | undefined {
  const pairs: [string, unknown][] = [];
  for (const item of items) {
    if (!isObject(item) || typeof item.key !== 'string' || !('value' in item)) return undefined;
    // An empty list has nothing that would tell it from an empty array.
    const value = item.type === 'kvlist' && Array.isArray(item.value) && item.value.length === 0 ? {} : item.value;
    pairs.push([item.key, value]);
  }
  return items.length > 0 ? pairs : undefined;
}
