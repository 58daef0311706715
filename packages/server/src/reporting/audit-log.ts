import { type Clock, instant, type JsonValue } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';

/** One administrative change. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  at: number;
  /** The user, or the configuration file that was applied. */
  author: string;
  /** IP address of the client, if it came over HTTP. */
  address?: string | undefined;
  /** `created`, `updated` or `deleted` for configured objects; otherwise the request, such as `POST /campaign-groups/:name/start`. */
  action: string;
  kind: string;
  name: string;
  /** The configured object before and after, without secrets. */
  before?: JsonValue | undefined;
  after?: JsonValue | undefined;
}

export type StoredAuditEntry = AuditEntry & { id: string };

export interface AuditFilter {
  author?: string | undefined;
  kind?: string | undefined;
  name?: string | undefined;
  /** Milliseconds since 1970: from (inclusive) and to (exclusive). */
  from?: number | undefined;
  to?: number | undefined;
}

interface Row {
  id: string;
  at: number;
  author: string;
  address: string | null;
  action: string;
  kind: string;
  name: string;
  before: JsonValue | null;
  after: JsonValue | null;
}

const INSERT = statement(
  'audit-insert',
  `insert into audit_entry (at, author, address, action, kind, name, before, after)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);
const PAGE = statement(
  'audit-page',
  `select id::text, at, author, address, action, kind, name, before, after
     from audit_entry
    where ($1::text is null or author = $1)
      and ($2::text is null or kind = $2)
      and ($3::text is null or name = $3)
      and ($4::timestamptz is null or at >= $4)
      and ($5::timestamptz is null or at < $5)
      and ($6::bigint is null or id < $6)
    order by id desc
    limit $7`,
);
const PURGE = statement('audit-purge', 'delete from audit_entry where at < $1');

/** Who changed what, and when: kept for years, shown to administrators. */
export class AuditLog {
  readonly #clock: Clock;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Stores entries, in the transaction of the change itself where there is one. */
  async record(sql: Sql, entries: readonly Omit<AuditEntry, 'at'>[]): Promise<void> {
    const at = instant(this.#clock.now());
    for (const { author, address, action, kind, name, before, after } of entries) {
      await sql.query(INSERT, [at, author, address ?? null, action, kind, name, stored(before), stored(after)]);
    }
  }

  /**
   * Entries, the latest first.
   * @param page `before`: the id of the last entry of the page before
   */
  async list(
    sql: Sql,
    { author, kind, name, from, to }: AuditFilter,
    page: { limit: number; before?: string | undefined },
  ): Promise<StoredAuditEntry[]> {
    const times = [from, to].map((time) => (time === undefined ? null : instant(time)));
    const subject = [author ?? null, kind ?? null, name ?? null];
    const rows = await sql.query<Row>(PAGE, [...subject, ...times, page.before ?? null, page.limit]);
    return rows.map(({ address, before, after, ...entry }) => ({
      ...entry,
      ...(address !== null && { address }),
      ...(before !== null && { before }),
      ...(after !== null && { after }),
    }));
  }

  /** Deletes what is older. @param before milliseconds since 1970 */
  async purge(sql: Sql, before: number): Promise<void> {
    await sql.query(PURGE, [instant(before)]);
  }
}

function stored(value: JsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
