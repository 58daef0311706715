import {
  type Activity,
  type Clock,
  instant,
  isObject,
  type JsonObject,
  type JsonValue,
  Listeners,
  type Logger,
  RingbackError,
  Sequence,
} from '../kernel/index.js';
import type { Sql, Transaction } from '../store/index.js';
import type { ParsedConfiguration } from './file.js';
import { kinds, THE_SWITCH } from './kinds.js';
import { canonical, mergePatch } from './merge-patch.js';
import type { Kind, ObjectOf, SwitchSettings } from './objects.js';
import type { OptionMap } from './options.js';
import { shown, withStoredSecrets } from './secrets.js';
import { Snapshot, type StoredObject, type StoredValue } from './snapshot.js';
import { type ConfigRow, changesSince, storeObject, takeRevision } from './statements.js';
import { prepare } from './validation.js';

/** What the configuration needs of the database. */
export interface ConfigurationStore extends Sql {
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  listen(channel: string, handler: (payload: string) => void): Promise<() => void>;
  signal(channel: string, payload?: string): void;
  onAvailability(handler: (available: boolean) => void): () => void;
}

export interface ConfigurationOptions {
  database: ConfigurationStore;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** Told what changes, in the transaction of the change. */
  audit?: ((tx: Transaction, changes: readonly AuditedChange[]) => Promise<void>) | undefined;
}

/** A change as people who look after the server see it: without passwords and secret options. */
export interface AuditedChange extends Change {
  /** Who made it. */
  author: string;
  action: 'created' | 'updated' | 'deleted';
  before?: StoredValue;
  after?: StoredValue;
}

export interface Change {
  kind: Kind;
  name: string;
}

export interface Written extends Change {
  outcome: 'created' | 'updated' | 'unchanged' | 'deleted';
  /** Counts the changes of this object from 1. */
  version: number;
}

export interface ApplyReport {
  created: Change[];
  updated: Change[];
  unchanged: Change[];
}

export interface ApplyOptions {
  /** Objects that are there already stay as they are. */
  onlyMissing?: boolean;
  by?: string;
}

const CHANNEL = 'configuration';
const EMPTY: OptionMap = Object.freeze({});
const NOBODY = 'system';

/**
 * The configured objects, held in memory and changed in the database.
 *
 * A change is validated, stored and in effect on this node when its promise resolves; other nodes hear a signal and read
 * what has changed since the revision that they know. Every change takes the next revision under a row lock, so that all
 * nodes apply all changes in one order; a node that missed signals (its database was away) reads them when it is back.
 * Handlers of `onChange` hear every change of this and of other nodes after it is in effect.
 */
export class Configuration {
  readonly #database: ConfigurationStore;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #audit: ConfigurationOptions['audit'];
  readonly #snapshot = new Snapshot();
  readonly #changes = new Listeners<[change: Change]>();
  /** Writes and catching up, one after the other. */
  readonly #sequence = new Sequence();
  #stopListening: (() => void)[] = [];

  private constructor({ database, clock, activity, log, audit }: ConfigurationOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#activity = activity;
    this.#log = log;
    this.#audit = audit;
  }

  /** Reads the configuration and keeps it up to date from then on. */
  static async open(options: ConfigurationOptions): Promise<Configuration> {
    const configuration = new Configuration(options);
    await configuration.#listen();
    await configuration.catchUp();
    return configuration;
  }

  /** Options of a configured service. */
  service(name: string): OptionMap | undefined {
    return this.#snapshot.objects('services').get(name);
  }

  services(): ReadonlyMap<string, OptionMap> {
    return this.#snapshot.objects('services');
  }

  /** Options of a server-wide section; none if it is not configured. */
  section(name: string): OptionMap {
    return this.#snapshot.objects('options').get(name) ?? EMPTY;
  }

  object<K extends Kind>(kind: K, name: string): ObjectOf<K> | undefined {
    return this.#snapshot.objects(kind).get(name);
  }

  /** All objects of a kind by name, sorted by name. The map is replaced, never changed: it can be used as a cache key. */
  objects<K extends Kind>(kind: K): ReadonlyMap<string, ObjectOf<K>> {
    return this.#snapshot.objects(kind);
  }

  switchSettings(): SwitchSettings {
    return this.object('switch', THE_SWITCH) ?? { driver: 'simulator' };
  }

  /** The value as it was given, for those who administer it. */
  stored(kind: Kind, name: string): StoredObject | undefined {
    return this.#snapshot.stored(kind).get(name);
  }

  /** As `stored`, of a whole kind, sorted by name. */
  storedOf(kind: Kind): ReadonlyMap<string, StoredObject> {
    return this.#snapshot.stored(kind);
  }

  /**
   * Replaces an object, or creates it.
   * @throws RingbackError `invalid-configuration` with every field that is wrong
   */
  put(kind: Kind, name: string, value: JsonValue, by = NOBODY): Promise<Written> {
    return this.#writeOne({ kind, name, keepPassword: true, change: () => value }, by);
  }

  /**
   * Merges into an object (RFC 7396): members that are null are taken out. A section of `options` is there before anything
   * is set in it, so that the first option of a section is set like every other.
   * @throws RingbackError `unknown-object`, `invalid-configuration`
   */
  patch(kind: Kind, name: string, patch: JsonValue, by = NOBODY): Promise<Written> {
    const change = (current: StoredValue | undefined): JsonValue => {
      const present = current ?? (kind === 'options' ? {} : undefined);
      if (present === undefined) throw unknownObject(kind, name);
      if (!isObject(patch)) throw invalid(kind, name, [{ pointer: '', detail: 'a patch must be a JSON object' }]);
      const { expand } = kinds[kind];
      return mergePatch(expand ? expand(present) : present, patch as JsonObject); // JSON by its origin
    };
    return this.#writeOne({ kind, name, keepPassword: false, change }, by);
  }

  /** @throws RingbackError `unknown-object` */
  async delete(kind: Kind, name: string, by = NOBODY): Promise<void> {
    const change = (current: StoredValue | undefined) => {
      if (current === undefined) throw unknownObject(kind, name);
      return undefined;
    };
    await this.#writeOne({ kind, name, keepPassword: false, change }, by);
  }

  /** Creates or replaces the objects of a file, all or none, and leaves the others. */
  async apply(
    file: ParsedConfiguration,
    { onlyMissing = false, by = file.source }: ApplyOptions = {},
  ): Promise<ApplyReport> {
    const writes = file.objects.map(({ kind, name, value }) => ({
      kind,
      name,
      keepPassword: true,
      change: (current: StoredValue | undefined) => (onlyMissing && current !== undefined ? current : value),
    }));
    const report: ApplyReport = { created: [], updated: [], unchanged: [] };
    for (const { kind, name, outcome } of await this.#write(writes, by)) {
      if (outcome !== 'deleted') report[outcome].push({ kind, name });
    }
    return report;
  }

  /** Hears every change. A handler that throws keeps neither the change nor the other handlers. */
  onChange(handler: (change: Change) => void): () => void {
    return this.#changes.add(handler);
  }

  /** Reads what other nodes have changed. Happens by itself; tests and recoveries may ask for it. */
  catchUp(): Promise<void> {
    return this.#activity.run(() => this.#sequence.run(() => this.#readChanges(this.#database)));
  }

  close(): void {
    for (const stop of this.#stopListening.splice(0)) stop();
  }

  async #listen(): Promise<void> {
    const follow = () => {
      this.catchUp().catch((error: unknown) => {
        this.#log.warn(
          { err: error },
          'Changes of the configuration could not be read; they are read when the database is back',
        );
      });
    };
    this.#stopListening.push(await this.#database.listen(CHANNEL, follow));
    this.#stopListening.push(this.#database.onAvailability((available) => available && follow()));
  }

  async #writeOne(write: Write, by: string): Promise<Written> {
    const [written] = await this.#write([write], by);
    if (!written) throw new RingbackError('configuration-damaged', 'A change of the configuration was lost.');
    return written;
  }

  #write(writes: readonly Write[], by: string): Promise<Written[]> {
    return this.#activity.run(() => this.#sequence.run(() => this.#commit(writes, by)));
  }

  async #commit(writes: readonly Write[], by: string): Promise<Written[]> {
    const { rows, written, revision } = await this.#database.transaction(async (tx) => {
      const [taken] = await tx.query<{ revision: number }>(takeRevision);
      if (!taken) throw new RingbackError('configuration-damaged', 'The table config_revision has lost its row.');
      // Others may have written since; with the lock taken nobody does until this commits.
      await this.#readChanges(tx);
      const at = instant(this.#clock.now());
      const rows: ConfigRow[] = [];
      const written: Written[] = [];
      const audited: AuditedChange[] = [];
      for (const write of writes) {
        const { kind, name } = write;
        const current = this.stored(kind, name);
        const value = await decide(write, current?.value);
        if (value === UNCHANGED) {
          written.push({ kind, name, outcome: 'unchanged', version: current?.version ?? 0 });
          continue;
        }
        const json = value === undefined ? null : JSON.stringify(value);
        for (const row of await tx.query<ConfigRow>(storeObject, [kind, name, json, taken.revision, at, by])) {
          rows.push(row);
          const outcome = value === undefined ? 'deleted' : current ? 'updated' : 'created';
          written.push({ kind, name, outcome, version: row.version });
          audited.push(auditedChange(write, by, outcome, current?.value, value));
        }
      }
      if (audited.length > 0) await this.#audit?.(tx, audited);
      return { rows, written, revision: taken.revision };
    });
    const changes = this.#snapshot.take(rows, revision);
    if (changes.length > 0) this.#database.signal(CHANNEL);
    this.#announce(changes, by);
    return written;
  }

  async #readChanges(sql: Sql): Promise<void> {
    const rows = await sql.query<ConfigRow>(changesSince, [this.#snapshot.revision]);
    const last = rows.at(-1);
    if (last) this.#announce(this.#snapshot.take(rows, last.revision));
  }

  #announce(changes: readonly Change[], by?: string): void {
    const [first] = changes;
    if (by !== undefined && first) {
      const what = changes.length === 1 ? first : { objects: changes.length };
      this.#log.info({ ...what, by }, 'Configuration changed');
    }
    for (const change of changes) {
      try {
        this.#changes.notify(change);
      } catch (error) {
        this.#log.error({ err: error, ...change }, 'A change of the configuration could not be carried out everywhere');
      }
    }
  }
}

interface Write extends Change {
  /** The value wanted in place of the current one; undefined deletes. Called again when the transaction is repeated. */
  change: (current: StoredValue | undefined) => JsonValue | undefined;
  /** A value without a password keeps the one that is stored. */
  keepPassword: boolean;
}

const UNCHANGED = Symbol('unchanged');

/** The value to store; undefined deletes. */
async function decide(
  { kind, name, change, keepPassword }: Write,
  current: StoredValue | undefined,
): Promise<StoredValue | undefined | typeof UNCHANGED> {
  const wanted = change(current);
  if (wanted === undefined) return undefined;
  if (wanted === current) return UNCHANGED;
  const { value, details } = prepare(kind, name, wanted);
  if (value === undefined) throw invalid(kind, name, details);
  const hidden = await withStoredSecrets(kind, value, current, keepPassword);
  return current && canonical(hidden) === canonical(current) ? UNCHANGED : hidden;
}

function auditedChange(
  { kind, name }: Change,
  author: string,
  action: AuditedChange['action'],
  before: StoredValue | undefined,
  after: StoredValue | undefined,
): AuditedChange {
  return {
    ...{ kind, name, author, action },
    ...(before !== undefined && { before: shown(kind, name, before, false) }),
    ...(after !== undefined && { after: shown(kind, name, after, false) }),
  };
}

function unknownObject(kind: Kind, name: string): RingbackError {
  return new RingbackError('unknown-object', `There is no ${kind} object "${name}".`);
}

function invalid(kind: Kind, name: string, details: RingbackError['details']): RingbackError {
  const [first, ...more] = details;
  const reason = first ? `${first.pointer} ${first.detail}`.trim() : 'has the wrong form';
  const others = more.length > 0 ? ` (and ${more.length} more)` : '';
  return new RingbackError(
    'invalid-configuration',
    `The ${kind} object "${name}" is wrong: ${reason}${others}.`,
    details,
  );
}
