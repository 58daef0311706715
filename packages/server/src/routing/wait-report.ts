import { instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';
import { BAND_ENDS_SECONDS } from './wait-interval.js';

/** How the waits of live callers of a virtual queue ended in a time span; seconds. */
export interface LiveFigures {
  ended: number;
  served: number;
  abandoned: number;
  /** Of those who left: how many without an agent, 0 to 100. */
  abandonedPercent: number;
  meanWaitSeconds: number;
  /** Nine of ten who were served had waited no longer. */
  ninetiethWaitSeconds: number;
  meanWaitOfAbandonedSeconds: number;
}

/** What callers were told about their wait beside how long they waited, of those who had to wait and were served. */
export interface Calibration {
  waits: number;
  meanEstimateSeconds: number;
  meanWaitSeconds: number;
  /** Root of the mean squared error, and that as a share of the mean wait. */
  errorSeconds: number;
  relativeError: number;
  /** How many ended within their interval (aim: 80), and within max(30 s, 25 %) of the estimate. */
  coveredPercent: number;
  nearPercent: number;
}

/** Of the estimates from `fromSeconds` to below `toSeconds` (absent: without end). */
export interface CalibrationBand extends Calibration {
  fromSeconds: number;
  toSeconds?: number;
}

export interface WaitReport {
  live: LiveFigures;
  calibration: Calibration;
  bands: CalibrationBand[];
}

const SERVED = `state in ('selected', 'released', 'expired')`;

const LIVE = statement(
  'wait-report-live',
  `select virtual_queue as queue, count(*)::int as ended,
          count(*) filter (where ${SERVED})::int as served,
          count(*) filter (where state in ('timed-out', 'cancelled'))::int as abandoned,
          coalesce(extract(epoch from avg(ended_at - submitted_at) filter (where ${SERVED})), 0)::float8 as wait,
          coalesce(extract(epoch from percentile_cont(0.9) within group (order by ended_at - submitted_at)
            filter (where ${SERVED})), 0)::float8 as "ninetiethWait",
          coalesce(extract(epoch from avg(ended_at - submitted_at)
            filter (where state in ('timed-out', 'cancelled'))), 0)::float8 as "abandonedWait"
     from route_request
    where callback is null and ended_at >= $1 and ended_at < $2
    group by virtual_queue`,
);

/** `band`: null = all estimates of the queue. */
const CALIBRATION = statement(
  'wait-report-calibration',
  `with waits as (
     select virtual_queue as queue, width_bucket(estimate_ms::float8, $3::float8[]) as band, estimate_ms as told,
            extract(epoch from ended_at - submitted_at)::float8 * 1000 as waited, estimate_low_ms as low,
            estimate_high_ms as high
       from route_request
      where ended_at >= $1 and ended_at < $2 and estimate_ms > 0 and ${SERVED}
   )
   select queue, band, count(*)::int as waits, avg(told)::float8 as told, avg(waited)::float8 as waited,
          sqrt(avg((waited - told) ^ 2))::float8 as error,
          count(*) filter (where waited between low and high)::int as covered,
          count(*) filter (where abs(waited - told) <= greatest(30000, waited / 4))::int as near
     from waits
    group by grouping sets ((queue), (queue, band))
    order by queue, band nulls first`,
);

interface LiveRow {
  queue: string;
  ended: number;
  served: number;
  abandoned: number;
  wait: number;
  ninetiethWait: number;
  abandonedWait: number;
}

interface CalibrationRow {
  queue: string;
  band: number | null;
  waits: number;
  told: number;
  waited: number;
  error: number;
  covered: number;
  near: number;
}

/** The report of every virtual queue in which a wait ended from `from` until before `until` (milliseconds since 1970). */
export async function waitReports(sql: Sql, from: number, until: number): Promise<Map<string, WaitReport>> {
  const reports = new Map<string, WaitReport>();
  const reportOf = (queue: string): WaitReport => {
    const report = reports.get(queue) ?? noWaits();
    reports.set(queue, report);
    return report;
  };
  const span = [instant(from), instant(until)];
  for (const row of await sql.query<LiveRow>(LIVE, span)) reportOf(row.queue).live = liveFigures(row);
  const ends = BAND_ENDS_SECONDS.map((end) => end * 1000);
  for (const row of await sql.query<CalibrationRow>(CALIBRATION, [...span, ends])) {
    const report = reportOf(row.queue);
    if (row.band === null) report.calibration = calibration(row);
    else report.bands.push({ ...bandBounds(row.band), ...calibration(row) });
  }
  return reports;
}

/** The report of a virtual queue in which no wait has ended. */
export function noWaits(): WaitReport {
  return {
    live: {
      ended: 0,
      served: 0,
      abandoned: 0,
      abandonedPercent: 0,
      meanWaitSeconds: 0,
      ninetiethWaitSeconds: 0,
      meanWaitOfAbandonedSeconds: 0,
    },
    calibration: calibration({ queue: '', band: null, waits: 0, told: 0, waited: 0, error: 0, covered: 0, near: 0 }),
    bands: [],
  };
}

function liveFigures({ ended, served, abandoned, wait, ninetiethWait, abandonedWait }: LiveRow): LiveFigures {
  return {
    ended,
    served,
    abandoned,
    abandonedPercent: rounded(percent(abandoned, served + abandoned)),
    meanWaitSeconds: rounded(wait),
    ninetiethWaitSeconds: rounded(ninetiethWait),
    meanWaitOfAbandonedSeconds: rounded(abandonedWait),
  };
}

function calibration({ waits, told, waited, error, covered, near }: CalibrationRow): Calibration {
  return {
    waits,
    meanEstimateSeconds: rounded(told / 1000),
    meanWaitSeconds: rounded(waited / 1000),
    errorSeconds: rounded(error / 1000),
    relativeError: waited > 0 ? rounded(error / waited) : 0,
    coveredPercent: rounded(percent(covered, waits)),
    nearPercent: rounded(percent(near, waits)),
  };
}

function bandBounds(band: number): { fromSeconds: number; toSeconds?: number } {
  const toSeconds = BAND_ENDS_SECONDS[band];
  return { fromSeconds: BAND_ENDS_SECONDS[band - 1] ?? 0, ...(toSeconds !== undefined && { toSeconds }) };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
