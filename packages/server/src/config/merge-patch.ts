import { isObject, type JsonObject, type JsonValue } from '../kernel/index.js';

/** JSON merge patch (RFC 7396): members that are null in the patch are taken out, objects are merged, others replaced. */
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const merged = new Map<string, JsonValue>(isObject(target) ? Object.entries(target as JsonObject) : []); // JSON
  for (const [name, value] of Object.entries(patch as JsonObject)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name) ?? null, value));
  }
  return Object.fromEntries(merged);
}

/** The same JSON with the members of its objects in order, for comparing texts. */
export function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}
