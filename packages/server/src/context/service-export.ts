import { instant, type JsonObject } from '../kernel/index.js';
import { type Database, type Statement, statement } from '../store/index.js';
import type { BusinessAttributes } from './business-attributes.js';
import { type ServiceRow, serviceView } from './service.js';
import { COLUMNS } from './service-statements.js';
import type { StepRow } from './step.js';
import { stepsOfServices } from './step-statements.js';

/** Which services are exported. Times in milliseconds since 1970; `from` is inclusive, `to` is not. */
export interface ServiceSelection {
  from: number;
  to: number;
  /** Which of a service's events must lie in between. */
  events: 'any' | 'started' | 'completed';
  state: 'any' | 'active' | 'inactive';
}

/** A service with its steps, as stored. */
export interface ExportedService {
  service: ServiceRow;
  steps: StepRow[];
}

const PAGE_SIZE = 500;

/** Pages by the time of the event, so that each page is a short walk along that event's index. */
function pageBy(event: 'started_at' | 'completed_at', condition: string): Statement {
  return statement(
    `cs-export-by-${event}${condition ? '-only' : ''}`,
    `select ${COLUMNS}, extensions from cs_service
     where tenant = $1 and ${event} >= $2::timestamptz and ${event} < $3::timestamptz
       and (${event}, id) > ($4::timestamptz, $5) and expires_at > $6::timestamptz
       and ($7::boolean is null or (completed_at is null) = $7::boolean) ${condition}
     order by ${event}, id limit ${PAGE_SIZE}`,
  );
}

const startedBetween = pageBy('started_at', '');
const completedBetween = pageBy('completed_at', '');
/** Those that were not found by their start already. */
const completedButNotStartedBetween = pageBy(
  'completed_at',
  'and not (started_at >= $2::timestamptz and started_at < $3::timestamptz)',
);

/** Goes through services a page at a time, so that memory does not grow with their number. */
export class ServiceExport {
  constructor(
    private readonly database: Database,
    private readonly attributes: BusinessAttributes,
  ) {}

  /** The ids of the selected services. @param now milliseconds since 1970 */
  async *ids(tenant: number, selection: ServiceSelection, now: number): AsyncGenerator<string> {
    for await (const page of this.#pages(tenant, selection, now)) for (const { id } of page) yield id;
  }

  /** The selected services with all extensions, states and tasks, as the API answers them. */
  async *services(tenant: number, selection: ServiceSelection, now: number): AsyncGenerator<JsonObject> {
    for await (const { service, steps } of this.records(tenant, selection, now)) {
      yield this.view(tenant, service, steps);
    }
  }

  /** The selected services with their steps. */
  async *records(tenant: number, selection: ServiceSelection, now: number): AsyncGenerator<ExportedService> {
    for await (const page of this.#pages(tenant, selection, now)) yield* await this.withSteps(page);
  }

  /** Reads the steps of services. */
  async withSteps(services: ServiceRow[]): Promise<ExportedService[]> {
    const exported = new Map(services.map((service) => [service.id, { service, steps: [] as StepRow[] }]));
    const steps = await this.database.query<StepRow>(stepsOfServices, [[...exported.keys()]]);
    for (const step of steps) exported.get(step.service)?.steps.push(step);
    return [...exported.values()];
  }

  /** A service with everything that belongs to it; both owners are named where it has had both. */
  view(tenant: number, service: ServiceRow, steps: StepRow[]): JsonObject {
    const presenter = { tenant, attributes: this.attributes, extensions: 'all' } as const;
    const everything = { active_states: true, completed_states: true, active_tasks: true, completed_tasks: true };
    const owner: JsonObject = service.contact_key === null ? {} : { contact_key: service.contact_key };
    return { ...owner, ...serviceView(service, presenter, everything, steps) };
  }

  async *#pages(tenant: number, selection: ServiceSelection, now: number): AsyncGenerator<ServiceRow[]> {
    if (selection.events !== 'completed') {
      yield* this.#pagesBy(startedBetween, (row) => row.started_at, tenant, selection, now);
    }
    if (selection.events !== 'started') {
      const statement = selection.events === 'any' ? completedButNotStartedBetween : completedBetween;
      yield* this.#pagesBy(statement, (row) => row.completed_at ?? 0, tenant, selection, now);
    }
  }

  async *#pagesBy(
    statement: Statement,
    at: (row: ServiceRow) => number,
    tenant: number,
    { from, to, state }: ServiceSelection,
    now: number,
  ): AsyncGenerator<ServiceRow[]> {
    const active = state === 'any' ? null : state === 'active';
    for (let after = { at: from, id: '' }; ; ) {
      const page = await this.database.query<ServiceRow>(statement, [
        tenant,
        instant(from),
        instant(to),
        instant(after.at),
        after.id,
        instant(now),
        active,
      ]);
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (!last || page.length < PAGE_SIZE) return;
      after = { at: at(last), id: last.id };
    }
  }
}
