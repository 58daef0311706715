import { type JsonObject, type Logger, RingbackError } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { Calls, Leg } from '../telephony/index.js';
import type { Errands } from './errands.js';
import type { InteractionNews } from './interaction-news.js';
import { addInteraction } from './interactions.js';
import { applicationFor } from './provisioned-application.js';
import type { Sessions } from './sessions.js';

export interface InboundParts {
  sessions: Sessions;
  calls: Calls;
  news: InteractionNews;
  errands: Errands;
  log: Logger;
  /** The application with which a DN or a virtual queue is provisioned (its option `application`). */
  applicationOf: (dn: string) => string | undefined;
  /** Its other options, which the application gets as parameters. */
  parametersOf: (dn: string) => JsonObject;
}

/**
 * A call has arrived: the DN's application (a flow, or addresses with the call's values in them) gets a session for it
 * and hears, in this order, `interaction.added`, `interaction.partystatechanged` and `interaction.onrouterequest`
 * (ors-interaction-dialog.md 5). A call to a DN without an application is refused, since nobody would ever take it.
 */
export function startInboundSessions(parts: InboundParts) {
  const { sessions, calls, news, errands, log, applicationOf, parametersOf } = parts;
  return async (tx: Transaction, leg: Leg): Promise<void> => {
    const provisioned = applicationOf(leg.number);
    const refuse = (why: string) => {
      log.warn({ call: leg.callId, dn: leg.number, from: leg.from }, why);
      tx.afterCommit(() => errands.run('refusing a call', () => calls.hangup(leg.id, 'rejected')));
    };
    if (provisioned === undefined) return refuse('a call has arrived at a DN without an application; it is refused');
    const flow = applicationFor(provisioned, { ani: leg.from, dn: leg.number, userData: leg.userData });
    let session: string;
    try {
      session = await sessions.start(tx, { flow, parameters: parametersOf(leg.number) });
    } catch (error) {
      if (!(error instanceof RingbackError) || error.code !== 'unknown-flow') throw error;
      return refuse(`${error.message} A call to the DN that names it is refused.`);
    }
    const interaction = await addInteraction(
      tx,
      {
        ...{ id: leg.callId, session, kind: 'inbound', ani: leg.from, dnis: leg.number },
        ...{ customer: leg.id, focus: leg.number, userData: leg.userData },
      },
      leg.intendedAt,
    );
    await news.added(tx, interaction, 'creation');
    await news.mayBeRouted(tx, interaction);
    tx.afterCommit(() => errands.run('answering a call', () => calls.answer(leg.id)));
  };
}

/** A call that the product has made and that is to be served by the application of a DN, once it is answered. */
export interface MadeCall {
  callId: string;
  /** The leg of the party that was called, answered. */
  legId: string;
  /** Whose application takes it. */
  dn: string;
  /** Number that the party saw, and the party's. */
  from: string;
  phone: string;
  userData: JsonObject;
}

/**
 * Gives a call that was made to the application of a DN, as `startInboundSessions` does with one that arrives.
 * @returns false when the DN has no application, or one that does not exist
 */
export function giveToApplication(parts: Omit<InboundParts, 'errands'>) {
  const { sessions, calls, news, log, applicationOf, parametersOf } = parts;
  return async (tx: Transaction, { callId, legId, dn, from, phone, userData }: MadeCall): Promise<boolean> => {
    const provisioned = applicationOf(dn);
    const leg = await calls.get(legId, tx);
    if (provisioned === undefined || !leg) return false;
    const flow = applicationFor(provisioned, { ani: phone, dn, userData });
    let session: string;
    try {
      session = await sessions.start(tx, { flow, parameters: parametersOf(dn) });
    } catch (error) {
      if (!(error instanceof RingbackError) || error.code !== 'unknown-flow') throw error;
      log.warn({ call: callId, dn }, `${error.message} A call for the DN that names it is not served.`);
      return false;
    }
    const interaction = await addInteraction(
      tx,
      { id: callId, session, kind: 'outbound', ani: from, dnis: phone, customer: legId, focus: dn, userData },
      leg.intendedAt,
    );
    await news.added(tx, interaction, 'creation');
    await news.mayBeRouted(tx, interaction);
    return true;
  };
}
