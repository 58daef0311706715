import { isObject, type JsonObject } from '../kernel/index.js';
import { optionOf, sectionFamily, serviceFamily } from './catalogue/index.js';
import type { Kind } from './objects.js';
import { hashPassword, isPasswordHash, passwordMatches } from './password.js';
import type { StoredValue } from './snapshot.js';
import { withKeptSwitchSecrets, withoutSwitchSecrets } from './switch-secrets.js';

/** Kinds whose objects have a field `password`, which is stored as a hash. */
const WITH_PASSWORD: ReadonlySet<Kind> = new Set<Kind>(['agents', 'applications', 'users']);

/**
 * The value with its password hashed. A password that is still the same keeps its hash, so that applying a file again
 * changes nothing. The secrets of the switch are sent to others as they are, and are stored so.
 * @param keepAbsent a value without a password or secret keeps the one that the object has: it is never shown, so it cannot
 *   be repeated by who replaces an object that was read
 */
export async function withStoredSecrets(
  kind: Kind,
  value: StoredValue,
  current: StoredValue | undefined,
  keepAbsent: boolean,
): Promise<StoredValue> {
  if (Array.isArray(value)) return value;
  if (kind === 'switch') return keepAbsent ? withKeptSwitchSecrets(value, current) : value;
  if (!WITH_PASSWORD.has(kind)) return value;
  const { password, ...rest } = value;
  const former = isObject(current) ? (current as JsonObject).password : undefined; // JSON by its type
  if (typeof password !== 'string') {
    return keepAbsent && typeof former === 'string' ? { ...rest, password: former } : rest;
  }
  if (isPasswordHash(password)) return value;
  const same = typeof former === 'string' && (await passwordMatches(password, former));
  return { ...rest, password: same ? former : await hashPassword(password) };
}

/** The value as it may be shown: without passwords and secrets, and without secret options unless `toAdministrator`. */
export function shown(kind: Kind, name: string, value: StoredValue, toAdministrator: boolean): StoredValue {
  if (Array.isArray(value)) return value;
  if (kind === 'switch') return withoutSwitchSecrets(value);
  if (WITH_PASSWORD.has(kind)) {
    const { password: _hidden, ...rest } = value;
    return rest;
  }
  if (toAdministrator || (kind !== 'services' && kind !== 'options')) return value;
  const family = kind === 'services' ? serviceFamily(textsOf(value)) : sectionFamily(name);
  return Object.fromEntries(Object.entries(value).filter(([option]) => !optionOf(family, option)?.secret));
}

function textsOf(value: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
