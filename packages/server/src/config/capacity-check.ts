import { type ErrorDetail, isObject } from '../kernel/index.js';

type OptionMap = Readonly<Record<string, string>>;

const USUAL_MAXIMUM = 1000;

/**
 * The slots of a capacity service that exceed its `_max_capacity` (gms-services.md 9): in `_capacity_1` to `_capacity_7`,
 * `{"1":{"0900":4}}`, and in `_capacity_add`, `{"2026-12-24":{"0900":0}}`.
 */
export function capacityComplaints(options: OptionMap): ErrorDetail[] {
  const maximum = options._max_capacity ? Number(options._max_capacity) : USUAL_MAXIMUM;
  const details: ErrorDetail[] = [];
  for (const [name, text] of Object.entries(options)) {
    if (!/^_capacity_(?:[1-7]|add)$/.test(name)) continue;
    for (const capacity of capacitiesIn(parsed(text))) {
      if (capacity <= maximum) continue;
      details.push({ pointer: `/${name}`, detail: `Capacity ${capacity} exceeds the maximum capacity ${maximum}` });
    }
  }
  return details;
}

/** What is no JSON is complained about as an option of a wrong form. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function capacitiesIn(value: unknown): number[] {
  if (isObject(value)) return Object.values(value).flatMap(capacitiesIn);
  return typeof value === 'number' || typeof value === 'string' ? [Number(value)] : [];
}
