import type { JsonObject } from '../kernel/index.js';
import type { AttributeValue } from './business-attributes.js';
import { addCourse, addExtensions, type Presenter, present, type StepKind, type StepRow, stepView } from './step.js';

/** A row of `cs_service`, as far as it is shown. */
export interface ServiceRow {
  id: string;
  customer_id: string | null;
  contact_key: string | null;
  type: AttributeValue | null;
  est_duration: number | null;
  started_at: number;
  started: JsonObject;
  completed_at: number | null;
  completed: JsonObject | null;
  disposition: AttributeValue | null;
  disposition_desc: string | null;
  extensions: JsonObject | null;
}

/** Which states and tasks an answer holds besides the service (or, of these, besides the state) itself. */
export interface Nested {
  active_states?: boolean;
  completed_states?: boolean;
  active_tasks?: boolean;
  completed_tasks?: boolean;
}

/** Whether any states or tasks are wanted, which costs a statement of its own. */
export function wantsSteps(nested: Nested): boolean {
  return Boolean(nested.active_states || nested.completed_states || nested.active_tasks || nested.completed_tasks);
}

/**
 * A service as the API answers it (CS API, "Query Service by ID").
 * @param steps all steps of this service; needed only for what `nested` asks for
 */
export function serviceView(
  row: ServiceRow,
  presenter: Presenter,
  nested: Nested = {},
  steps: readonly StepRow[] = [],
): JsonObject {
  const view: JsonObject = {};
  if (row.customer_id !== null) view.customer_id = row.customer_id;
  else if (row.contact_key !== null) view.contact_key = row.contact_key;
  view.service_id = row.id;
  if (row.type !== null) view.service_type = present(presenter, 'Service', 'type', row.type);
  addCourse(view, row, 'Service', presenter);
  addSteps(view, nested, steps, presenter);
  addExtensions(view, row.extensions, presenter.extensions);
  return view;
}

/** Adds the lists of states and tasks that were asked for, empty ones too. */
export function addSteps(view: JsonObject, nested: Nested, steps: readonly StepRow[], presenter: Presenter): void {
  const list = (kind: StepKind, active: boolean) =>
    steps
      .filter((step) => step.kind === kind && (step.completed_at === null) === active)
      .map((step) => stepView(step, presenter, true));
  if (nested.active_states) view.active_states = list('state', true);
  if (nested.completed_states) view.completed_states = list('state', false);
  if (nested.active_tasks) view.active_tasks = list('task', true);
  if (nested.completed_tasks) view.completed_tasks = list('task', false);
}
