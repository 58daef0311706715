import type { Router } from '../routing/index.js';
import type { Transaction } from '../store/sql.js';
import type { Calls } from '../telephony/index.js';
import type { Actions } from './actions.js';
import type { Errands } from './errands.js';
import { interactionsOfSession, partiesOf } from './interactions.js';
import type { EndedSession } from './macrostep.js';

/**
 * Gives back what a session that ended still held: its requests at the router and the agents reserved
 * for it always; its calls when it did not end by
 * itself (an application that is done leaves its call to the agent).
 */
export async function releaseSession(
  tx: Transaction,
  parts: { actions: Actions; router: Router; calls: Calls; errands: Errands },
  session: EndedSession,
): Promise<void> {
  const { actions, router, calls, errands } = parts;
  for (const { requestId } of await actions.pendingOf(tx, session.id, 'submit')) await router.cancel(tx, requestId);
  await router.releaseAll(tx, session.id);
  await actions.forget(tx, session.id);
  if (session.state === 'done') return;
  for (const { id } of await interactionsOfSession(tx, session.id)) {
    for (const { leg } of await partiesOf(tx, id)) {
      tx.afterCommit(() => errands.run('hanging up', () => calls.hangup(leg, 'cancelled')));
    }
  }
}
