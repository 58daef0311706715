import type { Transaction } from '../../store/index.js';
import {
  type Chain,
  firstToDial,
  isCallback,
  isPersonalType,
  type ListRecord,
  type RecordOwner,
} from '../list/index.js';
import type { GroupOptions, WeightedList } from './group-options.js';
import type { StoredGroup } from './group-store.js';
import { holdChains, type NewlyHeld } from './held-chain.js';
import type { LoadedGroup } from './loaded-group.js';
import type { DialingParts } from './parts.js';
import { sharesOf } from './plan.js';

const PERSONAL_BATCH = 50;

/** Under which names the lists know who holds records. */
export function ownerOf(group: LoadedGroup): RecordOwner {
  return { appId: group.appId, groupId: group.dbid, campaignId: group.campaign.dbid };
}

/** Takes records out of the lists of a campaign into the buffer of a campaign group; none for one that is completing. */
export class RecordSupply {
  constructor(private readonly parts: DialingParts) {}

  /**
   * Asks the lists by their weights; what one does not have the others may give.
   * @returns how many chains there were
   */
  async take(tx: Transaction, group: StoredGroup, options: GroupOptions, wanted: number): Promise<number> {
    let taken = 0;
    for (let lists = group.settings.completing ? [] : options.lists; taken < wanted && lists.length > 0; ) {
      const more: WeightedList[] = [];
      const before = taken;
      for (const { list, limit } of sharesOf(wanted - taken, lists)) {
        const weighted = lists.find(({ name }) => name === list);
        const chains = limit === 0 ? [] : await this.#retrieve(tx, group, list, limit);
        taken += chains.length;
        if (chains.length >= limit && weighted) more.push(weighted);
      }
      if (taken === before && more.length === lists.length) break;
      lists = more;
    }
    return taken;
  }

  /**
   * Takes personal records that are due.
   * @param agentId whose; absent: everybody's
   * @returns whether there may be more of them
   */
  async takePersonal(tx: Transaction, group: StoredGroup, options: GroupOptions, agentId?: string): Promise<boolean> {
    const { lists, clock } = this.parts;
    if (group.settings.completing) return false;
    let isMore = false;
    for (const { name: list } of options.lists) {
      const chains = await lists.dueForAgent(tx, {
        ...{ list, agentId, now: clock.now() },
        owner: ownerOf(group),
        limit: PERSONAL_BATCH,
      });
      await this.#hold(tx, group, chains);
      isMore ||= chains.length === PERSONAL_BATCH;
    }
    return isMore;
  }

  async #retrieve(tx: Transaction, group: StoredGroup, list: string, limit: number): Promise<Chain[]> {
    const { lists, clock } = this.parts;
    const chains = await lists.retrieve(tx, {
      ...{ list, limit, now: clock.now() },
      owner: ownerOf(group),
      priorities: group.settings.priorities,
    });
    await this.#hold(tx, group, chains);
    return chains;
  }

  async #hold(tx: Transaction, group: StoredGroup, chains: readonly Chain[]): Promise<void> {
    const { clock, lists } = this.parts;
    const now = clock.now();
    const held = chains.map((chain) => {
      const settings = lists.settings(chain.list);
      const record = (settings && firstToDial(chain, settings, now)) ?? chain.records[0];
      if (!record) throw new RangeError(`Chain ${chain.chainId} of list ${chain.list} has no records.`);
      return toHold(chain, record);
    });
    await holdChains(tx, group.dbid, held, now);
  }
}

function toHold(chain: Chain, record: ListRecord): NewlyHeld {
  const personal = isPersonalType(record.recordType) ? record.agentId : undefined;
  return {
    chain,
    recordId: record.recordId,
    isCallback: isCallback(record.recordType) || personal !== undefined,
    ...(personal !== undefined && { forAgent: personal }),
  };
}
