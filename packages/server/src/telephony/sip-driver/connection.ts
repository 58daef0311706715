import { type Clock, RingbackError } from '../../kernel/index.js';
import { directionOf, heldAnswer, heldOffer, parseSdp, type Sdp, withDirection } from '../sip/sdp.js';
import type { Reinvited, Session } from '../sip/session.js';
import type { CarriedLeg } from './carried-leg.js';

/**
 * Lets two parties hear each other by third-party call control (RFC 3725): one is asked what it offers, the other is offered
 * that, and its answer goes back. Where one has an offer open from its own answer (flow I), that one is used.
 * @throws RingbackError `leg-not-answered` when one of them is gone, `switch-unavailable` when they do not agree
 */
export async function connect(one: CarriedLeg, other: CarriedLeg): Promise<void> {
  const [asked, offered] = one.open && !other.open ? [other, one] : [one, other];
  if (!offered.open) {
    settle(asked);
    return askAndOffer(asked, offered);
  }
  settle(asked);
  const { open } = offered;
  delete offered.open;
  open.timer.cancel();
  const answered = await sessionOf(asked).reinvite(open.offer);
  open.acknowledge(answered.ok && answered.sdp ? answered.sdp : heldAnswer(open.offer));
  requireAgreed(answered, asked);
}

async function askAndOffer(asked: CarriedLeg, offered: CarriedLeg): Promise<void> {
  const offer = await sessionOf(asked).reinvite();
  requireAgreed(offer, asked);
  if (!offer.sdp) {
    offer.acknowledge();
    throw new RingbackError('switch-unavailable', `The party of leg ${asked.record.id} offers nothing.`);
  }
  if (!isHeard(offer.sdp)) {
    offer.acknowledge(heldAnswer(offer.sdp));
    return offerEachOther(asked, offered, offer.sdp);
  }
  const answer = await sessionOf(offered).reinvite(offer.sdp);
  offer.acknowledge(answer.ok && answer.sdp ? answer.sdp : heldAnswer(offer.sdp));
  requireAgreed(answer, offered);
}

/** For a party that still believes to be held and offers nothing else: both are told that they are heard again. */
async function offerEachOther(asked: CarriedLeg, offered: CarriedLeg, offer: Sdp): Promise<void> {
  const answer = await sessionOf(offered).reinvite(withDirection(offer, 'sendrecv'));
  requireAgreed(answer, offered);
  const back = await sessionOf(asked).reinvite(withDirection(answer.sdp ?? offer, 'sendrecv'));
  requireAgreed(back, asked);
}

/** Answers the offer that a party made when it answered with silence, if nobody else has. */
export function settle(leg: CarriedLeg): void {
  const { open } = leg;
  if (!open) return;
  delete leg.open;
  open.timer.cancel();
  open.acknowledge(heldAnswer(open.offer));
}

/** Keeps the offer of a party for its partner, for a while. */
export function keepOpen(
  leg: CarriedLeg,
  open: { offer: Sdp; acknowledge(answer: Sdp): void },
  clock: Clock,
  ms: number,
): void {
  leg.open = { ...open, timer: clock.at(clock.now() + ms, () => settle(leg)) };
}

/** Lets a party wait in silence. A party that is gone waits already. */
export async function silence(leg: CarriedLeg): Promise<void> {
  if (leg.open) {
    settle(leg);
    return;
  }
  const { session } = leg;
  if (!session || session.isOver) return;
  const { sent } = session.record;
  const last = sent === undefined ? heldOffer() : parseSdp(Buffer.from(sent));
  if (last.media.every((medium) => directionOf(last, medium) === 'inactive')) return;
  const result = await session.reinvite(withDirection(last, 'inactive'));
  requireAgreed(result, leg);
}

function isHeard(sdp: Sdp): boolean {
  return sdp.media.some((medium) => medium.port > 0 && directionOf(sdp, medium) === 'sendrecv');
}

function sessionOf(leg: CarriedLeg): Session {
  if (leg.session && !leg.session.isOver) return leg.session;
  throw new RingbackError('leg-not-answered', `Leg ${leg.record.id} is not up, or not any more.`);
}

function requireAgreed(result: Reinvited, leg: CarriedLeg): asserts result is Extract<Reinvited, { ok: true }> {
  if (result.ok) return;
  if (leg.record.state === 'ended' || leg.session?.isOver !== false) {
    throw new RingbackError('leg-not-answered', `Leg ${leg.record.id} is not up any more.`);
  }
  throw new RingbackError(
    'switch-unavailable',
    `The party of leg ${leg.record.id} did not take the new session: ${result.status}.`,
  );
}
