/** A JSON object whose members have not been looked at yet. */
export type Members = Readonly<Record<string, unknown>>;

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of an array; anything else in it, or instead of it, is left out. */
export function objects(value: unknown): Members[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A member as text: strings as they are, numbers and booleans printed, everything else (or an empty string) absent. */
export function text(members: Members, key: string): string | undefined {
  const value = members[key];
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** A member as a finite number; numerals in strings are read too, since the compatible APIs print numbers as strings. */
export function number(members: Members, key: string): number | undefined {
  const value = members[key];
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** A member as an instant in milliseconds since 1970, from an ISO 8601 text or from milliseconds. */
export function instant(members: Members, key: string): number | undefined {
  const value = members[key];
  const parsed = typeof value === 'string' ? Date.parse(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}
