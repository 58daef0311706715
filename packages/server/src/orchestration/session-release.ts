import type { Router } from '../routing/index.js';
import type { Transaction } from '../store/sql.js';
import type { Calls } from '../telephony/index.js';
import type { Actions } from './actions.js';
import type { DefaultTreatment } from './default-treatment.js';
import type { Errands } from './errands.js';
import { interactionsOfSession, partiesOf, setOwner } from './interactions.js';
import type { EndedSession } from './macrostep.js';

/**
 * Gives back what a session that ended still held: its requests at the router and the agents reserved for it always; its
 * calls when it did not end by itself (an application that is done leaves its call to the agent). People who talk go on
 * talking, however their session ended; a caller who waits goes to the default destination, and is hung up where there
 * is none (ors-interaction-dialog.md 2, rule 10).
 */
export async function releaseSession(
  tx: Transaction,
  parts: { actions: Actions; router: Router; calls: Calls; errands: Errands; defaultTreatment: DefaultTreatment },
  session: EndedSession,
): Promise<void> {
  const { actions, router, calls, errands, defaultTreatment } = parts;
  for (const { requestId } of await actions.pendingOf(tx, session.id, 'submit')) await router.cancel(tx, requestId);
  await router.releaseAll(tx, session.id);
  const left = session.state === 'done' ? [] : await interactionsOfSession(tx, session.id);
  for (const interaction of left) {
    const { id, kind } = interaction;
    const parties = (await partiesOf(tx, id)).map(({ leg }) => leg);
    const up = (await calls.legs(parties, tx)).filter(({ state }) => state === 'answered');
    // A caller for whom a phone rings already is served as one who talks.
    if (up.length > 1 || (kind === 'inbound' && interaction.agent !== null)) {
      await setOwner(tx, id, null);
      continue;
    }
    if (kind === 'inbound' && (await defaultTreatment.give(tx, interaction))) continue;
    const cause = up.length === 0 && kind === 'inbound' ? 'rejected' : 'cancelled';
    for (const leg of parties) {
      tx.afterCommit(() => errands.run('hanging up', () => calls.hangup(leg, cause)));
    }
  }
  await actions.forget(tx, session.id);
}
