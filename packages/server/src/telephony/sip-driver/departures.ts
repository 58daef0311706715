import type { Clock, Logger } from '../../kernel/index.js';
import type { Answered, SentInvite } from '../sip/outgoing-call.js';
import { fittedAnswer, heldAnswer, type Sdp } from '../sip/sdp.js';
import { Session, type SessionParts } from '../sip/session.js';
import type { SipSwitchSettings } from '../sip/settings.js';
import { hostPort } from '../sip/transport.js';
import type { UserAgent } from '../sip/user-agent.js';
import type { DialRequest } from '../switch.js';
import type { CarriedLeg } from './carried-leg.js';
import { causeOf } from './causes.js';
import { keepOpen } from './connection.js';
import { Dialing, type Way } from './dialing.js';
import type { LegBook } from './leg-book.js';
import type { Registrar } from './registrar.js';
import type { Trunk } from './trunk.js';
import { phoneOf, waysTo } from './ways.js';

export interface DeparturesParts {
  agent: UserAgent;
  legs: LegBook;
  registrar: Registrar;
  trunks: ReadonlyMap<string, Trunk>;
  clock: Clock;
  log: Logger;
  settings: () => SipSwitchSettings;
  domain: () => string;
  sessionSeconds: () => number;
  sessionParts(leg: CarriedLeg): SessionParts;
}

/** Dials the legs that are wanted: a leg is stored before its first INVITE, and what was answered before it is acknowledged. */
export class Departures {
  readonly #parts: DeparturesParts;
  readonly #legs: LegBook;
  readonly #agent: UserAgent;
  #closed = false;

  constructor(parts: DeparturesParts) {
    this.#parts = parts;
    this.#legs = parts.legs;
    this.#agent = parts.agent;
  }

  /** Whoever answers from now on is hung up. */
  close(): void {
    this.#closed = true;
  }

  /** Dials one leg; every further news of it comes as events. Nothing when an earlier life knew it. */
  async dial(request: DialRequest): Promise<void> {
    const { legId: id, to: number, from, timeoutMs } = request;
    const { clock } = this.#parts;
    const device = phoneOf(request, this.#parts.registrar);
    const leg: CarriedLeg = {
      record: {
        id,
        direction: 'outbound',
        number,
        from,
        ...(device !== undefined && { device }),
        state: 'dialing',
        dialedAt: clock.now(),
        held: false,
        invites: [],
      },
    };
    if (!(await this.#legs.begin(leg.record))) return;
    this.#legs.add(leg);
    this.#legs.dialing(leg);
    if (device === undefined) await this.#located(request);
    if (leg.record.state === 'ended') return;
    const ways = waysTo(request, {
      registrar: this.#parts.registrar,
      trunks: this.#parts.trunks,
      callsOn: (trunk) => this.#legs.all().filter(({ record }) => record.trunk === trunk).length,
      domain: this.#parts.domain(),
      sessionSeconds: this.#parts.sessionSeconds(),
      noReplyMs: this.#parts.settings().noReplyMs ?? 5000,
    });
    if (typeof ways === 'string') {
      this.#legs.ended(leg, ways);
      return;
    }
    this.#limit(leg, timeoutMs);
    leg.dialing = new Dialing(this.#agent, ways, {
      leaving: (sent, way) => this.#leaving(leg, sent, way),
      ringing: () => {
        // The time that the dialer sets is that of ringing.
        if (leg.record.state === 'dialing') this.#limit(leg, timeoutMs);
        this.#legs.ringing(leg);
      },
      answered: (answered, way) => {
        void this.#agent.activity.run(() => this.#answered(leg, answered, way));
      },
      failedOver: (way, status) => this.#failedOver(way, status),
      failed: (status, rang) => this.#legs.ended(leg, causeOf(status, rang)),
    });
    try {
      await leg.dialing.start();
    } catch (error) {
      // Nothing has left: the leg may be dialed again.
      leg.dialing.cancel();
      this.#legs.ended(leg, 'congestion');
      throw error;
    }
  }

  /** Right after a start the servers of trunks may not be known yet. */
  async #located({ route }: DialRequest): Promise<void> {
    const { trunks } = this.#parts;
    const names = route?.kind === 'trunk' ? route.hops.map(({ trunk }) => trunk) : [...trunks.keys()];
    await Promise.all(names.map((name) => trunks.get(name)?.located()));
  }

  #limit(leg: CarriedLeg, timeoutMs: number): void {
    const { clock } = this.#parts;
    leg.ringTimer?.cancel();
    leg.ringTimer = clock.at(clock.now() + timeoutMs, () => {
      leg.dialing?.cancel();
      this.#legs.ended(leg, 'no-answer');
    });
  }

  async #leaving(leg: CarriedLeg, sent: readonly SentInvite[], way: Way): Promise<void> {
    ride(leg, way.trunk);
    leg.record.invites = sent.map(({ invite, peer, branch }) => ({
      text: `${invite.method} ${invite.uri} SIP/2.0\r\n${invite.headers.format()}\r\n`,
      peer,
      branch,
    }));
    await this.#legs.store(leg);
  }

  #failedOver({ trunk = '', call: { peer } }: Way, status: number): void {
    this.#parts.trunks.get(trunk)?.failed({ status }, peer);
    const server = hostPort(peer);
    this.#parts.log.warn({ trunk, server, status }, 'A trunk did not take a call; the next way is tried');
  }

  /** What was answered is stored before it is acknowledged: from then on the party believes to be in a call. */
  async #answered(leg: CarriedLeg, answered: Answered, way: Way): Promise<void> {
    const { dialog, response, sdp, isOffer, sdpVersion } = answered;
    const session = new Session(this.#parts.sessionParts(leg), {
      dialog: dialog.state,
      ours: true,
      sdpVersion,
      takesUpdate: false,
    });
    session.heed(response);
    session.note(sdp);
    leg.record.session = session.record;
    ride(leg, way.trunk);
    this.#legs.answered(leg);
    await this.#legs.note(leg);
    leg.session = session;
    const acknowledge = (answer?: Sdp) => {
      answered.acknowledge(answer && sdp ? session.describe(fittedAnswer(answer, sdp)) : undefined);
      if (leg.record.state !== 'ended') void this.#legs.note(leg);
    };
    if (leg.record.state === 'ended' || this.#closed) {
      acknowledge(sdp && isOffer ? heldAnswer(sdp) : undefined);
      session.bye();
      return;
    }
    if (!sdp || !isOffer) acknowledge();
    else keepOpen(leg, { offer: sdp, acknowledge }, this.#parts.clock, this.#parts.settings().offerMs ?? 5000);
    this.#legs.tellAnswered(leg);
  }
}

/** Notes by which trunk a leg goes. */
function ride(leg: CarriedLeg, trunk: string | undefined): void {
  if (trunk === undefined) delete leg.record.trunk;
  else leg.record.trunk = trunk;
}
