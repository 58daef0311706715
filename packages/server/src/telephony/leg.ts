import type { JsonObject } from '../kernel/index.js';
import type { DialDecision } from './dial-decision.js';
import type { CallProgress, Cause, LegReport, LegState, SwitchEvent } from './switch.js';

export type LegRole = 'customer' | 'agent' | 'inbound';

/** One party's connection to the network, as Ringback has stored it. Times: milliseconds since 1970. */
export interface Leg {
  id: string;
  callId: string;
  role: LegRole;
  /** The number dialed: the party's or agent's; of an inbound leg, the DN that was called. */
  number: string;
  /** The caller's number: the one shown to the party; of an inbound leg, the party's. */
  from: string;
  callerName?: string;
  /** Milliseconds of ringing after which the network gives up; 0 for inbound legs. */
  timeoutMs: number;
  /** Whether call progress detection was asked for; then `progress` follows the answer. */
  callProgress: boolean;
  agentId?: string;
  session?: string;
  callback?: string;
  /** Which attempt to reach the customer it is, from 1. */
  attempt?: number;
  userData: JsonObject;
  state: 'intended' | LegState;
  progress?: CallProgress;
  /** Why it ended. */
  cause?: Cause;
  intendedAt: number;
  dialedAt?: number;
  ringingAt?: number;
  answeredAt?: number;
  endedAt?: number;
  /** The bridge that it was last told to join, from the request on. */
  bridgeId?: string;
  /** Since when it is in it; absent until the network has confirmed. */
  joinedAt?: number;
  /** Where the dial plan sends it and which number it shows; absent where there is none. */
  decision?: DialDecision;
}

/** The events of a switch that change a leg. */
export type LegEvent = Extract<SwitchEvent, { type: 'leg' | 'call-progress' | 'joined' }>;

/**
 * The life cycle: from each state, where news of another one leads. A leg only goes forward; states may be skipped when
 * their news was missed. News that leads nowhere has come late or again.
 */
const LIFE_CYCLE: Readonly<Record<Leg['state'], Partial<Record<LegState, LegState>>>> = {
  intended: { dialing: 'dialing', ringing: 'ringing', answered: 'answered', ended: 'ended' },
  dialing: { ringing: 'ringing', answered: 'answered', ended: 'ended' },
  ringing: { answered: 'answered', ended: 'ended' },
  answered: { ended: 'ended' },
  ended: {},
};

const TIME_OF = { dialing: 'dialedAt', ringing: 'ringingAt', answered: 'answeredAt', ended: 'endedAt' } as const;

export interface Transition {
  leg: Leg;
  /** `none`: nothing changed. `late`: a fact was filled in that others need not hear. `news`: they must. */
  change: 'none' | 'late' | 'news';
}

/**
 * The leg after an event. Whatever comes twice changes nothing, whatever comes late does not take the leg back: the
 * outcome is the same in whatever order the events of a leg arrive.
 */
export function afterEvent(leg: Leg, event: LegEvent): Transition {
  switch (event.type) {
    case 'leg': {
      const known = leg[TIME_OF[event.state]] !== undefined;
      if (known) return unchanged(leg);
      const state = LIFE_CYCLE[leg.state][event.state];
      return {
        leg: {
          ...leg,
          state: state ?? leg.state,
          [TIME_OF[event.state]]: event.at,
          ...(event.state === 'ended' && { cause: event.cause }),
        },
        change: state === undefined ? 'late' : 'news',
      };
    }
    case 'call-progress':
      if (leg.progress !== undefined) return unchanged(leg);
      return { leg: { ...leg, progress: event.result }, change: newsUnlessEnded(leg) };
    case 'joined':
      if (leg.bridgeId !== event.bridgeId || leg.joinedAt !== undefined) return unchanged(leg);
      return { leg: { ...leg, joinedAt: event.at }, change: newsUnlessEnded(leg) };
  }
}

function unchanged(leg: Leg): Transition {
  return { leg, change: 'none' };
}

function newsUnlessEnded(leg: Leg): 'news' | 'late' {
  return leg.state === 'ended' ? 'late' : 'news';
}

/**
 * The events that a leg has missed, by what the network reports of it, in the order in which they happened.
 * @param now for times that the network does not remember
 */
export function missedEvents(leg: Leg, report: LegReport, now: number): LegEvent[] {
  const { state, dialedAt, ringingAt, answeredAt, endedAt, progress, bridgeId, joinedAt } = report;
  const { id: legId } = leg;
  const events: LegEvent[] = [];
  if (dialedAt !== undefined || state === 'dialing') {
    events.push({ type: 'leg', legId, at: dialedAt ?? now, state: 'dialing' });
  }
  if (ringingAt !== undefined || state === 'ringing') {
    events.push({ type: 'leg', legId, at: ringingAt ?? now, state: 'ringing' });
  }
  if (answeredAt !== undefined || state === 'answered') {
    events.push({ type: 'leg', legId, at: answeredAt ?? now, state: 'answered' });
  }
  if (progress !== undefined) events.push({ type: 'call-progress', legId, at: answeredAt ?? now, result: progress });
  if (bridgeId !== undefined) events.push({ type: 'joined', legId, bridgeId, at: joinedAt ?? now });
  if (state === 'ended') {
    events.push({ type: 'leg', legId, at: endedAt ?? now, state: 'ended', cause: report.cause ?? 'lost' });
  }
  return events;
}
