import type { JsonObject } from '../kernel/index.js';
import { statement } from '../store/sql.js';
import type { DialDecision } from './dial-decision.js';
import type { Leg } from './leg.js';

/** A row of table `leg`. */
export interface LegRow {
  id: string;
  call_id: string;
  role: Leg['role'];
  number: string;
  from_number: string;
  caller_name: string | null;
  timeout_ms: number;
  call_progress: boolean;
  agent_id: string | null;
  session: string | null;
  callback: string | null;
  attempt: number | null;
  user_data: JsonObject;
  life: string;
  state: Leg['state'];
  progress: NonNullable<Leg['progress']> | null;
  cause: NonNullable<Leg['cause']> | null;
  intended_at: number;
  dialed_at: number | null;
  ringing_at: number | null;
  answered_at: number | null;
  ended_at: number | null;
  bridge_id: string | null;
  joined_at: number | null;
  /** As `storeDecisions` writes it; without steps where there is no dial plan. */
  dial_plan: DialDecision | null;
}

export function toLeg(row: LegRow): Leg {
  return {
    id: row.id,
    callId: row.call_id,
    role: row.role,
    number: row.number,
    from: row.from_number,
    ...(row.caller_name !== null && { callerName: row.caller_name }),
    timeoutMs: row.timeout_ms,
    callProgress: row.call_progress,
    ...(row.agent_id !== null && { agentId: row.agent_id }),
    ...(row.session !== null && { session: row.session }),
    ...(row.callback !== null && { callback: row.callback }),
    ...(row.attempt !== null && { attempt: row.attempt }),
    userData: row.user_data,
    state: row.state,
    ...(row.progress !== null && { progress: row.progress }),
    ...(row.cause !== null && { cause: row.cause }),
    intendedAt: row.intended_at,
    ...(row.dialed_at !== null && { dialedAt: row.dialed_at }),
    ...(row.ringing_at !== null && { ringingAt: row.ringing_at }),
    ...(row.answered_at !== null && { answeredAt: row.answered_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.bridge_id !== null && { bridgeId: row.bridge_id }),
    ...(row.joined_at !== null && { joinedAt: row.joined_at }),
    ...(row.dial_plan && row.dial_plan.steps.length > 0 && { decision: row.dial_plan }),
  };
}

/** Stores an intent; nothing when the leg exists. */
export const INTEND = statement(
  'leg-intend',
  `insert into leg (id, call_id, role, number, from_number, caller_name, timeout_ms, call_progress, agent_id, session,
                    callback, attempt, user_data, life, state, intended_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'intended', $15)
   on conflict (id) do nothing`,
);

/** Notes where intended legs go, and the numbers that they show: `[{id, plan, shown, caller_name}]`. */
export const DECIDE = statement(
  'leg-decide',
  `update leg set dial_plan = decided.plan, from_number = decided.shown,
                  caller_name = coalesce(decided.caller_name, leg.caller_name)
   from jsonb_to_recordset($1::jsonb) as decided (id text, plan jsonb, shown text, caller_name text)
   where leg.id = decided.id and leg.state = 'intended'
   returning leg.id`,
);

/** Stores an inbound leg, which rings; returns nothing when it is known. */
export const ARRIVE = statement(
  'leg-arrive',
  `insert into leg (id, call_id, role, number, from_number, timeout_ms, call_progress, user_data, life, state,
                    intended_at, ringing_at)
   values ($1, $1, 'inbound', $2, $3, 0, false, $4, $5, 'ringing', $6, $6)
   on conflict (id) do nothing
   returning *`,
);

export const READ = statement('leg-read', 'select * from leg where id = $1');

export const READ_MANY = statement('leg-read-many', 'select * from leg where id = any($1)');

export const LOCK = statement('leg-lock', 'select * from leg where id = $1 for update');

/** Always in the same order, so that two joins cannot block each other. */
export const LOCK_MANY = statement('leg-lock-many', 'select * from leg where id = any($1) order by id for update');

export const STORE = statement(
  'leg-store',
  `update leg
   set state = $3, progress = $4, cause = $5, dialed_at = $6, ringing_at = $7, answered_at = $8, ended_at = $9,
       joined_at = $10
   where id = $1 and state = $2
   returning id`,
);

/** What `STORE` stores, of legs that are locked: `[{id, state, progress, ...}]`. */
export const STORE_MANY = statement(
  'leg-store-many',
  `update leg
   set state = news.state, progress = news.progress, cause = news.cause, dialed_at = news.dialed_at,
       ringing_at = news.ringing_at, answered_at = news.answered_at, ended_at = news.ended_at, joined_at = news.joined_at
   from jsonb_to_recordset($1::jsonb) as news (
     id text, state text, progress text, cause text, dialed_at timestamptz, ringing_at timestamptz,
     answered_at timestamptz, ended_at timestamptz, joined_at timestamptz
   )
   where leg.id = news.id`,
);

export const OF_CALL = statement('leg-of-call', 'select * from leg where call_id = $1 order by intended_at, id');

export const OF_IDS = statement('leg-of-ids', 'select * from leg where id = any($1) order by intended_at, id');

export const OF_CALLBACK = statement(
  'leg-of-callback',
  'select * from leg where callback = $1 order by intended_at, id',
);

export const OF_SESSION = statement('leg-of-session', 'select * from leg where session = $1 order by intended_at, id');

/** The legs that have not ended, a page after the id $1. */
export const UP = statement('leg-up', 'select * from leg where ended_at is null and id > $1 order by id limit $2');

/** Notes the bridge, or what is wanted of it; locks it in either case. */
export const NOTE_BRIDGE = statement(
  'bridge-note',
  `insert into bridge (id, releases_last) values ($1, coalesce($2, true))
   on conflict (id) do update set releases_last = coalesce($2, bridge.releases_last)`,
);

export const LOCK_BRIDGE = statement('bridge-lock', 'select releases_last from bridge where id = $1 for update');

export const FORGET_BRIDGE = statement('bridge-forget', 'delete from bridge where id = $1');

export const ENTER_BRIDGE = statement(
  'leg-enter-bridge',
  'update leg set bridge_id = $2, joined_at = null where id = any($1) and bridge_id is distinct from $2',
);

export const LEAVE_BRIDGE = statement(
  'leg-leave-bridge',
  'update leg set bridge_id = null, joined_at = null where id = $1 and ended_at is null',
);

/** The legs of bridge $1 that are up. */
export const UP_IN_BRIDGE = statement(
  'leg-up-in-bridge',
  'select id from leg where bridge_id = $1 and ended_at is null',
);

/** Legs whose partners have all ended, in bridges that release the last leg. */
export const LEFT_ALONE = statement(
  'leg-left-alone',
  `select leg.id from leg join bridge on bridge.id = leg.bridge_id and bridge.releases_last
   where leg.ended_at is null
     and exists (select from leg other where other.bridge_id = leg.bridge_id and other.ended_at is not null)
     and not exists (select from leg other
                     where other.bridge_id = leg.bridge_id and other.id <> leg.id and other.ended_at is null)`,
);

export const PURGE = statement(
  'leg-purge',
  `delete from leg where id in (select id from leg where ended_at < $1 order by ended_at limit $2) returning id`,
);
