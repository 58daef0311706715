import type { Activity, Clock, Logger } from '../../kernel/index.js';
import { type Database, DueWork, type Transaction } from '../../store/index.js';
import { maySwitchWhileRunning } from '../dial-mode.js';
import type { DialSettingsChange } from '../dial-settings.js';
import { OutboundError } from '../errors.js';
import { requireLicensed } from './configured-settings.js';
import type { CampaignConfiguration, CampaignDirectory, CampaignGroupReference } from './directory.js';
import type { GroupOperations } from './group-operations.js';
import { readGroup } from './group-record.js';
import type { CampaignNotification, Cause, SequenceNotification, SequenceView } from './notification.js';
import type { Notifications } from './notifications.js';
import {
  NEW_SEQUENCE,
  type Schedule,
  type ScheduleItem,
  type SequenceEffect,
  type SequenceInput,
  sequenceStep,
} from './sequence.js';
import {
  allSequences,
  beginItem,
  claimDueSequences,
  createSequence,
  deleteSequence,
  endItem,
  itemCount,
  lockSequence,
  nextDueSequence,
  readSequence,
  readSequenceOfNumber,
  type SequenceRecord,
  storeSequence,
} from './sequence-record.js';
import { campaignGroupsOf, sequenceView } from './sequence-view.js';

/** An unload that was begun: where the sequence stands, and where it stood when it was gone. */
export interface SequenceUnloading {
  view: SequenceView;
  done: Promise<SequenceView>;
}

const BY_REQUEST: Cause = { origin: 'request' };
const BY_ITSELF: Cause = { origin: 'sequence' };
/** An item whose campaign is still being unloaded from an earlier item is tried again after this time. */
const RETRY_MS = 1000;

/**
 * The campaign sequences, one per agent group at most: rows, each changed under its lock by the pure table in sequence.ts,
 * with the operations on the campaign groups in the same transaction. Driven by requests, by due times (any node claims
 * them), by what is counted, and by the end of unloads.
 */
export class Sequences {
  readonly #database: Database;
  readonly #configuration: CampaignConfiguration;
  readonly #directory: CampaignDirectory;
  readonly #operations: GroupOperations;
  readonly #notifications: Notifications;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #due: DueWork<string>;

  constructor(parts: {
    database: Database;
    configuration: CampaignConfiguration;
    directory: CampaignDirectory;
    operations: GroupOperations;
    notifications: Notifications;
    clock: Clock;
    activity: Activity;
    log: Logger;
  }) {
    this.#database = parts.database;
    this.#configuration = parts.configuration;
    this.#directory = parts.directory;
    this.#operations = parts.operations;
    this.#notifications = parts.notifications;
    this.#clock = parts.clock;
    this.#activity = parts.activity;
    this.#log = parts.log;
    this.#due = new DueWork({
      ...parts,
      name: 'campaign sequences',
      nextDue: () => nextDueSequence(this.#database),
      claim: (now, limit) => claimDueSequences(this.#database, now, limit),
      run: async (groups) => {
        for (const group of groups) await this.#input(group, { type: 'due' });
      },
    });
  }

  /** Looks at every sequence: what was counted, and what has ended, while nobody was there. */
  async start(): Promise<void> {
    for (const { group, items, state } of await allSequences(this.#database)) {
      const item = items[state.item];
      if (item) await this.counted(group.name, item.dbid);
      await this.#endIfDone(group.name);
    }
    await this.#due.start();
  }

  async stop(): Promise<void> {
    await this.#due.stop();
  }

  /**
   * @throws OutboundError `group-not-found`, `invalid-campaign-schedule` (an unknown or unpaired campaign, no item, a stop
   *   before the start), `campaign-already-loaded`, `license-violation`
   */
  async load(group: number, schedule: Schedule, cause = BY_REQUEST): Promise<SequenceView> {
    return this.#database.transaction(async (tx) => {
      const owner = await this.#directory.agentGroup(tx, group);
      const items = await campaignGroupsOf(tx, this.#directory, owner, schedule);
      const record: SequenceRecord = { group: owner, schedule, items, state: NEW_SEQUENCE };
      if (!(await createSequence(tx, record, this.#clock.now()))) throw new OutboundError('campaign-already-loaded');
      for (const { dialMode } of schedule.items) if (dialMode) requireLicensed(this.#configuration, dialMode);
      return this.#announce(tx, record, 'loaded', cause);
    });
  }

  /** @throws OutboundError `group-not-found`, `campaign-schedule-not-found`, `campaign-already-started` */
  startDialing(group: number, change: DialSettingsChange = {}, cause = BY_REQUEST): Promise<SequenceView> {
    return this.#change(group, async (tx, record) => {
      const started = await this.#apply(tx, record, { type: 'start' }, change);
      return this.#announce(tx, started, 'started', cause);
    });
  }

  /** @throws OutboundError `group-not-found`, `campaign-schedule-not-found`, `campaign-not-started` */
  stopDialing(group: number, cause = BY_REQUEST): Promise<SequenceView> {
    return this.#change(group, async (tx, record) => {
      const stopped = await this.#apply(tx, record, { type: 'stop' });
      return this.#announce(tx, stopped, 'stopped', cause);
    });
  }

  /** Applies to the item that is dialing. @throws OutboundError as `startDialing`, and `invalid-campaign-schedule-mode` */
  setDialingMode(group: number, change: DialSettingsChange, cause = BY_REQUEST): Promise<SequenceView> {
    return this.#change(group, async (tx, record) => {
      const reference = record.items[record.state.item];
      if (record.state.phase !== 'running' || !reference) throw new OutboundError('campaign-not-started');
      const current = (await readGroup(tx, reference.name))?.settings.dialMode;
      if (change.dialMode && current && !maySwitchWhileRunning(current, change.dialMode)) {
        throw new OutboundError('invalid-campaign-schedule-mode');
      }
      await this.#operations.change(tx, reference, change, cause);
      return sequenceView(tx, record);
    });
  }

  /** Ends it: the item is stopped and unloaded. @throws OutboundError `group-not-found`, `campaign-schedule-not-found` */
  async unload(group: number, cause = BY_REQUEST): Promise<SequenceUnloading> {
    const waiting = this.#untilGone(group);
    try {
      const { view, gone } = await this.#change(group, async (tx, record) => {
        const ending = await this.#apply(tx, record, { type: 'unload' });
        const gone = await this.#deleteIfDone(tx, ending, cause);
        return { view: await sequenceView(tx, ending), gone };
      });
      if (gone) waiting.cancel();
      return { view, done: gone ? Promise.resolve(view) : waiting.done };
    } catch (error) {
      waiting.cancel();
      throw error;
    }
  }

  /** Unloads its campaigns at once and ends it. @throws OutboundError `group-not-found`, `campaign-schedule-not-found` */
  forceUnload(group: number, cause = BY_REQUEST): Promise<SequenceView> {
    return this.#change(group, (tx, record) => this.#dropRecord(tx, record, BY_ITSELF, cause));
  }

  /** @throws OutboundError `group-not-found`, `campaign-schedule-not-found` */
  async status(group: number): Promise<SequenceView> {
    await this.#directory.agentGroup(this.#database, group);
    const record = await readSequenceOfNumber(this.#database, group);
    if (!record) throw new OutboundError('campaign-schedule-not-found');
    return sequenceView(this.#database, record);
  }

  /** All sequences, by agent group. */
  async all(): Promise<SequenceView[]> {
    const views: SequenceView[] = [];
    for (const record of await allSequences(this.#database)) views.push(await sequenceView(this.#database, record));
    return views;
  }

  /** Ends the sequence of an agent group by force, in the transaction that forces one of its campaigns out. */
  async drop(tx: Transaction, agentGroup: string, cause: Cause): Promise<void> {
    const record = await lockSequence(tx, agentGroup);
    if (record) await this.#dropRecord(tx, record, { ...cause, origin: 'sequence' }, BY_ITSELF);
  }

  /** Its item's lists have nothing more to dial. */
  depleted(agentGroup: string, campaignGroup: string): void {
    void this.#inBackground(agentGroup, async () => {
      const record = await readSequence(this.#database, agentGroup);
      if (record?.items[record.state.item]?.name !== campaignGroup) return;
      await this.#input(agentGroup, { type: 'depleted' });
    });
  }

  /** Looks at what the item of a campaign group has done, when a dial or a contact was counted. */
  async counted(agentGroup: string, campaignGroup: number): Promise<void> {
    await this.#inBackground(agentGroup, async () => {
      const count = await itemCount(this.#database, campaignGroup);
      const record = await readSequence(this.#database, agentGroup);
      if (count?.agentGroup !== agentGroup || !record) return;
      const input = { type: 'counted', dials: count.dials, contacts: count.contacts } as const;
      const outcome = sequenceStep(record.schedule, record.state, input, this.#clock.now());
      // Looked at without the lock first: most dials change nothing.
      if (typeof outcome !== 'string' && outcome.state !== record.state) await this.#input(agentGroup, input);
    });
  }

  /** Hears of unloads: the last one may be the end of a sequence. */
  follow(notification: CampaignNotification): void {
    if (notification.subject !== 'group' || notification.message !== 'unloaded') return;
    const { group } = notification.group;
    void this.#inBackground(group.name, () => this.#endIfDone(group.name));
  }

  async #change<T>(group: number, work: (tx: Transaction, record: SequenceRecord) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (tx) => {
      await this.#directory.agentGroup(tx, group);
      const found = await readSequenceOfNumber(tx, group);
      const record = found && (await lockSequence(tx, found.group.name));
      if (!record) throw new OutboundError('campaign-schedule-not-found');
      return work(tx, record);
    });
  }

  /** An input from within: nothing when the sequence is gone. */
  async #input(agentGroup: string, input: SequenceInput): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const record = await lockSequence(tx, agentGroup);
      if (!record) return;
      const after = await this.#apply(tx, record, input);
      await this.#deleteIfDone(tx, after, BY_ITSELF);
    });
  }

  async #apply(
    tx: Transaction,
    record: SequenceRecord,
    input: SequenceInput,
    change: DialSettingsChange = {},
  ): Promise<SequenceRecord> {
    const outcome = sequenceStep(record.schedule, record.state, input, this.#clock.now());
    if (typeof outcome === 'string') throw new OutboundError(outcome);
    let after: SequenceRecord = { ...record, state: outcome.state };
    for (const effect of outcome.effects) {
      after = await this.#perform(tx, after, effect, change);
      // The item could not begin: what was to follow it has been replaced by what followed from that.
      if (after.state !== outcome.state) break;
    }
    await storeSequence(tx, after, this.#clock.now());
    tx.afterCommit(() => this.#due.wake(after.state.dueAt));
    return after;
  }

  async #perform(
    tx: Transaction,
    record: SequenceRecord,
    effect: SequenceEffect,
    change: DialSettingsChange,
  ): Promise<SequenceRecord> {
    if (effect.type === 'moved') {
      await this.#announce(tx, record, 'status', BY_ITSELF);
      return record;
    }
    const reference = record.items[effect.item];
    const item = record.schedule.items[effect.item];
    if (!reference || !item) return record;
    const holder = record.group.name;
    switch (effect.type) {
      case 'load-and-start':
        return this.#begin(tx, record, reference, { ...wantedOf(item), ...change });
      case 'start':
        await this.#operations.start(tx, reference, change, BY_ITSELF, holder);
        return record;
      case 'stop':
        await this.#operations.stop(tx, reference, BY_ITSELF, holder);
        return record;
      case 'unload':
        await endItem(tx, reference.dbid);
        await this.#operations.unload(tx, reference, BY_ITSELF, holder);
        return record;
    }
  }

  /** Loads and starts an item; one that cannot be is passed over. */
  async #begin(
    tx: Transaction,
    record: SequenceRecord,
    reference: CampaignGroupReference,
    wanted: DialSettingsChange,
  ): Promise<SequenceRecord> {
    const holder = record.group.name;
    try {
      await this.#operations.load(tx, reference, wanted, BY_ITSELF, holder);
      await this.#operations.start(tx, reference, {}, BY_ITSELF, holder);
      await beginItem(tx, reference.dbid, holder);
      return record;
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const stillThere = error.code === 'campaign-already-loaded';
      const own = stillThere && (await readGroup(tx, reference.name))?.sequence === holder;
      if (own) return waiting(record, this.#clock.now());
      this.#log.warn(
        { campaignGroup: reference.name, sequence: holder, reason: error.message },
        'An item of a campaign sequence could not be started and is passed over',
      );
      return this.#apply(tx, record, { type: 'item-failed' });
    }
  }

  async #dropRecord(tx: Transaction, record: SequenceRecord, groupCause: Cause, cause: Cause): Promise<SequenceView> {
    for (const reference of uniqueReferences(record.items)) {
      const stored = await readGroup(tx, reference.name);
      if (stored?.sequence !== record.group.name) continue;
      await this.#operations.forceUnload(tx, reference, groupCause);
    }
    const ended: SequenceRecord = { ...record, state: { phase: 'ending', item: record.state.item, itemLoaded: false } };
    await deleteSequence(tx, record);
    return this.#announce(tx, ended, 'unloaded', cause);
  }

  async #endIfDone(agentGroup: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const record = await lockSequence(tx, agentGroup);
      if (record) await this.#deleteIfDone(tx, record, BY_ITSELF);
    });
  }

  /** A sequence without items to come is gone when all its campaigns are unloaded. */
  async #deleteIfDone(tx: Transaction, record: SequenceRecord, cause: Cause): Promise<boolean> {
    if (record.state.phase !== 'ending') return false;
    for (const { name } of record.items) {
      const stored = await readGroup(tx, name);
      if (stored?.sequence === record.group.name && stored.state !== 'NotLoaded') return false;
    }
    await deleteSequence(tx, record);
    await this.#announce(tx, record, 'unloaded', cause);
    return true;
  }

  async #announce(
    tx: Transaction,
    record: SequenceRecord,
    message: SequenceNotification['message'],
    cause: Cause,
  ): Promise<SequenceView> {
    const sequence = await sequenceView(tx, record);
    await this.#notifications.announce(tx, { ...cause, subject: 'sequence', message, sequence, at: this.#clock.now() });
    return sequence;
  }

  #untilGone(group: number): { done: Promise<SequenceView>; cancel: () => void } {
    let cancel = () => {};
    const done = new Promise<SequenceView>((resolve) => {
      cancel = this.#notifications.add((heard) => {
        if (heard.subject !== 'sequence' || heard.message !== 'unloaded' || heard.sequence.group.dbid !== group) return;
        cancel();
        resolve(heard.sequence);
      });
    });
    return { done, cancel: () => cancel() };
  }

  async #inBackground(agentGroup: string, work: () => Promise<void>): Promise<void> {
    await this.#activity.run(async () => {
      try {
        await work();
      } catch (error) {
        this.#log.error(
          { err: error, sequence: agentGroup },
          'A campaign sequence could not go on; its next event tries again',
        );
      }
    });
  }
}

/** Its campaign is still being unloaded from an earlier item. */
function waiting(record: SequenceRecord, now: number): SequenceRecord {
  const { item } = record.state;
  return { ...record, state: { phase: 'sleeping', item, itemLoaded: false, dueAt: now + RETRY_MS } };
}

function wantedOf({ dialMode, optimizeBy, optimizeGoal }: ScheduleItem): DialSettingsChange {
  return {
    ...(dialMode !== undefined && { dialMode }),
    ...(optimizeBy !== undefined && { optimizeBy }),
    ...(optimizeGoal !== undefined && { optimizeGoal }),
  };
}

function uniqueReferences(items: readonly CampaignGroupReference[]): CampaignGroupReference[] {
  return [...new Map(items.map((item) => [item.name, item])).values()];
}
