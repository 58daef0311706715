import { instant } from '../../kernel/index.js';
import { type Bindable, type Sql, statement } from '../../store/sql.js';
import type { SessionRecord } from '../sip/session.js';
import type { Cause, LegState } from '../switch.js';
import type { LegRecord, StoredInvite } from './carried-leg.js';

interface Row {
  id: string;
  direction: LegRecord['direction'];
  number: string;
  from_number: string;
  device: string | null;
  trunk: string | null;
  state: LegState;
  cause: Cause | null;
  dialed_at: number | null;
  ringing_at: number | null;
  answered_at: number | null;
  ended_at: number | null;
  bridge_id: string | null;
  joined_at: number | null;
  held: boolean;
  invites: StoredInvite[];
  session: SessionRecord | null;
}

/** Stores a leg; nothing when it is known. */
const BEGIN = statement(
  'sip-leg-begin',
  `insert into sip_leg (id, switch, direction, number, from_number, device, trunk, state, cause, dialed_at, ringing_at,
                        answered_at, ended_at, bridge_id, joined_at, held, invites, session)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
   on conflict (id) do nothing
   returning id`,
);

/** Stores how a leg stands; what has ended stays so. */
const STORE = statement(
  'sip-leg-store',
  `update sip_leg
   set device = $3, trunk = $4, state = $5, cause = $6, dialed_at = $7, ringing_at = $8, answered_at = $9, ended_at = $10,
       bridge_id = $11, joined_at = $12, held = $13, invites = $14, session = $15
   where id = $1 and switch = $2 and ended_at is null`,
);

const UP = statement('sip-leg-up', 'select * from sip_leg where switch = $1 and ended_at is null order by id');

const OF_IDS = statement('sip-leg-of-ids', 'select * from sip_leg where switch = $1 and id = any($2)');

const PURGE = statement(
  'sip-leg-purge',
  `delete from sip_leg where id in (select id from sip_leg where ended_at < $1 order by ended_at limit 1000) returning id`,
);

/** The legs of one switch as they are stored. */
export class LegRecords {
  constructor(
    private readonly sql: Sql,
    private readonly name: string,
  ) {}

  /** @returns false when the leg is known; then nothing is stored */
  async begin(record: LegRecord): Promise<boolean> {
    const { id, direction, number, from } = record;
    const [, , ...changing] = values(record, this.name);
    const rows = await this.sql.query(BEGIN, [id, this.name, direction, number, from, ...changing]);
    return rows.length > 0;
  }

  async store(record: LegRecord): Promise<void> {
    await this.sql.query(STORE, values(record, this.name));
  }

  async up(): Promise<LegRecord[]> {
    return (await this.sql.query<Row>(UP, [this.name])).map(recordOf);
  }

  async find(ids: readonly string[]): Promise<LegRecord[]> {
    return ids.length === 0 ? [] : (await this.sql.query<Row>(OF_IDS, [this.name, ids])).map(recordOf);
  }

  /** Deletes what ended before a time. */
  async purge(endedBefore: number): Promise<void> {
    await this.sql.query(PURGE, [instant(endedBefore)]);
  }
}

function values(record: LegRecord, name: string): Bindable[] {
  const time = (at: number | undefined) => (at === undefined ? null : instant(at));
  return [
    record.id,
    name,
    record.device ?? null,
    record.trunk ?? null,
    record.state,
    record.cause ?? null,
    time(record.dialedAt),
    time(record.ringingAt),
    time(record.answeredAt),
    time(record.endedAt),
    record.bridgeId ?? null,
    time(record.joinedAt),
    record.held,
    JSON.stringify(record.invites),
    record.session ? JSON.stringify(record.session) : null,
  ];
}

function recordOf(row: Row): LegRecord {
  return {
    id: row.id,
    direction: row.direction,
    number: row.number,
    from: row.from_number,
    ...(row.device !== null && { device: row.device }),
    ...(row.trunk !== null && { trunk: row.trunk }),
    state: row.state,
    ...(row.cause !== null && { cause: row.cause }),
    ...(row.dialed_at !== null && { dialedAt: row.dialed_at }),
    ...(row.ringing_at !== null && { ringingAt: row.ringing_at }),
    ...(row.answered_at !== null && { answeredAt: row.answered_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.bridge_id !== null && { bridgeId: row.bridge_id }),
    ...(row.joined_at !== null && { joinedAt: row.joined_at }),
    held: row.held,
    invites: row.invites,
    ...(row.session !== null && { session: row.session }),
  };
}
