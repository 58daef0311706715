import { instant } from '../kernel/index.js';
import { type Bindable, type Sql, statement } from '../store/index.js';
import { type AgentState, type AgentStatus, newAgent } from './agent.js';
import { NO_TALLY, type Tally } from './tally.js';

/** A row of `agent_state`. */
export interface AgentRow {
  agent: string;
  state: AgentStatus;
  since: number;
  reason: string | null;
  call: string | null;
  answered_at: number | null;
  request: string | null;
  occupied_since: number | null;
  idle_since: number | null;
  until: number | null;
  next_state: 'not-ready' | 'logged-out' | null;
  next_reason: string | null;
  version: number;
  counted_from: number;
  answered: number;
  completed: number;
  occupied_ms: number;
  staffed_ms: number;
  staffed_since: number | null;
}

export interface StoredAgent {
  state: AgentState;
  version: number;
  tally: Tally;
}

const COLUMNS =
  'agent, state, since, reason, call, answered_at, request, occupied_since, idle_since, until, next_state, ' +
  'next_reason, version, counted_from, answered, completed, occupied_ms, staffed_ms, staffed_since';

const FIND = statement('agent-find', `select ${COLUMNS} from agent_state where agent = any($1)`);

const ALL = statement('agent-all', `select ${COLUMNS} from agent_state`);

export const AGENT_VERSIONS = statement('agent-versions', 'select agent as id, version from agent_state');

const LOCK = statement('agent-lock', `select ${COLUMNS} from agent_state where agent = $1 for no key update`);

const ADD = statement(
  'agent-add',
  `insert into agent_state (agent, state, since, version) values ($1, 'logged-out', $2, 0) on conflict do nothing`,
);

const CHANGE = statement(
  'agent-change',
  `update agent_state
   set state = $2, since = $3, reason = $4, call = $5, answered_at = $6, request = $7, occupied_since = $8,
       idle_since = $9, until = $10, next_state = $11, next_reason = $12, counted_from = $13, answered = $14,
       completed = $15, occupied_ms = $16, staffed_ms = $17, staffed_since = $18, version = version + 1
   where agent = $1
   returning version`,
);

export async function findAgents(sql: Sql, ids: readonly string[]): Promise<StoredAgent[]> {
  return (await sql.query<AgentRow>(FIND, [ids])).map(toStoredAgent);
}

export async function allAgents(sql: Sql): Promise<StoredAgent[]> {
  return (await sql.query<AgentRow>(ALL)).map(toStoredAgent);
}

/** Reads an agent's state and keeps it from changing until the transaction ends. */
export async function lockAgent(tx: Sql, id: string, now: number): Promise<StoredAgent> {
  const [row] = await tx.query<AgentRow>(LOCK, [id]);
  if (row) return toStoredAgent(row);
  await tx.query(ADD, [id, instant(now)]);
  const [added] = await tx.query<AgentRow>(LOCK, [id]);
  return added ? toStoredAgent(added) : { state: newAgent(id), version: 0, tally: NO_TALLY };
}

/** @returns the new version */
export async function storeAgent(tx: Sql, state: AgentState, tally: Tally): Promise<number> {
  const values: Bindable[] = [
    state.id,
    state.state,
    instant(state.since),
    state.reason ?? null,
    state.call ?? null,
    instantOrNull(state.answeredAt),
    state.request ?? null,
    instantOrNull(state.occupiedSince),
    instantOrNull(state.idleSince),
    instantOrNull(state.until),
    state.next?.state ?? null,
    state.next?.reason ?? null,
    instant(tally.from),
    tally.answered,
    tally.completed,
    Math.round(tally.occupiedMs),
    Math.round(tally.staffedMs),
    instantOrNull(tally.staffedSince),
  ];
  const [row] = await tx.query<{ version: number }>(CHANGE, values);
  return row?.version ?? 0;
}

function instantOrNull(time: number | undefined): string | null {
  return time === undefined ? null : instant(time);
}

function toStoredAgent(row: AgentRow): StoredAgent {
  const { reason, call, answered_at, request, occupied_since, idle_since, until, next_state, next_reason } = row;
  return {
    version: row.version,
    tally: {
      from: row.counted_from,
      answered: row.answered,
      completed: row.completed,
      occupiedMs: row.occupied_ms,
      staffedMs: row.staffed_ms,
      ...(row.staffed_since === null ? {} : { staffedSince: row.staffed_since }),
    },
    state: {
      id: row.agent,
      state: row.state,
      since: row.since,
      ...(reason === null ? {} : { reason }),
      ...(call === null ? {} : { call }),
      ...(answered_at === null ? {} : { answeredAt: answered_at }),
      ...(request === null ? {} : { request }),
      ...(occupied_since === null ? {} : { occupiedSince: occupied_since }),
      ...(idle_since === null ? {} : { idleSince: idle_since }),
      ...(until === null ? {} : { until }),
      ...(next_state === null
        ? {}
        : { next: { state: next_state, ...(next_reason === null ? {} : { reason: next_reason }) } }),
    },
  };
}
