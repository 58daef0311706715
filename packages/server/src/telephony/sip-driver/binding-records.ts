import { instant } from '../../kernel/index.js';
import { type Sql, statement } from '../../store/sql.js';
import type { Peer } from '../sip/transport.js';

/** Where a phone is reached, and until when. */
export interface Binding {
  phone: string;
  /** The address of its contact. */
  contact: string;
  callId: string;
  cseq: number;
  /** Preference, 0 to 1. */
  quality: number;
  /** The way on which it registered, which is the way back through any router. */
  flow: Peer;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

interface Row {
  phone: string;
  contact: string;
  call_id: string;
  cseq: number;
  quality: number;
  flow: Peer;
  expires_at: number;
}

/** Puts the bindings of a phone into the place of those that it had, in one statement. */
const REPLACE = statement(
  'sip-binding-replace',
  `with wanted as (
     select * from jsonb_to_recordset($3::jsonb)
       as binding (contact text, "callId" text, cseq bigint, quality real, flow jsonb, "expiresAt" timestamptz)
   ), gone as (
     delete from sip_binding
     where switch = $1 and phone = $2 and contact not in (select contact from wanted)
   )
   insert into sip_binding (switch, phone, contact, call_id, cseq, quality, flow, expires_at)
   select $1, $2, contact, "callId", cseq, quality, flow, "expiresAt" from wanted
   on conflict (switch, phone, contact) do update
   set call_id = excluded.call_id, cseq = excluded.cseq, quality = excluded.quality, flow = excluded.flow,
       expires_at = excluded.expires_at`,
);

const LIVE = statement(
  'sip-binding-live',
  'select * from sip_binding where switch = $1 and expires_at > $2 order by phone, contact',
);

/** The bindings of one switch as they are stored. */
export class BindingRecords {
  constructor(
    private readonly sql: Sql,
    private readonly name: string,
  ) {}

  async replace(phone: string, bindings: readonly Binding[]): Promise<void> {
    const wanted = bindings.map((binding) => ({ ...binding, expiresAt: instant(binding.expiresAt) }));
    await this.sql.query(REPLACE, [this.name, phone, JSON.stringify(wanted)]);
  }

  async live(now: number): Promise<Binding[]> {
    const rows = await this.sql.query<Row>(LIVE, [this.name, instant(now)]);
    return rows.map(({ phone, contact, call_id, cseq, quality, flow, expires_at }) => ({
      phone,
      contact,
      callId: call_id,
      cseq,
      quality,
      flow,
      expiresAt: expires_at,
    }));
  }
}
