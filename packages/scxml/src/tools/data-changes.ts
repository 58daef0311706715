import { isJsonObject, type JsonValue } from '../json.js';

/** One value that differs between two steps; absent sides did not exist. */
export interface DataChange {
  /** Names from the outside in; positions of arrays are numbers. */
  readonly path: readonly (string | number)[];
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** What differs between the `data` of two traced steps, in document order of the newer one. */
export function dataChanges(before: JsonValue | undefined, after: JsonValue | undefined): DataChange[] {
  const changes: DataChange[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: readonly (string | number)[],
  changes: DataChange[],
): void {
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let i = 0; i < length; i += 1) compare(before[i], after[i], [...path, i], changes);
  } else if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
      compare(before[key], after[key], [...path, key], changes);
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    changes.push({ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  }
}
