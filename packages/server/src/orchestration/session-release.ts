import type { Router } from '../routing/index.js';
import type { Transaction } from '../store/sql.js';
import type { Calls } from '../telephony/index.js';
import type { Actions } from './actions.js';
import type { Errands } from './errands.js';
import { interactionsOfSession, partiesOf, setOwner } from './interactions.js';
import type { EndedSession } from './macrostep.js';

/**
 * Gives back what a session that ended still held: its requests at the router and the agents reserved for it always; its
 * calls when it did not end by itself (an application that is done leaves its call to the agent). People who talk go on
 * talking, however their session ended (ors-interaction-dialog.md 2, rule 10).
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
    const parties = (await partiesOf(tx, id)).map(({ leg }) => leg);
    const up = (await calls.legs(parties, tx)).filter(({ state }) => state === 'answered');
    if (up.length > 1) {
      await setOwner(tx, id, null);
      continue;
    }
    for (const leg of parties) {
      tx.afterCommit(() => errands.run('hanging up', () => calls.hangup(leg, 'cancelled')));
    }
  }
}
