const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** An expression such as `0 0 29 2 *` is due every four years, across a year like 2100 every eight. */
const LONGEST_SEARCH_DAYS = 9 * 366;

/** The five fields, in their order: from, to. */
const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** A cron expression of five fields (minute, hour, day of month, month, day of week), in UTC. */
export interface Cron {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** When both days are restricted, either will do, as in every cron. */
  eitherDay: boolean;
}

/** @returns undefined when the text is no such expression */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== BOUNDS.length) return undefined;
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) => {
    const [from, to] = BOUNDS[index] ?? [0, 0];
    return parseField(field, from, to);
  });
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  const eitherDay = !fields[2]?.startsWith('*') && !fields[4]?.startsWith('*');
  return { minutes, hours, days, months, weekdays, eitherDay };
}

/**
 * The first minute after `after` at which the expression is due.
 * @param after milliseconds since 1970
 * @returns milliseconds since 1970, or undefined when it is never due (30 February)
 */
export function nextDue(cron: Cron, after: number): number | undefined {
  const first = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const firstDay = Math.floor(first / DAY_MS) * DAY_MS;
  for (let day = 0; day < LONGEST_SEARCH_DAYS; day += 1) {
    const start = firstDay + day * DAY_MS;
    if (!isDueOn(cron, new Date(start))) continue;
    for (const hour of [...cron.hours].sort(ascending)) {
      for (const minute of [...cron.minutes].sort(ascending)) {
        const due = start + (hour * 60 + minute) * MINUTE_MS;
        if (due >= first) return due;
      }
    }
  }
  return undefined;
}

function isDueOn(cron: Cron, day: Date): boolean {
  if (!cron.months.has(day.getUTCMonth() + 1)) return false;
  const dayOfMonth = cron.days.has(day.getUTCDate());
  const dayOfWeek = cron.weekdays.has(day.getUTCDay());
  return cron.eitherDay ? dayOfMonth || dayOfWeek : dayOfMonth && dayOfWeek;
}

/** A list of `*`, `n`, `n-m`, each with an optional `/step`. */
function parseField(field: string, from: number, to: number): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (!match) return undefined;
    const [, low, high, step] = match;
    const first = low === undefined ? from : Number(low);
    const last = high === undefined ? (low === undefined || step !== undefined ? to : first) : Number(high);
    const width = step === undefined ? 1 : Number(step);
    if (first < from || last > to || first > last || width < 1) return undefined;
    for (let value = first; value <= last; value += width) values.add(value);
  }
  return values;
}

function ascending(one: number, other: number): number {
  return one - other;
}
