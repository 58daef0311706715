import type { LegReport, LegState } from './switch.js';

/** What a driver knows of a leg that it carries or carried. */
type KnownLeg = { id: string; state: LegState } & Pick<
  LegReport,
  'cause' | 'dialedAt' | 'ringingAt' | 'answeredAt' | 'endedAt' | 'progress' | 'bridgeId' | 'joinedAt'
>;

/** What is told of a leg when somebody asks; one that has ended is in no bridge. */
export function reportOf(leg: KnownLeg): LegReport {
  const { id: legId, state, cause, dialedAt, ringingAt, answeredAt, endedAt, progress, bridgeId, joinedAt } = leg;
  return {
    legId,
    known: true,
    state,
    ...(cause !== undefined && { cause }),
    ...(dialedAt !== undefined && { dialedAt }),
    ...(ringingAt !== undefined && { ringingAt }),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(progress !== undefined && { progress }),
    ...(state !== 'ended' && bridgeId !== undefined && { bridgeId }),
    ...(state !== 'ended' && joinedAt !== undefined && { joinedAt }),
  };
}
