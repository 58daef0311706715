import type { JsonObject, JsonValue } from '../kernel/index.js';
import { kindNames, kinds } from './kinds.js';
import type { Kind, ObjectOf } from './objects.js';
import type { ConfigRow } from './statements.js';

/** An object in the form in which it was given (a short form stays short). */
export type StoredValue = JsonObject | JsonValue[];

export interface StoredObject {
  value: StoredValue;
  version: number;
}

/** All objects at one revision, in memory. Maps are sorted by name and replaced when they change. */
export class Snapshot {
  #revision = 0;
  readonly #stored = new Map<Kind, ReadonlyMap<string, StoredObject>>(kindNames.map((kind) => [kind, new Map()]));
  /** What `stored` stands for, read when it is first asked for. */
  readonly #objects = new Map<Kind, ReadonlyMap<string, unknown>>();

  get revision(): number {
    return this.#revision;
  }

  stored(kind: Kind): ReadonlyMap<string, StoredObject> {
    return this.#stored.get(kind) ?? new Map();
  }

  objects<K extends Kind>(kind: K): ReadonlyMap<string, ObjectOf<K>> {
    const known = this.#objects.get(kind);
    if (known) return known as ReadonlyMap<string, ObjectOf<K>>; // set below, by the same kind
    const objects = this.#read(kind);
    this.#objects.set(kind, objects);
    return objects;
  }

  /** Takes over rows up to `revision`; kinds that this program does not know are passed over. */
  take(rows: readonly ConfigRow[], revision: number): { kind: Kind; name: string }[] {
    const changes: { kind: Kind; name: string }[] = [];
    for (const kind of kindNames) {
      const changed = rows.filter((row) => row.kind === kind);
      if (changed.length === 0) continue;
      const objects = new Map(this.stored(kind));
      for (const { name, value, version } of changed) {
        if (value === null) objects.delete(name);
        else objects.set(name, { value, version });
        changes.push({ kind, name });
      }
      this.#stored.set(kind, new Map([...objects].sort(([left], [right]) => (left < right ? -1 : 1))));
      this.#objects.delete(kind);
    }
    this.#revision = Math.max(this.#revision, revision);
    return changes;
  }

  #read<K extends Kind>(kind: K): ReadonlyMap<string, ObjectOf<K>> {
    const { expand, read } = kinds[kind];
    const objects = new Map<string, ObjectOf<K>>();
    for (const [name, { value }] of this.stored(kind)) {
      const full = expand ? expand(value) : value;
      objects.set(name, read(name, full as JsonObject)); // only prepared values are stored: objects when expanded
    }
    return objects;
  }
}
