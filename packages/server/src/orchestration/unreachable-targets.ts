import type { StepResult } from '@ringback/scxml';
import type { Sql } from '../store/sql.js';
import { statement } from '../store/sql.js';
import type { TurnRow } from './session-statements.js';

const RUNNING = statement(
  'session-running-of',
  "select id from session where id = any($1::text[]) and state = 'running'",
);

const SESSION = '#_scxml_';

/**
 * The targets of a macrostep's sends that name sessions which do not run. SCXML 1.0 wants the error in the internal
 * queue, before any other event (C.1, test 496), so that the macrostep is repeated with what cannot be reached. The
 * dialect of the original hears of it by an external event.
 */
export async function unreachableTargets(sql: Sql, turn: TurnRow, result: StepResult): Promise<string[]> {
  if (turn.ors || result.status === 'failed') return [];
  const targets = new Set<string>();
  for (const effect of result.effects) {
    if (effect.kind !== 'send' || effect.delayMs > 0 || effect.target === undefined) continue;
    if (effect.target.startsWith(SESSION) && effect.target !== SESSION + turn.id) targets.add(effect.target);
  }
  if (targets.size === 0) return [];
  const ids = [...targets].map((target) => target.slice(SESSION.length));
  const running = new Set((await sql.query<{ id: string }>(RUNNING, [ids])).map(({ id }) => SESSION + id));
  return [...targets].filter((target) => !running.has(target));
}
