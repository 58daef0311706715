import { instant, type JsonObject } from '../kernel/index.js';
import { type Database, statement } from '../store/index.js';

/** Which records of Callback reporting are wanted; times in milliseconds since 1970, the end not included. */
export interface ReportRange {
  from?: number;
  to?: number;
  service?: string;
  /** Only what became of callbacks, not that they were accepted. */
  finalOnly?: boolean;
}

const COLUMNS = [
  ...['_CB_SERVICE_ID', 'service', 'number', 'at', 'state', 'reason', '_CB_FINAL_RECORD', '_CB_DIM_TYPE'],
  ...['_CB_DIM_CHANNEL', '_CB_DIM_CONNECT_ORDER', '_CB_DIM_VQ', '_CB_DISPOSITION', '_CB_T_CALLBACK_ACCEPTED'],
  ...['_CB_T_SERVICE_START', '_CB_T_SERVICE_END', '_CB_D_WAITING_FOR_AGENT_OFFLINE', '_CB_D_ESTABLISH_MEDIA_IXN'],
  ...['_CB_D_CUSTOMER_CONNECTED_WAITING_FOR_AGENT', '_CB_POS_WHEN_CALLBACK_WAS_OFFERED'],
  ...['_CB_EWT_WHEN_CALLBACK_WAS_OFFERED', '_CB_POS_WHEN_READY_TO_START_MEDIA_IXN'],
  ...['_CB_EWT_WHEN_READY_TO_START_MEDIA_IXN', '_CB_N_DIAL_ATTEMPTS', '_CB_DIAL_1_RESULT', '_CB_DIAL_2_RESULT'],
  ...['_CB_DIAL_3_RESULT', '_CB_DIAL_4_RESULT', '_CB_DIAL_5_RESULT'],
] as const;

const PAGE = 500;

const READ = statement(
  'callback-report',
  `select f.fact_key, f.added_at, f.service_id, f.record from callback_fact f
    where f.added_at >= $1 and f.added_at < $2 and ($3::text is null or f.service_name = $3)
      and (f.final_record = 1 or not $4::boolean)
      and (f.added_at, f.fact_key) > ($5::timestamptz, $6::bigint)
    order by f.added_at, f.fact_key limit $7`,
);

interface FactRow {
  fact_key: number;
  added_at: number;
  service_id: string;
  record: JsonObject;
}

const BEGINNING = 0;
const END_OF_TIME = Date.UTC(9999, 11, 31);

/** The records of Callback reporting, one when a callback is accepted and one when it is over, oldest first. */
export class CallbackReport {
  /** What a table of the records shows, in this order; records may have more. */
  readonly columns: readonly string[] = COLUMNS;

  constructor(private readonly database: Database) {}

  async *records({
    from = BEGINNING,
    to = END_OF_TIME,
    service,
    finalOnly = false,
  }: ReportRange): AsyncGenerator<JsonObject> {
    let after = { at: BEGINNING, key: 0 };
    for (;;) {
      const rows: FactRow[] = await this.database.query<FactRow>(READ, [
        ...[instant(from), instant(to), service ?? null, finalOnly],
        ...[instant(after.at), after.key, PAGE],
      ]);
      for (const { record, added_at: at, service_id: id } of rows) {
        yield { ...record, at: instant(at), _CB_SERVICE_ID: id };
      }
      const last = rows.at(-1);
      if (rows.length < PAGE || !last) return;
      after = { at: last.added_at, key: last.fact_key };
    }
  }
}
