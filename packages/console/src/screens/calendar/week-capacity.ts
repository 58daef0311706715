import { isObject, number } from '../../api/json.js';

type Options = Readonly<Record<string, string>>;

/** Places by hour of a day; hours without an entry have none. */
export type DayCapacity = ReadonlyMap<number, number>;

const HOURS = 24;

/** The capacity of each weekday from Monday on (`_capacity_1` to `_capacity_7`). */
export function readCapacityWeek(options: Options): DayCapacity[] {
  return [1, 2, 3, 4, 5, 6, 7].map((day) => {
    const value = parsed(options[`_capacity_${day}`]);
    const inner = value[String(day)];
    return hoursOf(isObject(inner) ? inner : value);
  });
}

/** The option of a weekday (0 is Monday) as the service reads it: `{"1":{"0900":4}}`. */
export function capacityOption(day: number, capacity: DayCapacity): Record<string, string> {
  return { [`_capacity_${day + 1}`]: JSON.stringify({ [String(day + 1)]: hourMembers(capacity) }) };
}

/** Dates with a capacity of their own, in order (`_capacity_add`). */
export function readExceptions(options: Options): [string, DayCapacity][] {
  return Object.entries(parsed(options._capacity_add))
    .flatMap(([date, hours]): [string, DayCapacity][] => (isObject(hours) ? [[date, hoursOf(hours)]] : []))
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

export function exceptionsOption(exceptions: Iterable<readonly [string, DayCapacity]>): Record<string, string> {
  const members = [...exceptions].map(([date, capacity]) => [date, hourMembers(capacity)]);
  return { _capacity_add: JSON.stringify(Object.fromEntries(members)) };
}

/** The capacity with the hours `[from, to)` set; undefined takes them out. */
export function withHours(capacity: DayCapacity, from: number, to: number, places: number | undefined): DayCapacity {
  const changed = new Map(capacity);
  for (let hour = Math.max(0, from); hour < Math.min(HOURS, to); hour += 1) {
    if (places === undefined) changed.delete(hour);
    else changed.set(hour, places);
  }
  return changed;
}

function hoursOf(hours: Readonly<Record<string, unknown>>): DayCapacity {
  const entries = Object.keys(hours).flatMap((key): [number, number][] => {
    const places = number(hours, key);
    return /^\d{4}$/.test(key) && places !== undefined ? [[Math.floor(Number(key) / 100), places]] : [];
  });
  // A program's object gives 1000 before 0900.
  return new Map(entries.sort(([left], [right]) => left - right));
}

function hourMembers(capacity: DayCapacity): Record<string, number> {
  return Object.fromEntries([...capacity].map(([hour, places]) => [`${String(hour).padStart(2, '0')}00`, places]));
}

function parsed(value: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(value?.trim() || '{}');
    return isObject(read) ? read : {};
  } catch (error) {
    // The service's page shows the text as it is, and what the server says about it.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
