import { readFileSync } from 'node:fs';
import { isObject, type JsonObject, RingbackError } from '../kernel/index.js';
import type { StoredValue } from './snapshot.js';

/** Members of the switch whose entries may have a `secret`. */
const WITH_SECRETS = ['trunks', 'phones', 'servers'] as const;

/** A secret as it is configured: the text, or where it is found. */
export type Secret = string | { env?: string; file?: string };

/** The switch without the secrets that are written out; where others are found stays. */
export function withoutSwitchSecrets(value: JsonObject): JsonObject {
  return mapSecrets(value, (entry) => {
    const { secret, ...rest } = entry;
    return typeof secret === 'string' ? rest : entry;
  });
}

/** The switch, each of its entries without a secret having the one that is stored: it is never shown, so nobody can repeat it. */
export function withKeptSwitchSecrets(value: JsonObject, current: StoredValue | undefined): JsonObject {
  if (!isObject(current)) return value;
  return mapSecrets(value, (entry, member, name) => {
    const group = (current as JsonObject)[member]; // JSON by its type
    const former = isObject(group) ? group[name] : undefined;
    const kept = isObject(former) && typeof former.secret === 'string' ? former.secret : undefined;
    return entry.secret === undefined && kept !== undefined ? { ...entry, secret: kept } : entry;
  });
}

/**
 * The text of a secret.
 * @param what names it in errors, such as `switch/trunks/carrier/secret`
 * @throws RingbackError `secret-unavailable`
 */
export function readSecret(secret: Secret, what: string, environment: NodeJS.ProcessEnv = process.env): string {
  if (typeof secret === 'string') return secret;
  if (secret.env !== undefined) {
    const text = environment[secret.env];
    if (text) return text;
    throw new RingbackError('secret-unavailable', `${what}: the environment variable ${secret.env} is not set.`);
  }
  const file = secret.file ?? '';
  const text = firstLine(file, what);
  if (text !== '') return text;
  throw new RingbackError('secret-unavailable', `${what}: the first line of the file ${file} is empty.`);
}

function firstLine(file: string, what: string): string {
  try {
    return (readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '').trim();
  } catch (error) {
    throw new RingbackError('secret-unavailable', `${what}: the file ${file} cannot be read.`, [], { cause: error });
  }
}

function mapSecrets(
  value: JsonObject,
  change: (entry: JsonObject, member: string, name: string) => JsonObject,
): JsonObject {
  const changed: JsonObject = { ...value };
  for (const member of WITH_SECRETS) {
    const group = value[member];
    if (!isObject(group)) continue;
    changed[member] = Object.fromEntries(
      Object.entries(group as JsonObject).map(([name, entry]) => [
        name,
        isObject(entry) ? change(entry as JsonObject, member, name) : entry,
      ]),
    );
  }
  return changed;
}
