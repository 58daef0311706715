import { createHash } from 'node:crypto';
import { digitsOf, type JsonObject, toE164 } from '../kernel/index.js';
import {
  type Definitions,
  findExtension,
  findKey,
  type IdentificationKey,
  PROFILE_SOURCE,
  sameName,
} from './definitions.js';
import { ContextError, invalid, missing } from './errors.js';
import { type ProfileData, textsOf } from './profile.js';

/** What a customer is looked for by: attribute (of an extension: `Extension.attribute`) -> values, any of which will do. */
export type Criteria = ReadonlyMap<string, readonly string[]>;

/** A value by which a customer can be found: one row of `cs_key_value`. */
export interface KeyValue {
  key: number;
  value: string;
  /** No other customer may have it. */
  unique: boolean;
}

/** Ends each attribute's part of a key's value, so that the leading attributes alone are a prefix of it. */
const END = '\u001f';
/** The character after `END`: what begins with a prefix lies between the prefix and the prefix ending in this. */
const AFTER_END = ' ';

/** Names of attributes that hold telephone numbers, which are compared by their E.164 form. */
const PHONE = /phone|mobile|msisdn|^ani$/i;

const PLAIN_E164 = /^\+[1-9]\d{7,14}$/;

/** Longer parts are cut and closed with a digest: an index holds no values of any length. */
const LONGEST_PART = 200;
const MOST_COMBINATIONS = 1000;

/**
 * Chooses the key for a search (CS API, "Identify Customer"): the named one; or the first all of whose attributes are
 * given; or the one with the most of its attributes given in sequence from the left, the oldest of equals.
 * @returns the key, and how many of its attributes, from the left, are given
 * @throws ContextError `identification-key-not-found`, `missing`, `invalid` when no key can be used
 */
export function chooseKey(
  definitions: Definitions,
  criteria: Criteria,
  named?: string,
): { key: IdentificationKey; covered: number } {
  if (criteria.size === 0) throw missing('attributes', 'at least one attribute to look for is mandatory');
  if (named !== undefined) {
    const key = findKey(definitions, named);
    if (!key) throw new ContextError('identification-key-not-found', `There is no key '${named}'.`, named);
    const covered = coverage(key, criteria);
    if (covered === 0) throw invalid('id_key', `no leading attribute of the key '${key.name}' is given`);
    return { key, covered };
  }
  let best: { key: IdentificationKey; covered: number } | undefined;
  for (const key of definitions.keys) {
    const covered = coverage(key, criteria);
    if (covered === key.attributes.length) return { key, covered };
    if (covered > (best?.covered ?? 0)) best = { key, covered };
  }
  if (!best)
    throw invalid([...criteria.keys()].join(', '), 'no identification key begins with any of these attributes');
  return best;
}

/** The ranges of key values in which the customers lie who have the first `covered` attributes of the key. */
export function searchRanges(
  key: IdentificationKey,
  covered: number,
  criteria: Criteria,
  country: string | undefined,
): { from: string; to: string }[] {
  const parts = key.attributes
    .slice(0, covered)
    .map((attribute) => (given(key, attribute, criteria) ?? []).map((value) => keyPart(attribute, value, country)));
  return combine(parts).map((from) => ({ from, to: from.slice(0, -END.length) + AFTER_END }));
}

/** Every value by which a customer can be found, in a fixed order, so that concurrent writers do not deadlock. */
export function keyValues(definitions: Definitions, profile: ProfileData, country: string | undefined): KeyValue[] {
  const found = new Map<string, KeyValue>();
  for (const key of definitions.keys) {
    for (const record of recordsOf(key, definitions, profile)) {
      const parts: string[][] = [];
      for (const attribute of key.attributes) {
        const values = textsOf(record[attribute]);
        if (values.length === 0) break;
        parts.push(values.map((value) => keyPart(attribute, value, country)));
      }
      if (parts.length === 0) continue;
      const unique = key.unique && parts.length === key.attributes.length;
      for (const value of combine(parts)) found.set(`${key.id} ${value}`, { key: key.id, value, unique });
    }
  }
  return [...found.values()].sort((one, other) => one.key - other.key || (one.value < other.value ? -1 : 1));
}

/** Whether a customer has everything that is looked for; attributes of one extension must be met by one record. */
export function meets(
  profile: ProfileData,
  criteria: Criteria,
  definitions: Definitions,
  country: string | undefined,
): boolean {
  const wanted = new Map<string, [attribute: string, values: readonly string[]][]>();
  for (const [name, values] of criteria) {
    const { source, attribute } = splitName(name);
    const of = source.toLowerCase();
    wanted.set(of, [...(wanted.get(of) ?? []), [attribute, values]]);
  }
  for (const [source, attributes] of wanted) {
    const extension = findExtension(definitions, source);
    const records = extension ? (profile.extensions[extension.id] ?? []) : [];
    const candidates = source === PROFILE_SOURCE ? [profile.attributes] : records;
    const found = candidates.some((record) =>
      attributes.every(([attribute, values]) => {
        const own = textsOf(record[attribute]).map((value) => keyPart(attribute, value, country));
        return values.some((value) => own.includes(keyPart(attribute, value, country)));
      }),
    );
    if (!found) return false;
  }
  return true;
}

/** The keys that find customers by a telephone number alone. */
export function phoneKeys(definitions: Definitions): IdentificationKey[] {
  return definitions.keys.filter((key) => key.attributes.length === 1 && PHONE.test(key.attributes[0] ?? ''));
}

/** The value under which a key of one telephone attribute holds a number. */
export function numberKey(key: IdentificationKey, number: string, country: string | undefined): string {
  return keyPart(key.attributes[0] ?? '', number, country);
}

/** The name of a key's attribute as searches give it. */
export function criterionName(key: IdentificationKey, attribute: string): string {
  return key.source === PROFILE_SOURCE ? attribute : `${key.source}.${attribute}`;
}

function coverage(key: IdentificationKey, criteria: Criteria): number {
  const absent = key.attributes.findIndex((attribute) => given(key, attribute, criteria) === undefined);
  return absent < 0 ? key.attributes.length : absent;
}

function given(key: IdentificationKey, attribute: string, criteria: Criteria): readonly string[] | undefined {
  for (const [name, values] of criteria) {
    const split = splitName(name);
    if (split.attribute === attribute && sameName(split.source, key.source)) return values;
  }
  return undefined;
}

function splitName(name: string): { source: string; attribute: string } {
  const dot = name.indexOf('.');
  return dot < 0
    ? { source: PROFILE_SOURCE, attribute: name }
    : { source: name.slice(0, dot), attribute: name.slice(dot + 1) };
}

function recordsOf(key: IdentificationKey, definitions: Definitions, profile: ProfileData): readonly JsonObject[] {
  if (key.source === PROFILE_SOURCE) return [profile.attributes];
  const extension = findExtension(definitions, key.source);
  return extension ? (profile.extensions[extension.id] ?? []) : [];
}

/** The normal form of one attribute's value: telephone numbers in E.164 digits, everything else in lower case. */
function keyPart(attribute: string, value: string, country: string | undefined): string {
  const text = value.normalize('NFC').trim().replaceAll(END, '');
  const normal = (PHONE.test(attribute) && numberOf(text, country)) || text.toLowerCase();
  if (normal.length <= LONGEST_PART) return normal + END;
  return `${normal.slice(0, LONGEST_PART)}#${createHash('sha256').update(normal).digest('base64url')}${END}`;
}

/** The digits of a telephone number's E.164 form, or of the number where it has none; '' for a text without digits. */
function numberOf(text: string, country: string | undefined): string {
  // A number in plain E.164 is its own form; working that out is most of the cost of a search.
  return PLAIN_E164.test(text) ? text.slice(1) : digitsOf(toE164(text, country) ?? text);
}

function combine(parts: readonly (readonly string[])[]): string[] {
  const size = parts.reduce((product, values) => product * values.length, 1);
  if (size > MOST_COMBINATIONS) {
    throw invalid('attributes', `the values of an identification key have more than ${MOST_COMBINATIONS} combinations`);
  }
  return parts.reduce<string[]>((heads, values) => heads.flatMap((head) => values.map((value) => head + value)), ['']);
}
