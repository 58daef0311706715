import { instant, newId } from '../../kernel/index.js';
import type { Decision, RouteRequest } from '../../routing/index.js';
import { type Sql, statement, type Transaction } from '../../store/index.js';
import type { LegChange } from '../../telephony/index.js';
import type { AgentAssignments } from './agent-assignments.js';
import type { AttemptInput } from './attempt.js';
import type { Errands } from './errands.js';
import { groupOptions } from './group-options.js';
import { readGroup, type StoredGroup } from './group-store.js';
import type { DialingParts } from './parts.js';
import { purposeOf } from './request-ids.js';

/**
 * - `requested`: the router looks for an agent
 * - `ringing`: the agent's phone rings
 * - `engaged`: the agent is on the line, and waits for a customer
 * - `serving`: a customer was given to the agent
 */
export type EngagementState = 'requested' | 'ringing' | 'engaged' | 'serving';

/** An agent who is on the line before anybody is dialed. Its id is that of the agent's call and leg. */
export interface Engagement {
  id: string;
  group: number;
  state: EngagementState;
  agent?: string;
  attempt?: string;
}

interface EngagementRow {
  id: string;
  group_dbid: number;
  state: EngagementState;
  agent: string | null;
  attempt: string | null;
}

const ADD = statement(
  'engagement-add',
  `insert into engagement (id, group_dbid, state, since) values ($1, $2, 'requested', $3)`,
);
const LOCK = statement('engagement-lock', 'select * from engagement where id = $1 for update');
const OF_GROUP = statement('engagement-of-group', 'select * from engagement where group_dbid = $1');
const SET = statement(
  'engagement-set',
  'update engagement set state = $2, agent = $3, attempt = $4, since = $5 where id = $1',
);
/** The one who waits longest. */
const TAKE = statement(
  'engagement-take',
  `update engagement set state = 'serving', attempt = $2, since = $3
   where id = (
     select id from engagement where group_dbid = $1 and state = 'engaged'
     order by since limit 1 for update skip locked
   )
   returning *`,
);
const END = statement('engagement-end', 'delete from engagement where id = $1');

/** A request waits so long for an agent; it is made anew as long as the mode asks for it. Milliseconds. */
const RESERVATION_MS = 10_000;
const PREFIX = 'outbound:engage:';

/**
 * The agents of the "and seize" modes: each is looked for by the router like for any other work, and is on the line before
 * a customer is dialed. One customer per engagement: afterwards the agent wraps up and is engaged anew.
 */
export class Engagements {
  readonly #parts: DialingParts;
  readonly #assignments: AgentAssignments;
  readonly #errands: Errands;
  readonly #changed: (group: number) => void;

  constructor(parts: DialingParts, assignments: AgentAssignments, errands: Errands, changed: (group: number) => void) {
    this.#parts = parts;
    this.#assignments = assignments;
    this.#errands = errands;
    this.#changed = changed;
  }

  listen(): void {
    const { router } = this.#parts;
    router.onSelected((tx, decision) => this.#selected(tx, decision));
    router.onTimeout((tx, request) => this.#ended(tx, request));
  }

  async of(sql: Sql, group: number): Promise<Engagement[]> {
    return (await sql.query<EngagementRow>(OF_GROUP, [group])).map(fromRow);
  }

  /** Has agents looked for. */
  async request(tx: Transaction, group: StoredGroup, count: number): Promise<void> {
    const now = this.#parts.clock.now();
    const targets = await this.#assignments.targets(tx, group);
    for (let index = 0; index < count; index += 1) {
      const id = newId();
      await tx.query(ADD, [id, group.dbid, instant(now)]);
      await this.#parts.router.submit(tx, {
        id: PREFIX + id,
        virtualQueue: group.name,
        targets,
        priority: 0,
        arrival: now,
        selectable: true,
        reservationMs: RESERVATION_MS,
      });
    }
  }

  /** Gives an agent who waits to an attempt. */
  async take(tx: Transaction, group: number, attempt: string): Promise<{ id: string; agent: string } | undefined> {
    const [row] = await tx.query<EngagementRow>(TAKE, [group, attempt, instant(this.#parts.clock.now())]);
    return row?.agent ? { id: row.id, agent: row.agent } : undefined;
  }

  /** Lets everybody go who has no customer: dialing has stopped, or the mode engages nobody. */
  async release(tx: Transaction, group: number): Promise<void> {
    const { router, calls } = this.#parts;
    for (const { id, state } of await this.of(tx, group)) {
      if (state === 'serving') continue;
      const isWaiting = state === 'requested';
      if (isWaiting && !(await router.cancel(tx, PREFIX + id))) await router.release(tx, PREFIX + id);
      await tx.query(END, [id]);
      if (!isWaiting) tx.afterCommit(() => this.#errands.run('letting an agent go', () => calls.hangup(id)));
    }
  }

  /** Takes news of the leg of an engaged agent. @param step into the attempt that the agent serves */
  async legChanged(
    tx: Transaction,
    leg: LegChange['leg'],
    step: (attempt: string, input: AttemptInput) => Promise<void>,
  ): Promise<void> {
    const [row] = await tx.query<EngagementRow>(LOCK, [leg.id]);
    const engagement = row && fromRow(row);
    if (!engagement) return;
    const { id, group, state, agent = null, attempt } = engagement;
    if (leg.state === 'answered' && state === 'ringing') {
      await tx.query(SET, [id, 'engaged', agent, null, instant(this.#parts.clock.now())]);
    } else if (leg.state === 'ended') {
      await tx.query(END, [id]);
      if (attempt !== undefined) await step(attempt, { type: 'agent-lost' });
    } else return;
    tx.afterCommit(() => this.#changed(group));
  }

  /** Rings again whose phone a dead process may not have rung. */
  resume(engagement: Engagement): void {
    if (engagement.state !== 'ringing') return;
    this.#errands.run('ringing an agent', () => this.#parts.calls.dial(engagement.id));
  }

  async #selected(tx: Transaction, { request, agent }: Decision): Promise<void> {
    if (purposeOf(request.id) !== 'engage') return;
    const id = request.id.slice(PREFIX.length);
    const [row] = await tx.query<EngagementRow>(LOCK, [id]);
    const group = row && (await readGroup(tx, row.group_dbid));
    if (row?.state !== 'requested' || !group) {
      await this.#parts.router.release(tx, request.id);
      return;
    }
    const { calls, clock, configuration } = this.#parts;
    const options = groupOptions(configuration, group);
    await calls.intend(tx, {
      legId: id,
      callId: id,
      role: 'agent',
      number: agent.dn,
      from: options.from,
      timeoutMs: options.agentRingMs,
      callProgress: false,
      agentId: agent.id,
      userData: { GSW_CAMPAIGN_NAME: group.campaign.name, GSW_CAMPAIGN_GROUP_NAME: group.name },
    });
    await tx.query(SET, [id, 'ringing', agent.id, null, instant(clock.now())]);
    tx.afterCommit(() => this.#errands.run('ringing an agent', () => calls.dial(id)));
  }

  async #ended(tx: Transaction, request: RouteRequest): Promise<void> {
    if (purposeOf(request.id) === 'engage') await tx.query(END, [request.id.slice(PREFIX.length)]);
  }
}

function fromRow(row: EngagementRow): Engagement {
  return {
    id: row.id,
    group: row.group_dbid,
    state: row.state,
    ...(row.agent !== null && { agent: row.agent }),
    ...(row.attempt !== null && { attempt: row.attempt }),
  };
}
