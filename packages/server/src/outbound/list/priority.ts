import { type CampaignTypeName, campaignTypes } from './record-type.js';

/**
 * `dialing_priority` (reference 002): which type of record is served first, and how many of it are taken before the next
 * type gets its turn.
 */
export interface TypePriority {
  /** The higher, the earlier. */
  priority: number;
  /** How many records of the type are taken before the next type is looked at; absent or 0: as many as there are. */
  nRecords?: number | undefined;
}

export type DialingPriority = Readonly<Record<CampaignTypeName, TypePriority>>;

/** Campaign callbacks before rescheduled records before general ones (options `default_*_priority`). */
export const DEFAULT_PRIORITIES: DialingPriority = {
  General: { priority: 1 },
  CampaignRescheduled: { priority: 2 },
  CampaignCallBack: { priority: 3 },
};

/** Where a round over the types stands: which one is being served, and how many of it were taken. */
export interface TurnOfTypes {
  type: CampaignTypeName;
  taken: number;
}

/** The types in the order in which they are served; of equal priorities the one that was agreed with a customer first. */
export function typesInOrder(priorities: DialingPriority): CampaignTypeName[] {
  return [...campaignTypes].reverse().sort((one, other) => priorities[other].priority - priorities[one].priority);
}

/**
 * Takes up to `limit` items out of one queue per type, in turns: from each type its number of records, then from the
 * next; a type without more loses its turn.
 * @param turn where the last call left off; absent: with the first type
 */
export function takeInTurns<Item>(
  queues: Readonly<Record<CampaignTypeName, readonly Item[]>>,
  priorities: DialingPriority,
  limit: number,
  turn?: TurnOfTypes,
): { items: Item[]; turn: TurnOfTypes | undefined } {
  const order = typesInOrder(priorities);
  const positions: Record<CampaignTypeName, number> = { General: 0, CampaignRescheduled: 0, CampaignCallBack: 0 };
  const items: Item[] = [];
  let index = turn ? Math.max(0, order.indexOf(turn.type)) : 0;
  let taken = turn?.taken ?? 0;
  for (let idle = 0; items.length < limit && idle <= order.length; ) {
    const type = order[index] ?? 'General';
    const item = queues[type][positions[type]];
    const share = priorities[type].nRecords || Number.POSITIVE_INFINITY;
    if (item === undefined || taken >= share) {
      index = (index + 1) % order.length;
      taken = 0;
      idle += 1;
      continue;
    }
    items.push(item);
    positions[type] += 1;
    taken += 1;
    idle = 0;
  }
  const type = order[index] ?? 'General';
  // Without shares every round begins with the most important type.
  const shared = order.some((name) => priorities[name].nRecords);
  return { items, turn: shared ? { type, taken } : undefined };
}
