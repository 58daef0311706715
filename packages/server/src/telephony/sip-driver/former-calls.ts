import { dialogOfResponse } from '../sip/dialog.js';
import { required } from '../sip/header-values.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { described } from '../sip/outgoing-call.js';
import { parseMessage } from '../sip/parse.js';
import { formatSdp, heldAnswer } from '../sip/sdp.js';
import type { Session, SessionRecord } from '../sip/session.js';
import type { UserAgent } from '../sip/user-agent.js';
import type { Arrivals } from './arrivals.js';
import type { CarriedLeg, LegRecord, StoredInvite } from './carried-leg.js';
import type { LegBook } from './leg-book.js';

export interface FormerCallsParts {
  agent: UserAgent;
  legs: LegBook;
  arrivals: Arrivals;
  resume(leg: CarriedLeg, session: SessionRecord): Session;
}

/**
 * What an earlier life of the process has left behind: who was in a call stays in it, who called rings on, and who was being
 * called is let alone, since nobody knows how far that had come.
 */
export class FormerCalls {
  readonly #parts: FormerCallsParts;

  constructor(parts: FormerCallsParts) {
    this.#parts = parts;
  }

  async takeUp(records: readonly LegRecord[]): Promise<void> {
    const { legs, arrivals, resume } = this.#parts;
    for (const record of records) {
      if (record.state === 'answered' && record.session) {
        const leg: CarriedLeg = { record };
        leg.session = resume(leg, record.session);
        record.session = leg.session.record;
        legs.add(leg);
        await legs.note(leg);
      } else if (record.direction === 'outbound' || !arrivals.revive(record)) {
        for (const invite of record.invites) this.#takeBack(invite);
        const leg: CarriedLeg = { record };
        legs.add(leg);
        legs.ended(leg, 'lost');
      }
    }
  }

  /** An answer to an INVITE of an earlier life that was never acknowledged: its dialog is known, its transaction is not. */
  stray(response: SipResponse): void {
    const callId = required(response.headers, 'call-id');
    const leg = this.#parts.legs.all().find(({ record }) => record.session?.dialog.callId === callId);
    leg?.session?.acknowledgeStray(response);
  }

  #takeBack({ text, peer, branch }: StoredInvite): void {
    const { agent } = this.#parts;
    const invite = readInvite(text);
    if (!invite || branch === undefined) return;
    let hungUp = false;
    agent.transactions.cancelEarlier(invite, peer, branch, {
      failed: () => agent.log.info({ call: invite.headers.get('call-id') }, 'A call of an earlier life is over'),
      response: (response) => {
        if (response.status < 200 || response.status >= 300) return;
        const dialog = dialogOfResponse(invite, response, peer);
        const offer = invite.headers.has('content-type') ? undefined : described(response);
        agent.transactions.sendAck(dialog.ack(invite, offer && formatSdp(heldAnswer(offer))), peer);
        if (!hungUp) agent.inBackground(() => agent.ask(dialog.request('BYE'), peer));
        hungUp = true;
      },
    });
  }
}

/** Our INVITE as it was stored, without Via and body. */
function readInvite(text: string): SipRequest | undefined {
  // A message without Via is none; the real one is added again when it is sent.
  const parsed = parseMessage(Buffer.from(text.replace('\r\n', '\r\nVia: SIP/2.0/UDP former.invalid\r\n')));
  if (!parsed.ok || parsed.message.kind !== 'request') return undefined;
  parsed.message.headers.remove('via');
  return parsed.message;
}
