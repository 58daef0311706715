import { type JsonObject, type Logger, RingbackError } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { Calls, Leg } from '../telephony/index.js';
import type { DefaultTreatment } from './default-treatment.js';
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
  defaultTreatment: DefaultTreatment;
}

/** A caller whose application has to be fetched hears it ring so long at most. */
const FETCHED_WITHIN_MS = 60_000;

/**
 * A call has arrived: the DN's application (a flow, or addresses with the call's values in them) gets a session for it
 * and hears, in this order, `interaction.added`, `interaction.partystatechanged` and `interaction.onrouterequest`
 * (ors-interaction-dialog.md 5). A call to a DN without an application goes to its default destination; without that, it
 * is refused, since nobody would ever take it. A call is answered when its application is there: one that cannot be
 * fetched ends its session, and the call is treated as those that it leaves (`session-release.ts`).
 */
export function startInboundSessions(parts: InboundParts) {
  const { sessions, calls, news, errands, log, applicationOf, parametersOf, defaultTreatment } = parts;

  function added(tx: Transaction, leg: Leg, session: string | null) {
    return addInteraction(
      tx,
      {
        ...{ id: leg.callId, session, kind: 'inbound', ani: leg.from, dnis: leg.number },
        ...{ customer: leg.id, focus: leg.number, userData: leg.userData },
      },
      leg.intendedAt,
    );
  }

  /** Nobody serves the call: the default destination of its DN takes it, or it is refused. */
  async function withoutApplication(tx: Transaction, leg: Leg, why: string): Promise<void> {
    log.warn({ call: leg.callId, dn: leg.number, from: leg.from }, why);
    if (await defaultTreatment.give(tx, await added(tx, leg, null))) return;
    tx.afterCommit(() => errands.run('refusing a call', () => calls.hangup(leg.id, 'rejected')));
  }

  async function answer(leg: Leg, session: string, isFetched: boolean): Promise<void> {
    if (!isFetched) {
      await sessions.begin(session, FETCHED_WITHIN_MS);
      if (await sessions.hasFailed(session)) return;
    }
    await calls.answer(leg.id);
  }

  return async (tx: Transaction, leg: Leg): Promise<void> => {
    const provisioned = applicationOf(leg.number);
    if (provisioned === undefined)
      return withoutApplication(tx, leg, 'a call has arrived at a DN without an application');
    const flow = applicationFor(provisioned, { ani: leg.from, dn: leg.number, userData: leg.userData });
    let session: string;
    try {
      session = await sessions.start(tx, { flow, parameters: parametersOf(leg.number) });
    } catch (error) {
      if (!(error instanceof RingbackError) || error.code !== 'unknown-flow') throw error;
      return withoutApplication(tx, leg, `${error.message} A call to the DN that names it is not served.`);
    }
    const interaction = await added(tx, leg, session);
    await news.added(tx, interaction, 'creation');
    await news.mayBeRouted(tx, interaction);
    const isFetched = sessions.isAtHand(flow);
    tx.afterCommit(() => errands.run('answering a call', () => answer(leg, session, isFetched)));
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
export function giveToApplication(parts: Omit<InboundParts, 'errands' | 'defaultTreatment'>) {
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
