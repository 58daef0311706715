import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';

/** Where the interpreter's part of a snapshot ends (`interpreter/snapshot.ts`). */
const dataKey = ',"data":';
/** As a traced step shows data: what lies deeper, and objects beyond this number, are cut. */
const deepest = 12;
const mostObjects = 2_000;
const longestList = 200;

/**
 * The data of a session for people, read from its snapshot without running anything: what a traced step shows as
 * `data`. Functions are left out; dates, regular expressions and errors are shown as text, XML as `{$xml}`.
 * @returns null when the text is no snapshot
 */
export function snapshotData(snapshot: string): JsonValue {
  const at = snapshot.indexOf(dataKey);
  if (at < 0) return null;
  const saved: JsonValue = JSON.parse(snapshot.slice(at + dataKey.length, -1));
  if (!isJsonObject(saved)) return null;
  const data = new Reading(Array.isArray(saved.shared) ? saved.shared : []).value(saved.vars ?? null, 0) ?? null;
  // What the session has added to objects of the language.
  if (isJsonObject(data)) delete data.__$x;
  return data;
}

/** Turns the written forms of `codec-save.source.ts` into plain JSON; undefined stands for what is not shown. */
class Reading {
  #budget = mostObjects;

  constructor(private readonly shared: readonly JsonValue[]) {}

  value(written: JsonValue, depth: number): JsonValue | undefined {
    if (written === null || typeof written !== 'object') return written;
    const tag = isJsonObject(written) ? written.$ : undefined;
    if (typeof tag === 'number') return this.value(this.shared[tag] ?? null, depth);
    if (Array.isArray(tag) && !isContainer(tag[0])) return leaf(tag);
    this.#budget -= 1;
    if (this.#budget < 0 || depth > deepest) return '...';
    if (Array.isArray(tag)) return this.#container(tag, depth);
    return Array.isArray(written) ? this.#list(written, depth) : this.#record(Object.entries(written), depth);
  }

  #container(tag: readonly JsonValue[], depth: number): JsonValue {
    switch (tag[0]) {
      case 'map':
        return this.#list(lists(tag[1]), depth);
      case 'set':
        return this.#list(Array.isArray(tag[1]) ? tag[1] : [], depth);
      case 'array':
        return this.#list(
          lists(tag[2]).map(([, item = null]) => item),
          depth,
        );
      default:
        return this.#record(
          lists(tag[1]).map(([name, value = null]): [string, JsonValue] => [String(name), value]),
          depth,
        );
    }
  }

  #list(items: readonly JsonValue[], depth: number): JsonValue[] {
    return items.slice(0, longestList).map((item) => this.value(item, depth + 1) ?? null);
  }

  #record(entries: readonly (readonly [string, JsonValue])[], depth: number): JsonObject {
    const record: JsonObject = {};
    for (const [name, written] of entries) {
      const value = this.value(written, depth + 1);
      if (value !== undefined) {
        Object.defineProperty(record, name, { value, enumerable: true, writable: true, configurable: true });
      }
    }
    return record;
  }
}

function isContainer(kind: JsonValue | undefined): boolean {
  return kind === 'map' || kind === 'set' || kind === 'array' || kind === 'object';
}

function lists(value: JsonValue | undefined): JsonValue[][] {
  return Array.isArray(value) ? value.filter((item): item is JsonValue[] => Array.isArray(item)) : [];
}

/** A value that is shown as one piece. */
function leaf(tag: readonly JsonValue[]): JsonValue | undefined {
  const [kind, first = null, second = null] = tag;
  switch (kind) {
    case 'undefined':
    case 'function':
    case 'closure':
    case 'global':
    case 'ioprocessors':
      return undefined;
    case 'date':
      return typeof first === 'number' ? new Date(first).toISOString() : 'Invalid Date';
    case 'regexp':
      return `/${first}/${second}`;
    case 'error':
      return `${first}: ${second}`;
    case 'xml':
      return { $xml: String(first) };
    case 'boxed':
      return first;
    default:
      return String(first);
  }
}
