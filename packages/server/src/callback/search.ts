import { instant, type JsonObject } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { statement } from '../store/sql.js';
import { CALLBACK_COLUMNS, type CallbackRow } from './callback-record.js';
import { described } from './directory.js';
import type { CallbackState } from './life-cycle.js';
import { SERVICES_WITH_CALLBACKS } from './overview.js';

/** `$1` services, `$2` and `$3` the range of desired times, `$4` states, `$5` digits of the customer's number. */
const MATCHES = `service = known.service and desired_at >= $2 and desired_at < $3
        and ($4::text[] is null or state = any ($4))
        and ($5::text is null or regexp_replace(customer_number, '[^0-9]', '', 'g') like '%' || $5 || '%')`;

const PAGE = statement(
  'callback-search',
  `${SERVICES_WITH_CALLBACKS}
   select ${CALLBACK_COLUMNS} from known
    cross join lateral (
      select * from callback
       where ${MATCHES} and ($6::timestamptz is null or (desired_at, id) > ($6, $7))
       order by desired_at, id limit $8
    ) c
    where $1::text[] is null or known.service = any ($1)
    order by c.desired_at, c.id limit $8`,
);

const COUNT = statement(
  'callback-search-count',
  `${SERVICES_WITH_CALLBACKS}
   select c.state, count(*)::integer as count from known
    cross join lateral (select state from callback where ${MATCHES}) c
    where $1::text[] is null or known.service = any ($1)
    group by 1`,
);

/** What callbacks are looked for; an empty list of states or services is no restriction. */
export interface CallbackSearchFilter {
  /** Desired times, milliseconds since 1970; `to` is not included. */
  from: number;
  to: number;
  states: readonly string[];
  services: readonly string[];
  /** Part of the customer's number, in any notation. */
  number?: string;
}

/** Finds callbacks of a range of desired times, for people: in order of these times, page by page, and how many. */
export class CallbackSearch {
  constructor(private readonly database: Database) {}

  /** @param cursor the `next` of the page before */
  async page(
    filter: CallbackSearchFilter,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<{ callbacks: JsonObject[]; next?: string }> {
    const [after, id] = cursor?.split(' ') ?? [];
    const values = [...valuesOf(filter), after ?? null, id ?? null, limit + 1];
    const rows = await this.database.query<CallbackRow>(PAGE, values);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      callbacks: page.map(described),
      ...(rows.length > limit && last && { next: `${instant(last.desired_at)} ${last.id}` }),
    };
  }

  /** How many callbacks match, by state. */
  async count(filter: CallbackSearchFilter): Promise<Partial<Record<CallbackState, number>>> {
    const rows = await this.database.query<{ state: CallbackState; count: number }>(COUNT, valuesOf(filter));
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }
}

function valuesOf({ from, to, states, services, number }: CallbackSearchFilter): (string | null | readonly string[])[] {
  const digits = number?.replace(/\D/g, '');
  return [
    services.length === 0 ? null : services,
    instant(from),
    instant(to),
    states.length === 0 ? null : states,
    digits === undefined || digits === '' ? null : digits,
  ];
}
