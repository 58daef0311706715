import type { Transaction } from '../../store/index.js';
import { changedSettings, type DialSettings } from '../dial-settings.js';
import { type Chain, type ListRecord, RecordStatus } from '../list/index.js';
import type { Announcements } from './announcements.js';
import { untrackAttempts } from './attempt-store.js';
import type { Engagements } from './engagements.js';
import { outstandingWork } from './group-dialer.js';
import type { GroupDialers } from './group-dialers.js';
import { forgetGroup, insertGroup, lockGroup, type StoredGroup, storeGroup } from './group-store.js';
import { dropHeld, type HeldChain, lockHeldOfGroup } from './held-chain.js';
import type { LoadedGroup } from './loaded-group.js';
import type { Offers } from './offers.js';
import type { DialingParts } from './parts.js';
import type { Processing } from './processing.js';
import { ownerOf } from './record-supply.js';

export interface GroupLifeParts {
  dialing: DialingParts;
  announcements: Announcements;
  processing: Processing;
  engagements: Engagements;
  offers: Offers;
  dialers: GroupDialers;
  /** A group in Preview mode has begun to give out records. */
  previewStarted: () => void;
}

/**
 * The life of a campaign group in dialing: loaded, running, unloading, gone. Every step is a part of the caller's
 * transaction, under the lock of the group; what does not fit the state is ignored.
 */
export class GroupLife {
  readonly #parts: GroupLifeParts;

  constructor(parts: GroupLifeParts) {
    this.#parts = parts;
  }

  /** Begins to hold records for a group; nothing is dialed. Records that an earlier life of it left are taken back. */
  async load(tx: Transaction, group: LoadedGroup): Promise<void> {
    const now = this.#parts.dialing.clock.now();
    if (!(await insertGroup(tx, group, now))) return;
    await this.#parts.dialing.lists.takeBack(tx, ownerOf(group), 'ready');
    this.#parts.dialers.groupsChanged(tx);
  }

  async start(tx: Transaction, groupDbid: number, settings: DialSettings): Promise<void> {
    await this.#set(tx, groupDbid, (group) => ({ ...group, settings, state: 'running', isDepleted: false }));
    tx.afterCommit(() => {
      this.#parts.dialers.listsChanged();
      if (settings.dialMode === 'Preview') this.#parts.previewStarted();
    });
  }

  /** Changes what is dialed by, running or not. */
  async change(tx: Transaction, groupDbid: number, settings: DialSettings): Promise<void> {
    await this.#set(tx, groupDbid, (group) => ({
      ...group,
      settings: changedSettings(group.settings, settings),
      isDepleted: false,
    }));
  }

  /** Nothing new is dialed; calls finish, records stay where they are. */
  async stop(tx: Transaction, groupDbid: number): Promise<void> {
    await this.#set(tx, groupDbid, (group) => {
      const { waitingFor: _, ...rest } = group;
      return { ...rest, state: 'loaded' };
    });
    await this.#parts.engagements.release(tx, groupDbid);
    await this.#withdrawOffers(tx, groupDbid);
    // Its agents may work for others.
    tx.afterCommit(() => this.#parts.dialers.agentsChanged());
  }

  /**
   * Gives what is buffered back to the lists, what waits for a redial with its time.
   * @returns calls and records on desktops that are still to finish: then `onDrained` follows. 0: the group is not there
   *   any more
   */
  async beginUnload(tx: Transaction, groupDbid: number): Promise<{ outstanding: number }> {
    const group = await lockGroup(tx, groupDbid);
    if (!group) return { outstanding: 0 };
    await this.#parts.engagements.release(tx, groupDbid);
    await this.#withdrawOffers(tx, groupDbid);
    await this.#returnHeld(tx, groupDbid);
    const outstanding = await outstandingWork(tx, groupDbid);
    if (outstanding > 0) await storeGroup(tx, { ...group, state: 'unloading' });
    else await forgetGroup(tx, groupDbid);
    this.#parts.dialers.groupsChanged(tx);
    return { outstanding };
  }

  /** Forgets calls and desktops: handles become invalid, calls go on untracked. Nothing for a group that is not loaded. */
  async forceUnload(tx: Transaction, groupDbid: number): Promise<void> {
    const group = await lockGroup(tx, groupDbid);
    if (!group) return;
    const now = this.#parts.dialing.clock.now();
    await this.#parts.engagements.release(tx, groupDbid);
    await this.#withdrawOffers(tx, groupDbid);
    await this.#returnHeld(tx, groupDbid);
    for (const attempt of await untrackAttempts(tx, groupDbid, now)) {
      const { request } = attempt;
      if (request !== undefined) await this.#parts.dialing.router.cancel(tx, request);
    }
    const interrupted = await lockHeldOfGroup(tx, groupDbid, ['dialing', 'desktop', 'deciding']);
    for (const held of interrupted) {
      await this.#parts.offers.freeAgent(tx, held);
      if (held.agent !== undefined) await this.#parts.offers.tellWithdrawn(tx, held, held.agent);
    }
    await this.#parts.dialing.lists.takeBack(tx, ownerOf(group), 'stale');
    await dropHeld(
      tx,
      interrupted.map(({ id }) => id),
    );
    await forgetGroup(tx, groupDbid);
    this.#parts.dialers.groupsChanged(tx);
    tx.afterCommit(() => this.#parts.dialers.agentsChanged());
  }

  async #set(tx: Transaction, dbid: number, change: (group: StoredGroup) => StoredGroup): Promise<void> {
    const group = await lockGroup(tx, dbid);
    if (!group || group.state === 'unloading') return;
    await storeGroup(tx, change(group));
    tx.afterCommit(() => this.#parts.dialers.changed(dbid));
  }

  /** Records for which the router looks for agents are not offered any more. */
  async #withdrawOffers(tx: Transaction, groupDbid: number): Promise<void> {
    for (const held of await lockHeldOfGroup(tx, groupDbid, ['offered']))
      await this.#parts.offers.takeBack(tx, held, false);
  }

  /** Buffered chains go back as they are; those that wait for a redial go back with its time. */
  async #returnHeld(tx: Transaction, groupDbid: number): Promise<void> {
    const waiting = await lockHeldOfGroup(tx, groupDbid, ['waiting']);
    for (const held of waiting) {
      const record = await this.#recordOf(tx, held);
      if (record?.recordStatus !== RecordStatus.Retrieved || held.dueAt === undefined) await dropHeld(tx, [held.id]);
      else await this.#parts.processing.postpone(tx, held, record, held.dueAt);
    }
    const buffered = await lockHeldOfGroup(tx, groupDbid, ['buffered']);
    await this.#parts.processing.giveBack(tx, buffered);
    if (buffered.length === 0) return;
    const group = await lockGroup(tx, groupDbid);
    if (!group) return;
    const counts = new Map<string, number>();
    for (const { list } of buffered) counts.set(list, (counts.get(list) ?? 0) + 1);
    const header = { at: this.#parts.dialing.clock.now(), group: groupDbid, campaign: group.campaign.name };
    for (const [list, records] of counts) {
      await this.#parts.announcements.emit(tx, { ...header, type: 'records-not-processed', list, records });
    }
  }

  async #recordOf(tx: Transaction, held: HeldChain): Promise<ListRecord | undefined> {
    const chain: Chain | undefined = await this.#parts.dialing.lists.chain(held.list, held.chainId, tx);
    return chain?.records.find(({ recordId }) => recordId === held.recordId);
  }
}
