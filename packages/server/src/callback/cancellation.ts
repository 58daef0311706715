import type { Database } from '../store/index.js';
import { CallbackError } from './callback-error.js';
import type { Transitions } from './transitions.js';

/** What became of one callback of a bulk cancellation. */
export interface CancelOutcome {
  id: string;
  cancelled: boolean;
}

/** Transactions of one bulk cancellation at a time. */
const AT_A_TIME = 8;
const REASON = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Cancel-Callback, and the administrator's cancellation of many. */
export class Cancellation {
  constructor(
    private readonly parts: {
      database: Database;
      transitions: Transitions;
    },
  ) {}

  /**
   * Ends a callback that is not finished and whose customer does not talk to an agent; its session is ended too.
   * @param discardSessionFailure cancel also when the session is gone already
   * @param onlyScheduled one that has been submitted is not cancelled any more, as in 2013
   * @throws CallbackError `no-such-callback`
   */
  async cancel(
    service: string,
    id: string,
    { discardSessionFailure, onlyScheduled }: { discardSessionFailure: boolean; onlyScheduled: boolean },
  ): Promise<void> {
    await this.parts.database.transaction(async (tx) => {
      const row = await this.parts.transitions.lock(tx, id);
      const cancelled =
        row?.service === service &&
        (row.state === 'SCHEDULED' || !onlyScheduled) &&
        (await this.parts.transitions.apply(
          tx,
          row,
          { type: 'cancel' },
          { requireSession: row.session !== null && !discardSessionFailure },
        ));
      if (!cancelled) throw new CallbackError('no-such-callback', { operation: 'cancel', id });
    });
  }

  /**
   * Cancels callbacks of any service, each on its own: one that cannot be cancelled does not keep the others.
   * @param reason becomes their `_callback_reason`
   * @throws CallbackError `invalid-reason`
   */
  async cancelAll(ids: readonly string[], reason: string): Promise<CancelOutcome[]> {
    if (!REASON.test(reason)) throw new CallbackError('invalid-reason', { reason });
    const outcomes = new Map<string, boolean>();
    const waiting = [...new Set(ids)];
    const lane = async () => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        outcomes.set(id, await this.#cancelByAdmin(id, reason));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    return ids.map((id) => ({ id, cancelled: outcomes.get(id) ?? false }));
  }

  async #cancelByAdmin(id: string, reason: string): Promise<boolean> {
    return this.parts.database.transaction(async (tx) => {
      const row = await this.parts.transitions.lock(tx, id);
      const after = row && (await this.parts.transitions.apply(tx, row, { type: 'cancel-by-admin', reason }));
      return after !== undefined;
    });
  }
}
