import { instant } from '../kernel/index.js';
import type { Sql } from '../store/sql.js';
import type { Outgoing } from './outbox.js';
import { LISTS, storeEffects, storeSteps } from './step-statements.js';
import { jsonText } from './stored-json.js';

/** One macrostep as the statement takes it: the session as it moves, and what was in the outbox. */
export interface WrittenStep {
  session: string;
  /** The columns of `storeSteps`. */
  record: object;
  outgoing: Outgoing;
  /** About how many characters it has. */
  weight: number;
}

/** What the database did with macrosteps. */
export interface Written {
  /** Sessions that moved. */
  moved: ReadonlySet<string>;
  /** Sessions that received an event, some of them several times. */
  posted: readonly string[];
  /** Requests of clients that have been answered. */
  answered: ReadonlySet<string>;
}

interface ResultRow {
  kind: 'moved' | 'posted' | 'answered' | 'done';
  id: string;
}

/** Stores macrosteps of different sessions, those that still can be, by one statement. */
export async function writeSteps(sql: Sql, steps: readonly WrittenStep[]): Promise<Written> {
  const { lists, values } = gathered(steps);
  return written(
    await sql.query<ResultRow>(storeSteps(lists), [jsonText(steps.map(({ record }) => record)), ...values]),
  );
}

/** Stores what was in the outbox of a macrostep whose session has moved in the same transaction. */
export async function writeEffects(sql: Sql, session: string, now: number, outgoing: Outgoing): Promise<Written> {
  const { lists, values } = gathered([{ session, outgoing }]);
  const moved = jsonText([{ session, at: instant(now) }]);
  return written(await sql.query<ResultRow>(storeEffects(lists), [moved, ...values]));
}

/** The lists that are there, each with what all of the steps asked for. */
function gathered(steps: readonly Pick<WrittenStep, 'session' | 'outgoing'>[]) {
  const lists = LISTS.filter((list) => steps.some(({ outgoing }) => outgoing.lists[list] !== undefined));
  const values = lists.map((list) =>
    jsonText(
      steps.flatMap(({ session, outgoing }) => (outgoing.lists[list] ?? []).map((item) => ({ session, ...item }))),
    ),
  );
  return { lists, values };
}

function written(rows: readonly ResultRow[]): Written {
  const of = (kind: ResultRow['kind']) => rows.filter((row) => row.kind === kind).map(({ id }) => id);
  return { moved: new Set(of('moved')), posted: of('posted'), answered: new Set(of('answered')) };
}
