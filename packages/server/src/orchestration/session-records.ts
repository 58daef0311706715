import type { JsonObject, JsonValue } from '../kernel/index.js';
import { type Statement, statement } from '../store/sql.js';
import type { StepInput } from './outbox.js';
import type { SessionEvent } from './session-event.js';
import type { SessionState } from './session-statements.js';

/** Sessions as people look at them. */
export interface SessionRow {
  id: string;
  flow: string;
  /** 0: the documents of the application are still to be fetched. */
  version: number;
  state: SessionState;
  step: number;
  configuration: string[];
  parameters: JsonObject;
  callback: string | null;
  service: string | null;
  parent: string | null;
  invoke_id: string | null;
  final: string | null;
  reason: string | null;
  done_data: JsonValue;
  /** Address of the main document; null while it is still to be fetched. */
  main: string | null;
  started_at: number;
  changed_at: number;
  ended_at: number | null;
}

/** With what is large. */
export interface SessionContent extends SessionRow {
  /** Of a session that has ended; otherwise the snapshot holds it. */
  data: JsonValue;
  snapshot: string;
  /** Of the root element; null before the documents are there. */
  attributes: Readonly<Record<string, string>> | null;
  /** Whether the application is written in the original's dialect. */
  ors: boolean;
}

const DESCRIPTION = `s.id, s.flow, s.version, s.state, s.step, s.configuration, s.parameters, s.callback, s.service,
          s.parent, s.invoke_id, s.final, s.reason, s.done_data, s.started_at, s.changed_at, s.ended_at, f.main`;
const WITH_FLOW = 'session s left join flow_version f on f.flow = s.flow and f.version = s.version';

export const READ_SESSION = statement(
  'session-read',
  `select ${DESCRIPTION}, s.data, s.snapshot, f.attributes, coalesce(f.ors, false) as ors from ${WITH_FLOW} where s.id = $1`,
);

/** Conditions of a list, each with its values in this order. */
const CONDITIONS = {
  state: 's.state = ?',
  application: 's.flow = ?',
  since: 's.started_at >= ?',
  until: 's.started_at < ?',
  before: '(s.started_at, s.id) < (?, ?)',
} as const;

export type ListCondition = keyof typeof CONDITIONS;

const lists = new Map<string, Statement>();

/**
 * Lists sessions, newest first, that fulfil all conditions: one statement for each combination, so that each is planned
 * with the index that serves it. $1 is the limit, after it come the conditions' values: one each, of `before` the start
 * and the id of the last session of the page before.
 */
export function listSessions(conditions: readonly ListCondition[]): Statement {
  const name = ['session-list', ...conditions].join('-');
  const known = lists.get(name);
  if (known) return known;
  let parameter = 1;
  const texts = conditions.map((condition) =>
    CONDITIONS[condition].replaceAll('?', () => {
      parameter += 1;
      return `$${parameter}`;
    }),
  );
  const where = texts.length > 0 ? `where ${texts.join(' and ')}` : '';
  const made = statement(
    name,
    `select ${DESCRIPTION} from ${WITH_FLOW} ${where} order by s.started_at desc, s.id desc limit $1`,
  );
  lists.set(name, made);
  return made;
}

export interface StepRow {
  step: number;
  at: number;
  input: StepInput;
  caused: JsonObject[];
  /** What the journal says: exited, entered, configuration, log. */
  journaled: JsonObject | null;
}

/** The latest $2 steps of a session, the last one first. */
export const READ_STEPS = statement(
  'session-read-steps',
  `select s.step, s.at, s.input, s.caused, e.data as journaled
     from (select * from session_step where session = $1 order by step desc limit $2) s
     left join event e on e.session = $1 and e.at = s.at and e.type = 'session.state'
                      and (e.data->>'step')::integer = s.step
    order by s.step desc`,
);

export interface InputRow {
  step: number;
  at: number;
  input: StepInput;
}

/** The first $2 steps of a session, to be repeated. */
export const READ_INPUTS = statement(
  'session-read-inputs',
  'select step, at, input from session_step where session = $1 order by step limit $2',
);

export interface QueuedRow {
  at: number;
  event: SessionEvent;
}

export const READ_QUEUE = statement(
  'session-read-queue',
  'select at, event from session_message where session = $1 order by id limit $2',
);

export interface TimerRow {
  send_id: string | null;
  due_at: number;
  target: string;
  event: SessionEvent | null;
  action: { name: string } | null;
}

export const READ_TIMERS = statement(
  'session-read-timers',
  'select send_id, due_at, target, event, action from session_timer where session = $1 order by due_at, id limit $2',
);

export interface PendingRow {
  id: string;
  module: string;
  action: string;
  phase: 'execute' | 'waiting';
  subject: string | null;
  created_at: number;
}

export const READ_PENDING = statement(
  'session-read-pending',
  `select id, module, action, phase, subject, created_at from session_action
    where session = $1 order by created_at, id limit $2`,
);

export const READ_CHILDREN = statement(
  'session-read-children',
  'select id, flow, state, invoke_id from session where parent = $1 order by started_at, id limit $2',
);

export interface ChildRow {
  id: string;
  flow: string;
  state: SessionState;
  invoke_id: string | null;
}
