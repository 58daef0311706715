import type { JsonObject } from '../../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../../store/sql.js';
import { jsonText } from '../../stored-json.js';

/** What holds for the requests of an interaction from now on, until it is changed or the session ends. */
export interface QueueSettings {
  excludedAgents?: string[];
  /** Agents who are not ready are taken as well. */
  anyReadiness?: boolean;
  /** From when the interaction is taken to wait, milliseconds since 1970. */
  waitsSince?: number;
  /** What orders requests of equal priority beside the time in the queue. */
  tuning?: { useAge: boolean; usePredict: boolean; useObjective: boolean };
  increment?: { by: number; intervalMs: number; from: number };
  lowestPriority?: number;
  highestPriority?: number;
  /** How long a selected agent is held, milliseconds. */
  reservationMs?: number;
  /** What becomes of an interaction that the selected agent cannot be connected with. */
  onRouteError?: 'error' | 'default';
  /** Options that the application set and that have no effect here. */
  options?: JsonObject;
  /** The targets that stay in consideration after a timeout, as routing stores them, and since when. */
  standing?: { targets: JsonObject[]; since: number };
}

const READ = statement(
  'session-queue-read',
  'select settings from session_queue where session = $1 and interaction = $2',
);

const WRITE = statement(
  'session-queue-write',
  `insert into session_queue (session, interaction, settings) values ($1, $2, $3)
   on conflict (session, interaction) do update set settings = excluded.settings`,
);

const FORGET = statement('session-queue-forget', 'delete from session_queue where session = $1 and interaction = $2');

/** @param interaction undefined for the requests of a session without an interaction */
export async function readSettings(sql: Sql, session: string, interaction: string | undefined): Promise<QueueSettings> {
  // Written by `writeSettings` only.
  const [row] = await sql.query<{ settings: QueueSettings }>(READ, [session, interaction ?? '']);
  return row?.settings ?? {};
}

export async function writeSettings(
  tx: Transaction,
  session: string,
  interaction: string | undefined,
  settings: QueueSettings,
): Promise<void> {
  if (Object.keys(settings).length === 0) await tx.query(FORGET, [session, interaction ?? '']);
  else await tx.query(WRITE, [session, interaction ?? '', jsonText(settings)]);
}

/** Takes the targets away that stayed after a timeout. @returns true if there were any */
export async function clearStanding(
  tx: Transaction,
  session: string,
  interaction: string | undefined,
): Promise<boolean> {
  const { standing, ...rest } = await readSettings(tx, session, interaction);
  if (standing) await writeSettings(tx, session, interaction, rest);
  return standing !== undefined;
}
