import { instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { AttributeField, AttributeValue, BusinessAttributes, Resource } from './business-attributes.js';

/** The two kinds of step that a service consists of. */
export type StepKind = 'state' | 'task';

/** A row of `cs_step`. */
export interface StepRow {
  service: string;
  kind: StepKind;
  number: number;
  type: AttributeValue | null;
  related_state: number | null;
  est_duration: number | null;
  started_at: number;
  started: JsonObject;
  completed_at: number | null;
  completed: JsonObject | null;
  disposition: AttributeValue | null;
  disposition_desc: string | null;
  extensions: JsonObject | null;
}

/** How stored values are shown to a tenant's clients. */
export interface Presenter {
  tenant: number;
  attributes: BusinessAttributes;
  /** Names of the extensions to show, or all of them. */
  extensions: readonly string[] | 'all';
}

export const RESOURCE_OF: Readonly<Record<StepKind, 'State' | 'Task'>> = { state: 'State', task: 'Task' };

/**
 * A state or task as the API answers it (CS API, "Query States", "Query Tasks").
 * @param nested inside of its service or state: without `service_id`
 */
export function stepView(row: StepRow, presenter: Presenter, nested: boolean): JsonObject {
  const resource = RESOURCE_OF[row.kind];
  const view: JsonObject = nested ? {} : { service_id: row.service };
  if (row.kind === 'state') {
    view.state_id = row.number;
    if (row.type !== null) view.state_type = present(presenter, resource, 'type', row.type);
    if (row.related_state !== null) view.previous_state_id = row.related_state;
  } else {
    if (row.related_state !== null) view.state_id = row.related_state;
    view.task_id = row.number;
    if (row.type !== null) view.task_type = present(presenter, resource, 'type', row.type);
  }
  addCourse(view, row, resource, presenter);
  addExtensions(view, row.extensions, presenter.extensions);
  return view;
}

/** The members that services, states and tasks have in common: estimate, events, disposition. */
export function addCourse(
  view: JsonObject,
  row: Omit<StepRow, 'service' | 'kind' | 'number' | 'related_state'>,
  resource: Resource,
  presenter: Presenter,
): void {
  if (row.est_duration !== null) view.est_duration = row.est_duration;
  view.started = eventView(row.started_at, row.started, resource, presenter);
  if (row.completed_at === null) return;
  view.completed = eventView(row.completed_at, row.completed ?? {}, resource, presenter);
  if (row.disposition !== null) view.disposition = present(presenter, resource, 'disposition', row.disposition);
  if (row.disposition_desc !== null) view.disposition_desc = row.disposition_desc;
}

/** Adds the extensions that were asked for. */
export function addExtensions(
  view: JsonObject,
  extensions: JsonObject | null,
  wanted: readonly string[] | 'all',
): void {
  if (!extensions) return;
  for (const name of wanted === 'all' ? Object.keys(extensions) : wanted) {
    const value = Object.hasOwn(extensions, name) ? extensions[name] : undefined;
    if (value !== undefined) view[name] = value;
  }
}

/** A value of a field that a Business Attribute may be mapped to. */
export function present(
  presenter: Presenter,
  resource: Resource,
  field: AttributeField,
  value: AttributeValue,
): AttributeValue {
  return presenter.attributes.present(presenter.tenant, resource, field, value);
}

function eventView(at: number, attributes: JsonObject, resource: Resource, presenter: Presenter): JsonObject {
  const view: JsonObject = { timestamp: instant(at), ...attributes };
  for (const field of ['application_type', 'resource_type', 'media_type'] as const) {
    const value: JsonValue | undefined = view[field];
    if (typeof value === 'string' || typeof value === 'number')
      view[field] = present(presenter, resource, field, value);
  }
  return view;
}
