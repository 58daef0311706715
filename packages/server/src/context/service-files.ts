import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { instant, type JsonObject } from '../kernel/index.js';
import type { ServiceRow } from './service.js';
import type { ServiceExport, ServiceSelection } from './service-export.js';
import type { StepRow } from './step.js';

export type FileFormat = 'csv' | 'json';

const KINDS = ['services', 'states', 'tasks'] as const;
type Kind = (typeof KINDS)[number];

const EVENT_FIELDS = [
  ...['timestamp', 'session_id', 'interaction_id', 'application_type', 'application_id'],
  ...['resource_type', 'resource_id', 'media_type'],
];
const COURSE = [
  'est_duration',
  ...EVENT_FIELDS.map((field) => `started.${field}`),
  ...EVENT_FIELDS.map((field) => `completed.${field}`),
  ...['disposition', 'disposition_desc', 'extensions'],
];
const COLUMNS: Readonly<Record<Kind, readonly string[]>> = {
  services: ['service_id', 'customer_id', 'contact_key', 'service_type', ...COURSE],
  states: ['service_id', 'state_id', 'state_type', 'previous_state_id', ...COURSE],
  tasks: ['service_id', 'task_id', 'task_type', 'state_id', ...COURSE],
};

/**
 * Writes services, states and tasks to a file each (CS API, "Export Services to File").
 * @param directory is made if it does not exist
 * @param now milliseconds since 1970; the names are made of it, as in `export20140813_160508_183_services.csv`
 * @returns the files' names
 */
export async function writeServiceFiles(
  source: ServiceExport,
  tenant: number,
  selection: ServiceSelection,
  options: { directory: string; format: FileFormat; now: number },
): Promise<string[]> {
  await mkdir(options.directory, { recursive: true });
  const stamp = instant(options.now).replace(/[-:]/g, '').replace('T', '_').replace('.', '_').replace('Z', '');
  const names = KINDS.map((kind) => `export${stamp}_${kind}.${options.format}`);
  const files: ExportFile[] = [];
  try {
    for (const [index, kind] of KINDS.entries()) {
      files.push(await ExportFile.create(join(options.directory, names[index] ?? kind), COLUMNS[kind], options.format));
    }
    const [services, states, tasks] = files;
    for await (const { service, steps } of source.records(tenant, selection, options.now)) {
      await services?.write(serviceRecord(service));
      for (const step of steps) await (step.kind === 'state' ? states : tasks)?.write(stepRecord(step));
    }
  } finally {
    for (const file of files) await file.close();
  }
  return names;
}

/** A file that records are written to; text is gathered so that not every record costs a write. */
class ExportFile {
  #pending: string;
  #records = 0;

  private constructor(
    private readonly file: Awaited<ReturnType<typeof open>>,
    private readonly columns: readonly string[],
    private readonly format: FileFormat,
  ) {
    this.#pending = format === 'csv' ? `${columns.join(',')}\r\n` : '[';
  }

  static async create(path: string, columns: readonly string[], format: FileFormat): Promise<ExportFile> {
    return new ExportFile(await open(path, 'wx', 0o640), columns, format);
  }

  async write(record: JsonObject): Promise<void> {
    if (this.format === 'csv') {
      this.#pending += `${this.columns.map((column) => csvField(record[column])).join(',')}\r\n`;
    } else {
      this.#pending += `${this.#records > 0 ? ',' : ''}\n${JSON.stringify(record)}`;
    }
    this.#records += 1;
    if (this.#pending.length > 65_536) await this.#flush();
  }

  async close(): Promise<void> {
    if (this.format === 'json') this.#pending += '\n]\n';
    try {
      await this.#flush();
    } finally {
      await this.file.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    await this.file.write(text);
  }
}

function csvField(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function serviceRecord(row: ServiceRow): JsonObject {
  return {
    service_id: row.id,
    ...present('customer_id', row.customer_id),
    ...present('contact_key', row.contact_key),
    ...present('service_type', row.type),
    ...course(row),
  };
}

function stepRecord(row: StepRow): JsonObject {
  return {
    service_id: row.service,
    [`${row.kind}_id`]: row.number,
    ...present(`${row.kind}_type`, row.type),
    ...present(row.kind === 'state' ? 'previous_state_id' : 'state_id', row.related_state),
    ...course(row),
  };
}

function course(row: ServiceRow | StepRow): JsonObject {
  return {
    ...present('est_duration', row.est_duration),
    ...event('started', row.started_at, row.started),
    ...(row.completed_at !== null && event('completed', row.completed_at, row.completed ?? {})),
    ...present('disposition', row.disposition),
    ...present('disposition_desc', row.disposition_desc),
    ...(row.extensions && Object.keys(row.extensions).length > 0 && { extensions: row.extensions }),
  };
}

function event(name: 'started' | 'completed', at: number, attributes: JsonObject): JsonObject {
  const fields = Object.entries(attributes).map(([field, value]) => [`${name}.${field}`, value] as const);
  return { [`${name}.timestamp`]: instant(at), ...Object.fromEntries(fields) };
}

function present(name: string, value: string | number | null): JsonObject {
  return value === null ? {} : { [name]: value };
}
