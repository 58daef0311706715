import { type Sql, statement } from '../store/sql.js';
import type { SessionEvent } from './session-event.js';
import type { TurnRow } from './session-statements.js';

/** A session between two macrosteps, without its mailbox. */
export type SessionHead = Omit<TurnRow, 'message_id' | 'event'>;

/** The oldest messages of a running session, and the session itself if it does not stand at the step that is known. */
export interface ReadTurn {
  id: string;
  head: SessionHead | null;
  messages: Message[] | null;
}

export interface Message {
  id: number;
  /** When it was stored; one that nobody stored has no time. */
  at?: string;
  event: SessionEvent;
}

export interface KnownSession {
  id: string;
  /** The step at which it is known; -1: not at all. */
  step: number;
}

/** Messages that are read ahead. */
export const READ_AHEAD = 8;

/**
 * What sessions have to do next. $1: their ids, $2: the steps at which they are known already (-1: not at all);
 * sessions that do not run are left out.
 */
const READ_TURNS = statement(
  'session-read-turns',
  `select s.id,
          case when s.step <> k.step then (
            select json_build_object('id', s.id, 'flow', s.flow, 'version', s.version, 'step', s.step,
                     'snapshot', s.snapshot, 'parameters', s.parameters, 'environment', s.environment,
                     'callback', s.callback, 'service', s.service, 'parent', s.parent, 'invoke_id', s.invoke_id,
                     'ors', coalesce(f.ors, false), 'attributes', coalesce(f.attributes, '{}'))
              from (select) as one left join flow_version f on f.flow = s.flow and f.version = s.version
          ) end as head,
          (select json_agg(json_build_object('id', m.id, 'at', m.at, 'event', m.event) order by m.id)
             from (select id, at, event from session_message where session = s.id order by id limit ${READ_AHEAD}) m
          ) as messages
     from unnest($1::text[], $2::integer[]) as k (id, step)
     join session s on s.id = k.id and s.state = 'running'`,
);

/** Reads what several sessions have to do, in their order; undefined for one that does not run. */
export async function readTurns(sql: Sql, known: readonly KnownSession[]): Promise<(ReadTurn | undefined)[]> {
  const values = [known.map(({ id }) => id), known.map(({ step }) => step)];
  const found = new Map((await sql.query<ReadTurn>(READ_TURNS, values)).map((turn) => [turn.id, turn]));
  return known.map(({ id }) => found.get(id));
}
