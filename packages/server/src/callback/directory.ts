import { instant, type JsonObject } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { statement } from '../store/sql.js';
import { CALLBACK_COLUMNS, type CallbackRow, READ_CALLBACK, recordOf } from './callback-record.js';

const LIST = statement(
  'callback-list',
  `select ${CALLBACK_COLUMNS} from callback c
    where ($1::text is null or c.state = $1) and ($2::text is null or c.service = $2)
      and ($3::timestamptz is null or (c.created_at, c.id) < ($3, $4))
    order by c.created_at desc, c.id desc limit $5`,
);

/** Reads callbacks for people: all of them, newest first, whatever their service. */
export class CallbackDirectory {
  constructor(private readonly database: Database) {}

  /** @param filter.cursor the `next` of the page before */
  async list(filter: {
    state?: string;
    service?: string;
    limit: number;
    cursor?: string;
  }): Promise<{ callbacks: JsonObject[]; next?: string }> {
    const [after, id] = filter.cursor?.split(' ') ?? [];
    const values = [filter.state ?? null, filter.service ?? null, after ?? null, id ?? null, filter.limit + 1];
    const rows = await this.database.query<CallbackRow>(LIST, values);
    const page = rows.slice(0, filter.limit);
    const last = page.at(-1);
    return {
      callbacks: page.map(described),
      ...(rows.length > filter.limit && last && { next: `${instant(last.created_at)} ${last.id}` }),
    };
  }

  async get(id: string): Promise<JsonObject | undefined> {
    const [row] = await this.database.query<CallbackRow>(READ_CALLBACK, [id]);
    return row && described(row);
  }
}

/** A callback with all that it carries, for people. */
export function described(row: CallbackRow): JsonObject {
  return {
    ...row.properties,
    ...recordOf(row, Object.keys(row.lookup)),
    _created_time: instant(row.created_at),
    _changed_time: instant(row.changed_at),
  };
}
