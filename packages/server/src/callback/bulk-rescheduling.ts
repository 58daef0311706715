import type { Calendar } from '../calendar/index.js';
import { type Clock, instant } from '../kernel/index.js';
import { type Database, statement } from '../store/index.js';
import { openSlots } from './availability.js';
import { CallbackError } from './callback-error.js';
import type { CallbackServices } from './callback-service.js';
import { gridOf, latestTime } from './desired-time.js';
import type { Rescheduling } from './rescheduling.js';
import { freeSlots } from './slots.js';

const TIMES = statement(
  'callback-times',
  'select id, service, desired_at from callback where id = any ($1::text[]) order by desired_at, id',
);

/** Where many callbacks are to go: to one time, or later (earlier if negative) by the same time; milliseconds. */
export type BulkMove = ({ to: number } | { by: number }) & {
  /** A callback whose slot is full or closed goes to the next one that is free. */
  nextFree: boolean;
};

/** What became of one of them: its new time (milliseconds since 1970), or why it stays where it is. */
export type MoveOutcome = { id: string; desiredAt: number } | { id: string; refusal: CallbackError };

/** So far ahead a free slot is looked for. */
const SEARCHED_MS = 14 * 86_400_000;
/** How often a slot that was free may be taken by somebody else before the callback is given up. */
const ATTEMPTS = 5;

/** Reschedules many callbacks, each on its own: one that cannot be moved does not keep the others. */
export class BulkRescheduling {
  constructor(
    private readonly parts: {
      database: Database;
      clock: Clock;
      calendar: Calendar;
      services: CallbackServices;
      rescheduling: Rescheduling;
    },
  ) {}

  /** Moves them one after the other, the earliest first, so that they keep their order where slots are scarce. */
  async moveAll(ids: readonly string[], move: BulkMove): Promise<MoveOutcome[]> {
    const outcomes = new Map<string, MoveOutcome>();
    const rows = await this.parts.database.query<{ id: string; service: string; desired_at: number }>(TIMES, [ids]);
    for (const { id, service, desired_at } of rows) {
      const wanted = 'to' in move ? move.to : desired_at + move.by;
      outcomes.set(id, await this.#move(service, id, wanted, move.nextFree));
    }
    return ids.map((id) => outcomes.get(id) ?? { id, refusal: unknown(id) });
  }

  async #move(service: string, id: string, wanted: number, nextFree: boolean): Promise<MoveOutcome> {
    let refusal = unknown(id);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const desiredAt = attempt === 0 ? wanted : await this.#nextFree(service, wanted);
      if (desiredAt === undefined) break;
      try {
        await this.parts.rescheduling.reschedule(service, id, { _new_desired_time: instant(desiredAt) });
        return { id, desiredAt };
      } catch (error) {
        if (!(error instanceof CallbackError)) throw error;
        if (attempt === 0) refusal = error;
        if (!nextFree || !ELSEWHERE.has(error.code)) break;
      }
    }
    return { id, refusal };
  }

  /** The first free time from `wanted` on; undefined when there is none that the service accepts. */
  async #nextFree(name: string, wanted: number): Promise<number | undefined> {
    const { database, clock, calendar, services } = this.parts;
    const service = services.get(name);
    const grid = gridOf(calendar, service);
    const now = clock.now();
    const from = Math.max(wanted, now);
    const until = Math.min(from + SEARCHED_MS, latestTime(service, now, grid));
    const slots = await freeSlots(database, name, [...openSlots(grid, from, until)]);
    return slots.find(({ free }) => free > 0)?.start;
  }
}

/** Refusals that another time can heal. */
const ELSEWHERE: ReadonlySet<string> = new Set(['slot-full', 'slots-full', 'closed']);

function unknown(id: string): CallbackError {
  return new CallbackError('no-such-callback', { operation: 'reschedule', id });
}
