import { DateTime, IANAZone } from 'luxon';

/** The days for which statistics are counted: from midnight to midnight in a time zone. */
export class CountingDay {
  #zone = '';
  #from = Number.POSITIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;

  /** @param zone the name of the time zone as it is configured now; one that does not exist counts as UTC */
  constructor(private readonly zone: () => string | undefined) {}

  /** When the day of `now` began, milliseconds since 1970. */
  startOf(now: number): number {
    const configured = this.zone()?.trim() ?? '';
    if (configured !== this.#zone || now < this.#from || now >= this.#until) this.#find(configured, now);
    return this.#from;
  }

  #find(configured: string, now: number): void {
    const zone = IANAZone.isValidZone(configured) ? configured : 'utc';
    const start = DateTime.fromMillis(now, { zone }).startOf('day');
    this.#zone = configured;
    this.#from = start.toMillis();
    this.#until = start.plus({ days: 1 }).toMillis();
  }
}
