import { instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';

const COUNT_QUITS = statement(
  'route-count-quits',
  'select count(*)::int as quits from route_request where ended_at > $1 and virtual_queue = $2',
);

/** Departures older than this say nothing about the pace of the line now. */
const WINDOW_S = 900;

/**
 * The average quit time of a virtual queue: seconds between two departures from it, served or not, over the last quarter
 * of an hour (what the original's router calls `aqt`).
 * @param now milliseconds since 1970
 * @returns undefined when nobody has left it in that time
 */
export async function averageQuitSeconds(sql: Sql, virtualQueue: string, now: number): Promise<number | undefined> {
  const [row] = await sql.query<{ quits: number }>(COUNT_QUITS, [instant(now - WINDOW_S * 1000), virtualQueue]);
  return row && row.quits > 0 ? WINDOW_S / row.quits : undefined;
}
