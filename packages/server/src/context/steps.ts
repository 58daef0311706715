import { type Clock, instant, isObject, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { Database, Sql } from '../store/index.js';
import type { BusinessAttributes } from './business-attributes.js';
import { ContextError, invalid, missing } from './errors.js';
import { readDisposition, readEndEvent, readExtensionName, readStartEvent } from './event.js';
import { addSteps } from './service.js';
import type { ServiceLine } from './service-line.js';
import { json, type Reading, serviceNotFound } from './services.js';
import { type Presenter, RESOURCE_OF, type StepKind, type StepRow, stepView } from './step.js';
import { changeSteps, listSteps, stepStanding, stepsOfServices, transition } from './step-statements.js';
import { storable } from './storable.js';

export interface StepQuery extends Reading {
  completion: 'all' | 'active' | 'completed';
  /** DBIDs or names; undefined: all types. */
  types?: readonly string[] | undefined;
  /** Only tasks of this state. */
  state?: number | undefined;
}

const LARGEST_NUMBER = 2_147_483_647;

/**
 * The states and tasks of services. A completed service still takes new ones, and completing it completes none of them
 * (CS API, "Purge Services"; observed).
 */
export class Steps {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #attributes: BusinessAttributes;
  readonly #line: ServiceLine;

  constructor(options: { database: Database; clock: Clock; attributes: BusinessAttributes; line: ServiceLine }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#attributes = options.attributes;
    this.#line = options.line;
  }

  /**
   * Starts a state or task (CS API, "Start State", "Start Task").
   * @param sql a transaction that the start shall belong to
   * @returns its id, unique within the service
   * @throws ContextError `service-not-found`, `state-not-found` (the previous state, or the state of the task), `invalid`
   */
  async start(tenant: number, service: string, kind: StepKind, body: JsonObject, sql?: Sql): Promise<number> {
    const now = this.#clock.now();
    const event = readStartEvent(body, this.#reader(tenant, kind));
    const stateField = kind === 'state' ? 'previous_state_id' : 'state_id';
    const related = readNumber(stateField, body[stateField]);
    const change = {
      action: 'start',
      service,
      tenant,
      now: instant(now),
      kind,
      type: event.type ?? null,
      related_state: related ?? null,
      est_duration: event.estDuration ?? null,
      at: instant(event.at ?? now),
      attributes: event.attributes,
      extensions: event.extensions,
    };
    const started = await this.#line.store(changeSteps, service, change, sql);
    if (started) return started.number ?? 0;
    await this.#standing(tenant, service, 'state', related ?? 0);
    throw stepNotFound('state', related ?? 0);
  }

  /**
   * Ends a state or task (CS API, "Complete State", "Complete Task").
   * @param sql a transaction that the end shall belong to
   * @throws ContextError `service-not-found`, `state-not-found`, `task-not-found`, `already-completed`, `invalid`
   */
  async complete(
    tenant: number,
    service: string,
    kind: StepKind,
    number: number,
    body: JsonObject,
    sql?: Sql,
  ): Promise<void> {
    const now = this.#clock.now();
    const event = readEndEvent(body, this.#reader(tenant, kind));
    const change = {
      action: 'complete',
      service,
      tenant,
      now: instant(now),
      kind,
      number,
      at: instant(event.at ?? now),
      attributes: event.attributes,
      disposition: event.disposition ?? null,
      disposition_desc: event.dispositionDesc ?? null,
      extensions: event.extensions,
    };
    const completed = await this.#line.store(changeSteps, service, change, sql);
    if (!completed) await this.#explain(tenant, service, kind, number);
  }

  /**
   * Ends a state and starts its successor, both or neither (CS API, "Perform State Transition").
   * @param body `from` with `state_id` and disposition, `to` with `state_type` and `est_duration`, and once for both
   *   events the attributes; everything else becomes extensions of the successor
   * @returns the id of the successor
   * @throws ContextError `missing`, `invalid`, `service-not-found`, `state-not-found`, `already-completed`
   */
  async transition(tenant: number, service: string, body: JsonObject): Promise<number> {
    const { from, to } = body;
    if (!isObject(from)) throw missing('from', 'an object with the state_id of the state that ends is mandatory');
    if (!isObject(to)) throw missing('to', 'an object with the state_type of the next state is mandatory');
    const state = readNumber('from.state_id', from.state_id);
    if (state === undefined) throw missing('from.state_id');
    const now = this.#clock.now();
    const reader = this.#reader(tenant, 'state');
    const event = readStartEvent(
      { ...body, state_type: to.state_type ?? null, est_duration: to.est_duration ?? null },
      reader,
    );
    const disposition = readDisposition(from, reader);
    const [started] = await this.#database.query<{ number: number }>(transition, [
      service,
      tenant,
      instant(now),
      state,
      instant(event.at ?? now),
      storable('event', event.attributes),
      json('disposition', disposition.disposition),
      disposition.dispositionDesc ?? null,
      json('state_type', event.type),
      event.estDuration ?? null,
      storable('extensions', event.extensions),
    ]);
    return started ? started.number : this.#explain(tenant, service, 'state', state);
  }

  /** Replaces an extension's whole value. @throws ContextError as `complete` */
  async putExtension(
    tenant: number,
    service: string,
    kind: StepKind,
    number: number,
    name: string,
    value: JsonValue,
  ): Promise<void> {
    const changed = await this.#line.store(changeSteps, service, {
      action: 'extend',
      service,
      tenant,
      now: instant(this.#clock.now()),
      kind,
      number,
      extensions: { [readExtensionName(name)]: value },
    });
    if (changed) return;
    await this.#standing(tenant, service, kind, number);
    throw stepNotFound(kind, number);
  }

  /** One state or task. @throws ContextError `service-not-found`, `state-not-found`, `task-not-found` */
  async get(tenant: number, service: string, kind: StepKind, number: number, reading: Reading): Promise<JsonObject> {
    const [view] = await this.#list(tenant, service, kind, { ...reading, completion: 'all' }, number);
    if (!view) throw stepNotFound(kind, number);
    return view;
  }

  /** A service's states or tasks, oldest first (CS API, "Query States", "Query Tasks"). */
  list(tenant: number, service: string, kind: StepKind, query: StepQuery): Promise<JsonObject[]> {
    return this.#list(tenant, service, kind, query, undefined);
  }

  async #list(
    tenant: number,
    service: string,
    kind: StepKind,
    query: StepQuery,
    number: number | undefined,
  ): Promise<JsonObject[]> {
    // Without any step, one row tells that the service is there.
    const rows = await this.#database.query<StepRow | { number: null }>(listSteps, [
      service,
      tenant,
      instant(this.#clock.now()),
      kind,
      number ?? null,
      query.completion === 'all' ? null : query.completion === 'active',
      query.types ? this.#attributes.forms(tenant, RESOURCE_OF[kind], 'type', query.types) : null,
      query.state ?? null,
      query.extensions,
    ]);
    if (rows.length === 0) throw serviceNotFound(service);
    const steps = rows.filter((row): row is StepRow => row.number !== null);
    const presenter: Presenter = { tenant, attributes: this.#attributes, extensions: query.extensions };
    const tasks = steps.length > 0 && kind === 'state' ? await this.#tasks(service, query) : [];
    return steps.map((step) => {
      const view = stepView(step, presenter, false);
      if (kind === 'state') {
        const { active_tasks, completed_tasks } = query;
        const own = tasks.filter((task) => task.kind === 'task' && task.related_state === step.number);
        addSteps(
          view,
          { active_tasks: Boolean(active_tasks), completed_tasks: Boolean(completed_tasks) },
          own,
          presenter,
        );
      }
      return view;
    });
  }

  async #tasks(service: string, query: StepQuery): Promise<StepRow[]> {
    if (!query.active_tasks && !query.completed_tasks) return [];
    return this.#database.query<StepRow>(stepsOfServices, [[service]]);
  }

  /** Throws why a state or task could not be ended. */
  async #explain(tenant: number, service: string, kind: StepKind, number: number): Promise<never> {
    const standing = await this.#standing(tenant, service, kind, number);
    if (standing.number === null) throw stepNotFound(kind, number);
    if (standing.completed_at !== null) {
      throw new ContextError('already-completed', `${RESOURCE_OF[kind]} already completed`, String(number));
    }
    throw invalid('timestamp', `a ${kind} cannot be completed before it was started`);
  }

  async #standing(tenant: number, service: string, kind: StepKind, number: number) {
    const [standing] = await this.#database.query<{ number: number | null; completed_at: number | null }>(
      stepStanding,
      [service, tenant, instant(this.#clock.now()), kind, number],
    );
    if (!standing) throw serviceNotFound(service);
    return standing;
  }

  #reader(tenant: number, kind: StepKind) {
    return { tenant, resource: RESOURCE_OF[kind], attributes: this.#attributes } as const;
  }
}

/** The error for a state or task that its service does not have. */
export function stepNotFound(kind: StepKind, id: number | string): ContextError {
  const code = kind === 'state' ? 'state-not-found' : 'task-not-found';
  return new ContextError(code, `There is no ${kind} '${id}'.`, String(id));
}

/** Reads a state's or task's id as a path or a body gives it; undefined when it is no such number. */
export function parseNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= LARGEST_NUMBER
    ? number
    : undefined;
}

function readNumber(field: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = parseNumber(value);
  if (number === undefined) throw invalid(field, 'the id of a state (integer) is expected');
  return number;
}
