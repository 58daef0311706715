import type { Clock } from '../../kernel/index.js';
import { heldAnswer, heldOffer, type Sdp } from '../sip/sdp.js';
import type { Session } from '../sip/session.js';
import type { SessionHandler } from '../sip/session-handler.js';
import type { CarriedLeg } from './carried-leg.js';
import type { LegBook } from './leg-book.js';

/**
 * What becomes of what a party says within its session: what it offers goes to its partner, and back comes the answer. Whoever
 * has no partner, or is held, is answered with silence.
 */
export function sessionHandler(leg: CarriedLeg, legs: LegBook, clock: Clock): SessionHandler {
  return {
    offered: async (offer) => {
      const partner = heardPartner(leg, legs);
      if (!partner) return heldAnswer(offer);
      const result = await partner.reinvite(offer, { patient: false });
      if (!result.ok) return result.status === 491 ? 491 : 488;
      return result.sdp ?? heldAnswer(offer);
    },
    asked: async () => {
      const partner = heardPartner(leg, legs);
      if (!partner) return heldOffer();
      const result = await partner.reinvite(undefined, { patient: false });
      if (!result.ok) return result.status === 491 ? 491 : 488;
      const { sdp, acknowledge } = result;
      leg.relayed = (answer) => acknowledge(answer ?? (sdp && heldAnswer(sdp)));
      return sdp ?? heldOffer();
    },
    answered: (answer) => relay(leg, answer),
    ended: (how) => {
      relay(leg);
      legs.ended(leg, how === 'bye' ? 'normal' : 'lost');
    },
    digit: (digit) => legs.send({ type: 'digit', legId: leg.record.id, digit, at: clock.now() }),
    changed: () => {
      if (leg.record.state === 'answered') void legs.note(leg);
    },
  };
}

function relay(leg: CarriedLeg, answer?: Sdp): void {
  const { relayed } = leg;
  delete leg.relayed;
  relayed?.(answer);
}

function heardPartner(leg: CarriedLeg, legs: LegBook): Session | undefined {
  const partner = legs.partnerOf(leg);
  return partner && !leg.record.held && !partner.record.held ? partner.session : undefined;
}
