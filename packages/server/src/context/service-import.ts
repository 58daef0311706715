import { type Clock, instant, isObject, type JsonObject, type JsonValue } from '../kernel/index.js';
import { type Database, type Sql, statement } from '../store/index.js';
import type { BusinessAttributes } from './business-attributes.js';
import { ContextError, invalid, missing } from './errors.js';
import { readEndEvent, readInstant, readStartEvent } from './event.js';
import { newServiceId } from './ids.js';
import { emptyReport, type ImportLine, type ImportReport, reject } from './profile-import.js';
import { json, readId } from './services.js';
import type { Settings } from './settings.js';
import { RESOURCE_OF, type StepKind } from './step.js';
import { parseNumber } from './steps.js';
import { storable } from './storable.js';

export interface ServiceImportOptions {
  database: Database;
  clock: Clock;
  settings: Settings;
  attributes: BusinessAttributes;
}

const insertService = statement(
  'cs-import-service',
  `insert into cs_service (id, tenant, customer_id, contact_key, type, est_duration, started_at, started, completed_at,
     completed, disposition, disposition_desc, extensions, last_step, retention_ms, expires_at, expires_slot)
   values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8::jsonb, $9, $10::jsonb, $11::jsonb, $12, $13::jsonb, $14, $15,
     $16::timestamptz, date_trunc('hour', $16::timestamptz, 'UTC'))
   on conflict (id) do nothing returning id`,
);
const insertStep = statement(
  'cs-import-step',
  `insert into cs_step (service, kind, number, type, related_state, est_duration, started_at, started, completed_at,
     completed, disposition, disposition_desc, extensions)
   values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8::jsonb, $9, $10::jsonb, $11::jsonb, $12, $13::jsonb)`,
);

const BATCH_SIZE = 100;

/** A record with its course: what services, states and tasks have in common. */
type Course = ReturnType<typeof readCourse>;

interface Step {
  kind: StepKind;
  number: number;
  related: number | null;
  course: Course;
}

/**
 * Creates services in bulk out of what an export gives: each line a service with its states and tasks, ids kept. A wrong
 * line is rejected alone; a service whose id exists is left as it is.
 */
export async function importServices(
  options: ServiceImportOptions,
  tenant: number,
  lines: AsyncIterable<ImportLine>,
): Promise<ImportReport> {
  const report = emptyReport();
  let batch: { line: number; insert: (sql: Sql) => Promise<boolean> }[] = [];
  const flush = async () => {
    const entries = batch;
    batch = [];
    const existing = await options.database.transaction(async (tx) => {
      const left: number[] = [];
      for (const { line, insert } of entries) if (!(await insert(tx))) left.push(line);
      return left;
    });
    report.imported += entries.length - existing.length;
    for (const line of existing) reject(report, line, 'There is a service with this id already.');
  };
  for await (const line of lines) {
    if ('reason' in line) {
      reject(report, line.line, line.reason);
      continue;
    }
    try {
      batch.push({ line: line.line, insert: readService(options, tenant, line.value) });
    } catch (error) {
      if (!(error instanceof ContextError)) throw error;
      reject(report, line.line, error.message);
    }
    if (batch.length === BATCH_SIZE) await flush();
  }
  if (batch.length > 0) await flush();
  return report;
}

/** Checks a service and its steps. @returns what stores it, and tells whether its id was free */
function readService(
  { clock, settings, attributes }: ServiceImportOptions,
  tenant: number,
  value: JsonValue,
): (sql: Sql) => Promise<boolean> {
  if (!isObject(value)) throw invalid('service', 'an object is expected');
  // isObject only says that it is no array and not null; it came out of JSON.
  const body = value as JsonObject;
  const now = clock.now();
  const customer = readId('customer_id', body.customer_id);
  const contact = readId('contact_key', body.contact_key);
  if (customer === undefined && contact === undefined) {
    throw missing('customer_id', 'customer_id or contact_key is mandatory');
  }
  const id = readId('service_id', body.service_id) ?? newServiceId(now);
  const course = readCourse(body, { tenant, resource: 'Service', attributes });
  const steps = [...readSteps(body, 'state', tenant, attributes), ...readSteps(body, 'task', tenant, attributes)];
  if (new Set(steps.map(({ kind, number }) => `${kind} ${number}`)).size < steps.length) {
    throw invalid('state_id', 'the id of a state or task is used twice in one service');
  }
  const lastStep = Math.max(0, ...steps.map(({ number }) => number));
  const retentionMs = attributes.retentionMs(tenant, course.start.type) ?? settings.retentionMs;
  return async (sql) => {
    const inserted = await sql.query(insertService, [
      ...[id, tenant, customer ?? null, contact ?? null],
      ...courseValues(course),
      ...[lastStep, retentionMs, instant(now + retentionMs)],
    ]);
    if (inserted.length === 0) return false;
    for (const { kind, number, related, course: own } of steps) {
      const [type = null, ...rest] = courseValues(own);
      await sql.query(insertStep, [id, kind, number, type, related, ...rest]);
    }
    return true;
  };
}

function readSteps(body: JsonObject, kind: StepKind, tenant: number, attributes: BusinessAttributes): Step[] {
  return [`active_${kind}s`, `completed_${kind}s`].flatMap((member) => {
    const list = body[member] ?? [];
    if (!Array.isArray(list)) throw invalid(member, 'an array is expected');
    return list.map((step, index) => {
      const field = `${member}[${index}]`;
      if (!isObject(step)) throw invalid(field, 'an object is expected');
      const number = parseNumber(step[`${kind}_id`]);
      if (number === undefined) throw invalid(`${field}.${kind}_id`, 'an integer is expected');
      const related = step[kind === 'state' ? 'previous_state_id' : 'state_id'];
      const course = readCourse(step, { tenant, resource: RESOURCE_OF[kind], attributes });
      return { kind, number, related: parseNumber(related) ?? null, course };
    });
  });
}

function readCourse(body: JsonObject, reader: Parameters<typeof readStartEvent>[1]) {
  const { started, completed } = body;
  if (!isObject(started)) throw missing('started', 'an object with the timestamp of the start is mandatory');
  const start = readStartEvent({ ...body, ...(started as JsonObject) }, reader);
  const startedAt = readInstant('started.timestamp', started.timestamp);
  if (completed === undefined || completed === null) return { start, startedAt };
  if (!isObject(completed)) throw invalid('completed', 'an object with the timestamp of the end is expected');
  const { disposition = null, disposition_desc = null } = body;
  const end = readEndEvent({ ...(completed as JsonObject), disposition, disposition_desc }, reader);
  const completedAt = readInstant('completed.timestamp', completed.timestamp);
  if (completedAt < startedAt) throw invalid('completed.timestamp', 'it lies before the start');
  return { start, startedAt, end, completedAt };
}

/** In the order of the columns: type, estimate, start, its attributes, end, its attributes, disposition, extensions. */
function courseValues({ start, startedAt, end, completedAt }: Course): (string | number | null)[] {
  return [
    json('type', start.type),
    start.estDuration ?? null,
    instant(startedAt),
    storable('started', start.attributes),
    completedAt === undefined ? null : instant(completedAt),
    end ? storable('completed', end.attributes) : null,
    json('disposition', end?.disposition),
    end?.dispositionDesc ?? null,
    storable('extensions', start.extensions),
  ];
}
