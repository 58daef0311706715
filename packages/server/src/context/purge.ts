import { instant, type JsonObject } from '../kernel/index.js';
import { type Database, type Statement, statement } from '../store/index.js';
import { droppedSchemas, eraseDroppedRecords, forgetSchema } from './definition-statements.js';
import { invalid, missing } from './errors.js';
import { readInstant } from './event.js';
import { deleteServices, deleteStepsOf } from './service-statements.js';

/** Which of the services that were started before a limit are removed (CS API, "Purge Services"). */
export type PurgeOperation = keyof typeof CONDITIONS;

const CONDITIONS = {
  'purge.service.all': '',
  'purge.service.started': 'and completed_at is null',
  'purge.service.started.anonymous': 'and completed_at is null and customer_id is null',
  'purge.service.completed': 'and completed_at is not null',
  'purge.service.completed.anonymous': 'and completed_at is not null and customer_id is null',
} as const;

const BATCH_SIZE = 500;

const statements = new Map<string, Statement>(
  Object.entries(CONDITIONS).map(([operation, condition]) => [
    operation,
    statement(
      `cs-${operation}`,
      `select id, started_at from cs_service
       where tenant = $1 and started_at >= $2::timestamptz and started_at < $3::timestamptz ${condition}
       order by started_at limit ${BATCH_SIZE} for update`,
    ),
  ]),
);

const lockExpired = statement(
  'cs-lock-expired',
  `select id from cs_service
   where expires_slot <= $1::timestamptz and expires_at <= $1::timestamptz
   order by expires_slot limit ${BATCH_SIZE} for update skip locked`,
);

/** Before every start that can be stored. */
const BEGINNING_OF_TIME = '0001-01-01T00:00:00.000Z';

/** Reads the body of a purge. @throws ContextError `missing`, `invalid` */
export function readPurge(body: JsonObject): { operation: PurgeOperation; limit: number } {
  const { operation, limit } = body;
  if (operation === undefined || operation === null) throw missing('operation');
  if (limit === undefined || limit === null) throw missing('limit');
  const known = parsePurgeOperation(operation);
  if (!known) throw invalid('operation', `one of ${Object.keys(CONDITIONS).join(', ')} is expected`);
  return { operation: known, limit: readInstant('limit', limit) };
}

export function parsePurgeOperation(value: unknown): PurgeOperation | undefined {
  return typeof value === 'string' && Object.hasOwn(CONDITIONS, value) ? (value as PurgeOperation) : undefined;
}

/**
 * Removes services that were started before `limit` (milliseconds since 1970) with their states and tasks, in batches
 * that each hold few rows for a short time. Resolves when all are gone.
 * @returns how many were removed
 */
export async function purgeServices(
  database: Database,
  tenant: number,
  { operation, limit }: { operation: PurgeOperation; limit: number },
): Promise<number> {
  const lock = statements.get(operation);
  if (!lock) return 0;
  let removed = 0;
  for (let from = BEGINNING_OF_TIME; ; ) {
    const batch = await removeBatch<{ id: string; started_at: number }>(database, lock, [tenant, from, instant(limit)]);
    removed += batch.length;
    const last = batch.at(-1);
    if (!last || batch.length < BATCH_SIZE) return removed;
    from = instant(last.started_at);
  }
}

/** Removes what has expired. @returns how many services were removed */
export async function removeExpired(database: Database, now: number): Promise<number> {
  for (let removed = 0; ; ) {
    const batch = await removeBatch(database, lockExpired, [instant(now)]);
    removed += batch.length;
    if (batch.length < BATCH_SIZE) return removed;
  }
}

/** Erases the records of extensions that were dropped from every profile. */
export async function eraseDroppedExtensions(database: Database): Promise<void> {
  for (const { id, tenant } of await database.query<{ id: number; tenant: number }>(droppedSchemas)) {
    for (let last: string | null = ''; last !== null; ) {
      const [page]: { last: string | null }[] = await database.query<{ last: string | null }>(eraseDroppedRecords, [
        tenant,
        String(id),
        last,
        BATCH_SIZE,
      ]);
      last = page?.last ?? null;
    }
    await database.query(forgetSchema, [id]);
  }
}

async function removeBatch<Row extends { id: string }>(
  database: Database,
  lock: Statement,
  values: (string | number)[],
): Promise<Row[]> {
  return database.transaction(async (tx) => {
    const rows = await tx.query<Row>(lock, values);
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) {
      await tx.query(deleteStepsOf, [ids]);
      await tx.query(deleteServices, [ids]);
    }
    return rows;
  });
}
