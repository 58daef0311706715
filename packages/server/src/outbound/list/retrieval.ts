import { type Sql, statement } from '../../store/sql.js';

import { numberArray } from './array-literal.js';
import { type Candidate, candidates, candidatesOfEach, typesServed } from './candidates.js';
import type { PresentWindow } from './daily-windows.js';
import type { FilterSql } from './filter.js';
import type { ListSettings } from './list-settings.js';
import { type DialingPriority, type TurnOfTypes, takeInTurns, typesInOrder } from './priority.js';
import type { Chain, ListRecord, RecordOwner } from './record.js';
import { RecordStatus } from './record-status.js';
import { type CampaignTypeName, campaignTypes, RecordType } from './record-type.js';
import { takeChains } from './taking.js';
import { windowAt } from './waiting.js';

export interface Retrieval {
  list: string;
  owner: RecordOwner;
  /** Most chains. */
  limit: number;
  /** Milliseconds since 1970. */
  now: number;
  priorities: DialingPriority;
}

/** What is taken from one list at one time. */
export interface RetrievalContext {
  list: { id: number; name: string };
  settings: ListSettings;
  filter: FilterSql;
  owner: RecordOwner;
  limit: number;
  now: number;
  /** The windows that Ready records have; a few too many do no harm. */
  windows: readonly PresentWindow[];
}

export interface Retrieved {
  chains: Chain[];
  /** Records that are on the do-not-call list and left the list for it. */
  barred: ListRecord[];
  /** Where the round over the types stands. */
  turn?: TurnOfTypes | undefined;
}

/** Chains that are passed over (do-not-call, or just being taken by somebody else) are made up for this often. */
const MOST_ROUNDS = 50;

/**
 * The next chains of a list for the agents of a campaign group (spec outbound.md 5.2): by type in turns of
 * `dialing_priority`, each type by due time and record_id or by the list's filter. Fewer than `limit` come back only when
 * there are no more.
 */
export async function retrieveChains(
  sql: Sql,
  context: RetrievalContext,
  priorities: DialingPriority,
  turn?: TurnOfTypes,
): Promise<Retrieved> {
  const open = openWindows(context);
  const pick = async (limit: number, passedOver: ReadonlySet<number>) => {
    const queues = await queuesOf(sql, context, open, limit, passedOver, typesInOrder(priorities));
    const taken = takeInTurns(queues, priorities, limit, turn);
    turn = taken.turn;
    return taken.items;
  };
  const types = campaignTypes.flatMap((name) => typesServed[name]);
  return { ...(await collect(sql, context, open, types, pick)), turn };
}

/** Chains with a personal record of `agentId` that is due; without an agent, of anybody. */
export async function retrievePersonal(
  sql: Sql,
  context: RetrievalContext,
  { agentId, dueBefore }: { agentId?: string | undefined; dueBefore: number },
): Promise<Retrieved> {
  const types = [RecordType.PersonalCallBack, RecordType.PersonalRescheduled];
  const open = openWindows(context).filter(({ type }) => types.some((one) => one === type));
  const pick = async (limit: number, passedOver: ReadonlySet<number>) => {
    const rows = await sql.query<{ chain_id: number }>(agentId === undefined ? ANYBODYS : AGENTS, [
      context.list.id,
      Math.floor(dueBefore / 1000),
      numberArray(open.map(({ id }) => id)),
      context.settings.maxAttempts,
      limit + passedOver.size,
      ...(agentId === undefined ? [] : [agentId]),
    ]);
    const chains = [...new Set(rows.map((row) => row.chain_id))];
    return chains.filter((chain) => !passedOver.has(chain)).slice(0, limit);
  };
  return collect(sql, context, open, types, pick, agentId);
}

// Personal records may be dialed by their agent whatever the filter of the list says: they were agreed upon.
const PERSONAL = `select r.chain_id from calling_record r
  where r.list_id = $1 and r.record_status = 1 and r.record_type in (4, 5)
    and r.due_at <= $2 and r.window_id = any ($3::int[]) and r.attempt < $4`;
const ANYBODYS = statement('calling-record-personal-due', `${PERSONAL} order by r.due_at, r.record_id limit $5`);
const AGENTS = statement(
  'calling-record-personal-of-agent',
  `${PERSONAL} and r.agent_id = $6 order by r.due_at, r.record_id limit $5`,
);

function openWindows({ windows, settings, now }: RetrievalContext): PresentWindow[] {
  return windows.filter((window) => windowAt(window, settings, now).open);
}

/** To begin with: most chains have one record. */
const RECORDS_PER_CHAIN = 1.5;

/** The candidate chains of each type in their order; a chain with records of several types is one of the most important. */
async function queuesOf(
  sql: Sql,
  { list, settings, filter, now }: RetrievalContext,
  open: readonly PresentWindow[],
  limit: number,
  passedOver: ReadonlySet<number>,
  types: readonly CampaignTypeName[],
): Promise<Record<CampaignTypeName, number[]>> {
  const queues: Record<CampaignTypeName, number[]> = { General: [], CampaignRescheduled: [], CampaignCallBack: [] };
  const seen = new Set<number>();
  const windowsOf = (name: CampaignTypeName) =>
    open.filter(({ type }) => typesServed[name].some((served) => served === type));
  const query = { list: list.id, now, maxAttempts: settings.maxAttempts, filter };
  const asked = Math.ceil(limit * RECORDS_PER_CHAIN) + passedOver.size;
  const first = await candidatesOfEach(sql, { ...query, limit: asked }, types.map(windowsOf));
  for (const [index, name] of types.entries()) {
    let records = asked;
    let found = chainsOf(first[index] ?? [], passedOver);
    // Several records of one chain stand for one; look further until there are enough chains, or no more records.
    while (found.chains.length < limit && found.records === records) {
      records *= 4;
      found = chainsOf(await candidates(sql, { ...query, windows: windowsOf(name), limit: records }), passedOver);
    }
    queues[name] = found.chains.filter((chain) => !seen.has(chain));
    for (const chain of queues[name]) seen.add(chain);
  }
  return queues;
}

function chainsOf(found: readonly Candidate[], passedOver: ReadonlySet<number>): { chains: number[]; records: number } {
  const chains = new Set(found.map(({ chainId }) => chainId));
  for (const chain of passedOver) chains.delete(chain);
  return { chains: [...chains], records: found.length };
}

/** Picks and takes chains until there are enough or no more. */
async function collect(
  sql: Sql,
  context: RetrievalContext,
  open: readonly PresentWindow[],
  types: readonly number[],
  pick: (limit: number, passedOver: ReadonlySet<number>) => Promise<number[]>,
  agentId?: string,
): Promise<Retrieved> {
  const { list, settings, owner, now, limit } = context;
  const chains: Chain[] = [];
  const barred: ListRecord[] = [];
  const passedOver = new Set<number>();
  const openWindowIds = new Set(open.map(({ id }) => id));
  for (let round = 0; round < MOST_ROUNDS && chains.length < limit && open.length > 0; round += 1) {
    const picked = await pick(limit - chains.length, passedOver);
    if (picked.length === 0) break;
    const taken = await takeChains(sql, {
      list,
      chains: picked,
      owner,
      now,
      maxAttempts: settings.maxAttempts,
      openWindows: openWindowIds,
      types: new Set(types),
      checkDoNotCall: settings.checkDoNotCall,
      checkDoNotCallForCallbacks: settings.checkDoNotCallForCallbacks,
      agentId,
    });
    barred.push(...taken.barred);
    for (const chainId of picked) {
      const chain = taken.chains.get(chainId);
      if (!chain) passedOver.add(chainId);
      else if (chain.records.some(({ recordStatus }) => recordStatus === RecordStatus.Retrieved)) chains.push(chain);
    }
  }
  return { chains: await inDialingOrder(sql, context, chains), barred };
}

/** Records of chains in the order of the list's filter, where it has one. */
async function inDialingOrder(sql: Sql, { list, filter }: RetrievalContext, chains: Chain[]): Promise<Chain[]> {
  const several = chains.filter(({ records }) => records.length > 1);
  if (filter.order === undefined || several.length === 0) return chains;
  const rows = await sql.query<{ chain_id: number; chain_n: number }>(
    `select r.chain_id, r.chain_n from calling_record r
     where r.list_id = $1 and r.chain_id = any ($2::bigint[]) order by ${filter.order}, r.chain_n`,
    [list.id, numberArray(several.map(({ chainId }) => chainId))],
  );
  const places = new Map(rows.map((row, place) => [`${row.chain_id}/${row.chain_n}`, place]));
  const placeOf = (record: ListRecord) => places.get(`${record.chainId}/${record.chainN}`) ?? rows.length;
  return chains.map((chain) => ({
    ...chain,
    records: [...chain.records].sort((one, other) => placeOf(one) - placeOf(other)),
  }));
}
