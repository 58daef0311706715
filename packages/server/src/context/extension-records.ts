import { isDeepStrictEqual } from 'node:util';
import { type Clock, instant, isObject, type JsonObject, type JsonValue } from '../kernel/index.js';
import { type Database, type Sql, statement } from '../store/index.js';
import { ContextError, invalid, missing } from './errors.js';
import type { Metadata } from './metadata.js';
import type { ServiceLine } from './service-line.js';
import { changeServices } from './service-statements.js';
import { serviceNotFound } from './services.js';
import type { StepKind } from './step.js';
import { changeSteps } from './step-statements.js';
import { stepNotFound } from './steps.js';

/** Where an extension is: at a service, or at one of its states or tasks. */
export interface ExtensionPlace {
  service: string;
  step?: { kind: StepKind; number: number };
}

const lockServiceExtension = statement(
  'cs-lock-service-extension',
  `select extensions -> $4::text as value from cs_service
   where id = $1 and tenant = $2 and expires_at > $3::timestamptz for update`,
);
const lockStepExtension = statement(
  'cs-lock-step-extension',
  `select extensions -> $4::text as value from cs_step
   where service = $1 and kind = $2 and number = $3 for update`,
);

/**
 * Single records of extensions of services, states and tasks, as clients of 8.1 change them. Which record is meant say
 * the `unique` attributes of the extension's schema, which such clients define; everything else needs no schema.
 */
export class ExtensionRecords {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #metadata: Metadata;
  readonly #line: ServiceLine;

  constructor(options: { database: Database; clock: Clock; metadata: Metadata; line: ServiceLine }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#metadata = options.metadata;
    this.#line = options.line;
  }

  /**
   * Changes the other attributes of the record that has the given unique ones; null removes an attribute.
   * @throws ContextError `extension-not-found` without a schema, `record-not-found`, `missing`, `invalid`,
   *   `service-not-found`, `state-not-found`, `task-not-found`
   */
  async update(tenant: number, place: ExtensionPlace, name: string, body: JsonObject): Promise<void> {
    await this.#change(tenant, place, name, body, (records, index) =>
      records.map((record, at) => (at === index ? merged(record, body) : record)),
    );
  }

  /** Removes the record that has the given unique attributes. @throws ContextError as `update` */
  async delete(tenant: number, place: ExtensionPlace, name: string, body: JsonObject): Promise<void> {
    await this.#change(tenant, place, name, body, (records, index) => records.filter((_, at) => at !== index));
  }

  async #change(
    tenant: number,
    place: ExtensionPlace,
    name: string,
    selector: JsonObject,
    work: (records: JsonValue[], index: number) => JsonValue[],
  ): Promise<void> {
    const unique = await this.#uniqueAttributes(tenant, place, name);
    for (const attribute of unique) if (selector[attribute] === undefined) throw missing(`${name}.${attribute}`);
    await this.#database.transaction(async (tx) => {
      const now = instant(this.#clock.now());
      const value = await lock(tx, tenant, place, name, now);
      const records = Array.isArray(value) ? value : value === null ? [] : [value];
      const index = records.findIndex(
        (record) => isObject(record) && unique.every((one) => isDeepStrictEqual(record[one], selector[one])),
      );
      if (index < 0) throw new ContextError('record-not-found', `No record of '${name}' has these values.`, name);
      const { service, step } = place;
      const change = { action: 'extend', tenant, now, extensions: { [name]: work(records, index) } };
      if (step) await this.#line.store(changeSteps, service, { ...change, service, ...step }, tx);
      else await this.#line.store(changeServices, service, { ...change, id: service }, tx);
    });
  }

  async #uniqueAttributes(tenant: number, { step }: ExtensionPlace, name: string): Promise<readonly string[]> {
    const schema = await this.#metadata.stepExtension(tenant, step?.kind ?? 'service', name);
    if (!schema) throw new ContextError('extension-not-found', `No schema says what identifies '${name}'.`, name);
    if (schema.unique.length === 0) throw invalid(name, 'the schema of the extension has no unique attributes');
    return schema.unique;
  }
}

async function lock(
  tx: Sql,
  tenant: number,
  { service, step }: ExtensionPlace,
  name: string,
  now: string,
): Promise<JsonValue> {
  const [found] = await tx.query<{ value: JsonValue }>(lockServiceExtension, [service, tenant, now, name]);
  if (!found) throw serviceNotFound(service);
  if (!step) return found.value;
  const [row] = await tx.query<{ value: JsonValue }>(lockStepExtension, [service, step.kind, step.number, name]);
  if (!row) throw stepNotFound(step.kind, step.number);
  return row.value;
}

function merged(record: JsonValue, change: JsonObject): JsonValue {
  const whole = isObject(record) ? { ...record, ...change } : change;
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
}
