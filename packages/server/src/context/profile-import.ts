import { isObject, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { Definitions } from './definitions.js';
import { ContextError } from './errors.js';
import { customerExists, type NewProfile, type Profiles } from './profiles.js';

/** One record of a bulk import, or why its line could not be read. */
export type ImportLine = { line: number; value: JsonValue } | { line: number; reason: string };

export interface ImportReport {
  imported: number;
  rejected: number;
  /** The first 1000 of the rejected lines. */
  errors: { line: number; reason: string }[];
}

interface Entry {
  line: number;
  body: JsonObject;
}

const BATCH_SIZE = 250;
const MOST_ERRORS = 1000;

/**
 * Creates profiles in bulk, batch by batch as the lines come in. A wrong line is rejected alone; what was imported
 * before an interruption stays.
 */
export async function importProfiles(
  profiles: Profiles,
  tenant: number,
  lines: AsyncIterable<ImportLine>,
): Promise<ImportReport> {
  const report = emptyReport();
  let batch: Entry[] = [];
  for await (const line of lines) {
    if ('reason' in line) reject(report, line.line, line.reason);
    else if (!isObject(line.value)) reject(report, line.line, 'An object is expected.');
    // isObject only says that it is no array and not null; it came out of JSON.
    else batch.push({ line: line.line, body: line.value as JsonObject });
    if (batch.length === BATCH_SIZE) {
      await importBatch(profiles, tenant, batch, report);
      batch = [];
    }
  }
  if (batch.length > 0) await importBatch(profiles, tenant, batch, report);
  return report;
}

export function emptyReport(): ImportReport {
  return { imported: 0, rejected: 0, errors: [] };
}

/** Notes a line that was not imported. */
export function reject(report: ImportReport, line: number, reason: string): void {
  report.rejected += 1;
  if (report.errors.length < MOST_ERRORS) report.errors.push({ line, reason });
}

async function importBatch(profiles: Profiles, tenant: number, batch: Entry[], report: ImportReport): Promise<void> {
  const outcome = await profiles.withDefinitions(tenant, async (definitions) => {
    const rejected: { line: number; reason: string }[] = [];
    const prepared: { line: number; profile: NewProfile }[] = [];
    const ids = new Set<string>();
    for (const { line, body } of batch) {
      const profile = attempt(() => profiles.prepare(body, definitions));
      if (profile instanceof ContextError) {
        rejected.push({ line, reason: profile.message });
      } else if (ids.has(profile.customerId)) {
        rejected.push({ line, reason: customerExists(profile.customerId).message });
      } else {
        ids.add(profile.customerId);
        prepared.push({ line, profile });
      }
    }
    rejected.push(...(await insert(profiles, definitions, prepared)));
    return rejected;
  });
  report.imported += batch.length - outcome.length;
  for (const { line, reason } of outcome) reject(report, line, reason);
}

/** Inserts as many at once as go together: where a unique key is in the way, each half by itself. */
async function insert(
  profiles: Profiles,
  definitions: Definitions,
  entries: { line: number; profile: NewProfile }[],
): Promise<{ line: number; reason: string }[]> {
  const [first] = entries;
  if (!first) return [];
  try {
    const created = new Set(
      await profiles.insert(
        definitions,
        entries.map(({ profile }) => profile),
      ),
    );
    return entries
      .filter(({ profile }) => !created.has(profile.customerId))
      .map(({ line, profile }) => ({ line, reason: customerExists(profile.customerId).message }));
  } catch (error) {
    if (!(error instanceof ContextError)) throw error;
    if (entries.length === 1) return [{ line: first.line, reason: error.message }];
    const half = Math.ceil(entries.length / 2);
    const left = await insert(profiles, definitions, entries.slice(0, half));
    return [...left, ...(await insert(profiles, definitions, entries.slice(half)))];
  }
}

function attempt<T>(work: () => T): T | ContextError {
  try {
    return work();
  } catch (error) {
    if (error instanceof ContextError) return error;
    throw error;
  }
}
