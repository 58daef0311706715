import type { NamedSlot, Slot } from '../chart/instruction.js';
import type { JsonObject, JsonValue } from '../json.js';

/** Evaluated values by position, as `Scope.values` returns them. */
export type Values = Record<string, JsonValue>;

/** Undefined if the expression has the value undefined. */
export function slotValue(slot: Slot, values: Values): JsonValue | undefined {
  return 'literal' in slot ? slot.literal : values[slot.at];
}

export function slotText(slot: Slot | undefined, values: Values): string | undefined {
  if (slot === undefined) return undefined;
  const value = slotValue(slot, values);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : textOf(value);
}

/** A value as text: strings as they are, XML as it is written, anything else as JSON. */
export function textOf(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.$xml === 'string') {
    return value.$xml;
  }
  return JSON.stringify(value);
}

/** Values of parameters by name; repeated names get an array. */
export function paramsObject(params: readonly NamedSlot[], values: Values): JsonObject {
  const data: JsonObject = {};
  const repeated = new Set<string>();
  for (const { name, value } of params) {
    const found = slotValue(value, values);
    if (found !== undefined) addParam(data, name, found, repeated);
  }
  return data;
}

/** A name that occurs several times has all its values, as an array (test 178). */
export function addParam(data: JsonObject, name: string, value: JsonValue, repeated?: Set<string>): void {
  const known = Object.hasOwn(data, name) ? data[name] : undefined;
  if (known === undefined) {
    Object.defineProperty(data, name, { value, writable: true, enumerable: true, configurable: true });
  } else if (repeated?.has(name) === true && Array.isArray(known)) {
    known.push(value);
  } else {
    data[name] = [known, value];
    repeated?.add(name);
  }
}
