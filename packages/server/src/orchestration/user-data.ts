import { isObject, type JsonObject, type JsonValue, RingbackError } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { InteractionNews } from './interaction-news.js';
import { type Interaction, lockInteraction, setUserData } from './interactions.js';

/** More characters than this, as JSON, cannot be attached to one interaction. */
const MOST_CHARACTERS = 256 * 1024;

/**
 * Attaches data to an interaction, in the caller's transaction: new keys are added, existing ones replaced, nested objects
 * merged; its session hears `interaction.udata.changed` (ors-interaction-dialog.md 3.5).
 * @returns false when there is no such interaction, or not any more
 * @throws RingbackError `too-large`
 */
export async function mergeUserData(
  tx: Transaction,
  news: InteractionNews,
  id: string,
  data: JsonObject,
): Promise<boolean> {
  const interaction = await lockInteraction(tx, id);
  if (!interaction || interaction.endedAt !== null) return false;
  await changeUserData(tx, news, interaction, (userData) => merged(userData, attachable(data)));
  return true;
}

/** Changes the user data of a locked interaction and tells its session. @throws RingbackError `too-large` */
export async function changeUserData(
  tx: Transaction,
  news: InteractionNews,
  interaction: Interaction,
  change: (userData: JsonObject) => JsonObject,
): Promise<void> {
  const userData = change(interaction.userData);
  const { length } = JSON.stringify(userData);
  if (length > MOST_CHARACTERS) {
    throw new RingbackError('too-large', `the user data would be ${length} characters, more than ${MOST_CHARACTERS}`);
  }
  await setUserData(tx, interaction.id, userData);
  await news.tell(tx, { ...interaction, userData }, 'interaction.udata.changed');
}

/** Values as they can be attached to a call: texts, whole numbers and lists of them; everything else becomes text. */
export function attachable(data: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, attachableValue(value)]));
}

function attachableValue(value: JsonValue): JsonValue {
  if (typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
  if (isJsonObject(value)) return attachable(value);
  if (value === null) return '';
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** New keys are added, existing ones replaced, nested objects merged. */
export function merged(target: JsonObject, changes: JsonObject): JsonObject {
  const result = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(changes)) {
    const present = result.get(key);
    result.set(key, isJsonObject(value) && isJsonObject(present) ? merged(present, value) : value);
  }
  return Object.fromEntries(result);
}

/** Takes away every leaf that `keys` names; all of them when it names none. */
export function without(target: JsonObject, keys: JsonObject): JsonObject {
  if (Object.keys(keys).length === 0) return {};
  const result = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(keys)) {
    const present = result.get(key);
    const isNested = isJsonObject(value) && Object.keys(value).length > 0 && isJsonObject(present);
    if (isNested) result.set(key, without(present, value));
    else result.delete(key);
  }
  return Object.fromEntries(result);
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}
