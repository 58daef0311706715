import { readTimeZone } from '../../../config/index.js';
import type { Activity, Clock, Logger } from '../../../kernel/index.js';
import { type Database, DueWork, type Transaction } from '../../../store/index.js';
import { OutboundError } from '../../errors.js';
import type { CampaignConfiguration, CampaignDirectory } from '../directory.js';
import type { GroupOperations } from '../group-operations.js';
import { readGroup } from '../group-record.js';
import { isStarted } from '../life-cycle.js';
import type { Cause } from '../notification.js';
import { itemsOn, type Timetable } from './occurrence.js';
import {
  allScheduleRecords,
  beginScheduledItem,
  claimDueSchedules,
  deleteSchedule,
  endScheduledItem,
  lockSchedule,
  nextDueSchedule,
  scheduledItemCount,
  storeSchedule,
} from './schedule-record.js';
import {
  type ItemProgress,
  type ScheduleEffect,
  type ScheduleInput,
  type ScheduleProgress,
  scheduleStep,
} from './schedule-step.js';

/** An item on the day that a schedule is at. Times: milliseconds since 1970. */
export interface ScheduledItemView {
  campaignGroup: string;
  phase: 'waiting' | ItemProgress['phase'];
  startAt: number;
  stopAt: number;
  /** Why it is done: `stopTime`, `stopAtDials`, `stopAtContacts`, `missed`, or what kept it from being started. */
  reason?: string;
}

/** Where an outbound schedule stands. */
export interface OutboundScheduleView {
  name: string;
  /** `YYYY-MM-DD` in the schedule's zone: the day that it is at, or the last one while it waits for the next. */
  day?: string;
  items: readonly ScheduledItemView[];
  /** When it does something next; absent: never again. */
  dueAt?: number;
}

const KIND = 'outbound-schedules';
/** A campaign group that is still being unloaded is tried again after this time. */
const RETRY_MS = 1000;
const DUE: ScheduleInput = { type: 'due' };

/**
 * Outbound schedules: rows, each changed under its lock by the pure table in schedule-step.ts, with the operations on the
 * campaign groups in the same transaction. Driven by due times (any node claims them), by what is counted and by changes
 * of the configuration. What people do to a campaign group meanwhile stands: one that they stop is not started again on
 * that day.
 */
export class OutboundSchedules {
  readonly #due: DueWork<string>;
  #forget: (() => void) | undefined;

  constructor(
    private readonly parts: {
      database: Database;
      configuration: CampaignConfiguration;
      directory: CampaignDirectory;
      operations: GroupOperations;
      clock: Clock;
      activity: Activity;
      log: Logger;
    },
  ) {
    const { database } = parts;
    this.#due = new DueWork({
      ...parts,
      name: 'outbound schedules',
      nextDue: () => nextDueSchedule(database),
      claim: (now, limit) => claimDueSchedules(database, now, limit),
      run: async (names) => {
        for (const name of names) await this.#look(name, DUE);
      },
    });
  }

  /** Looks at every schedule: what is configured, and what ran while it still was. */
  async start(): Promise<void> {
    this.#forget = this.parts.configuration.onChange(({ kind, name }) => {
      if (kind === KIND) void this.#inBackground(name, () => this.#follow(name));
    });
    const stored = (await allScheduleRecords(this.parts.database)).map(({ name }) => name);
    const names = new Set([...stored, ...this.parts.configuration.objects(KIND).keys()]);
    for (const name of names) await this.#inBackground(name, () => this.#follow(name));
    await this.#due.start();
  }

  async stop(): Promise<void> {
    this.#forget?.();
    await this.#due.stop();
  }

  /** All schedules that run, by name. */
  async all(): Promise<OutboundScheduleView[]> {
    return (await allScheduleRecords(this.parts.database)).map(({ name, progress, dueAt }) => ({
      name,
      ...(progress && { day: progress.day }),
      items: this.#itemsOf(name, progress),
      ...(dueAt !== undefined && { dueAt }),
    }));
  }

  /** Looks at what the item of a campaign group has done, when a dial or a contact was counted. */
  async counted(groupNumber: number): Promise<void> {
    await this.#inBackground(String(groupNumber), async () => {
      const count = await scheduledItemCount(this.parts.database, groupNumber);
      const limits =
        count && this.#itemOf(count.schedule, ({ campaign, group }) => `${campaign}@${group}` === count.campaignGroup);
      if (!count || !limits) return;
      const { stopAtDials = Number.POSITIVE_INFINITY, stopAtContacts = Number.POSITIVE_INFINITY } = limits;
      // Looked at without the lock first: most dials change nothing.
      if (count.dials < stopAtDials && count.contacts < stopAtContacts) return;
      await this.#look(count.schedule, { type: 'counted', ...count });
    });
  }

  /** Its configuration has changed: one that is not there any more ends what it runs. */
  async #follow(name: string): Promise<void> {
    if (this.#timetable(name)) return this.#look(name, DUE);
    await this.parts.database.transaction(async (tx) => {
      const { progress } = await lockSchedule(tx, name, this.parts.clock.now());
      const { effects } = scheduleStep(undefined, progress, DUE, this.parts.clock.now());
      for (const effect of effects) await this.#perform(tx, name, effect, progress);
      await deleteSchedule(tx, name);
    });
  }

  async #look(name: string, input: ScheduleInput): Promise<void> {
    const timetable = this.#timetable(name);
    await this.parts.database.transaction(async (tx) => {
      const now = this.parts.clock.now();
      const record = await lockSchedule(tx, name, now);
      if (!timetable) {
        // Whoever hears that it is gone ends it; this node may only not have heard yet that it is there.
        await storeSchedule(tx, { ...record, dueAt: now + RETRY_MS }, now);
        return;
      }
      const outcome = scheduleStep(timetable, record.progress, input, now);
      let { progress } = outcome;
      let retry = false;
      for (const effect of outcome.effects) {
        const refused = await this.#perform(tx, name, effect, progress);
        if (refused === 'later') retry = true;
        if (refused !== undefined && progress) progress = corrected(progress, effect.campaignGroup, refused);
      }
      const dueAt = retry ? now + RETRY_MS : outcome.dueAt;
      await storeSchedule(tx, { name, ...(progress && { progress }), ...(dueAt !== undefined && { dueAt }) }, now);
      if (dueAt !== undefined) tx.afterCommit(() => this.#due.wake(dueAt));
    });
  }

  /** @returns why it was not done; `later`: it is to be tried again */
  async #perform(
    tx: Transaction,
    schedule: string,
    { type, campaignGroup }: ScheduleEffect,
    progress: ScheduleProgress | undefined,
  ): Promise<string | undefined> {
    try {
      if (type === 'end') return await this.#end(tx, schedule, campaignGroup);
      return await this.#begin(tx, schedule, campaignGroup, progress);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      this.parts.log.warn(
        { campaignGroup, schedule, reason: error.message },
        type === 'begin'
          ? 'An item of an outbound schedule could not be started and is passed over'
          : 'An item of an outbound schedule could not be ended',
      );
      return type === 'begin' ? error.message : undefined;
    }
  }

  /** One that was loaded or even started by somebody else belongs to the schedule from now on. */
  async #begin(
    tx: Transaction,
    schedule: string,
    campaignGroup: string,
    progress: ScheduleProgress | undefined,
  ): Promise<string | undefined> {
    const reference = await this.parts.directory.find(tx, { name: campaignGroup });
    if (this.parts.directory.configured(campaignGroup)?.operationMode === 'Manual') return 'operationMode is Manual';
    const stored = await readGroup(tx, campaignGroup);
    if (stored?.state === 'WaitingUnload' || stored?.state === 'UnloadInProgress') return 'later';
    const cause = await this.#cause(tx, schedule);
    const item = this.#daysItems(schedule, progress).find((other) => other.campaignGroup === campaignGroup);
    const isLoaded = stored !== undefined && stored.state !== 'NotLoaded';
    if (!isLoaded) await this.parts.operations.load(tx, reference, item?.change ?? {}, cause);
    if (!isLoaded || !isStarted(stored.state)) {
      await this.parts.operations.start(tx, reference, item?.change ?? {}, cause);
    }
    if (item?.stopAtDials !== undefined || item?.stopAtContacts !== undefined) {
      await beginScheduledItem(tx, reference, schedule);
    }
    return undefined;
  }

  async #end(tx: Transaction, schedule: string, campaignGroup: string): Promise<undefined> {
    await endScheduledItem(tx, campaignGroup, schedule);
    const stored = await readGroup(tx, campaignGroup);
    if (!stored || stored.state === 'NotLoaded') return;
    await this.parts.operations.unload(tx, stored.reference, await this.#cause(tx, schedule));
  }

  async #cause(tx: Transaction, name: string): Promise<Cause> {
    const object = this.parts.configuration.object(KIND, name);
    if (!object) return { origin: 'configuration' };
    return { origin: 'schedule', schedule: await this.parts.directory.numberOf(tx, KIND, object) };
  }

  /** Undefined when the schedule is not there or switched off. */
  #timetable(name: string): Timetable | undefined {
    const object = this.parts.configuration.object(KIND, name);
    if (!object?.enabled) return undefined;
    return { ...object, zone: readTimeZone(object.timeZone)?.zone ?? 'UTC' };
  }

  #itemOf(schedule: string, isIt: (item: Timetable['items'][number]) => boolean) {
    return this.#timetable(schedule)?.items.find(isIt);
  }

  #daysItems(schedule: string, progress: ScheduleProgress | undefined) {
    const timetable = this.#timetable(schedule);
    return timetable && progress ? itemsOn(timetable, progress.day) : [];
  }

  #itemsOf(schedule: string, progress: ScheduleProgress | undefined): ScheduledItemView[] {
    return this.#daysItems(schedule, progress).map(({ campaignGroup, startAt, stopAt }) => {
      const item: Pick<ScheduledItemView, 'phase' | 'reason'> = progress?.items[campaignGroup] ?? { phase: 'waiting' };
      return { campaignGroup, startAt, stopAt, ...item };
    });
  }

  async #inBackground(schedule: string, work: () => Promise<void>): Promise<void> {
    await this.parts.activity.run(async () => {
      try {
        await work();
      } catch (error) {
        this.parts.log.error(
          { err: error, schedule },
          'An outbound schedule could not go on; its next event tries again',
        );
      }
    });
  }
}

function corrected(progress: ScheduleProgress, campaignGroup: string, refused: string): ScheduleProgress {
  const { [campaignGroup]: _, ...others } = progress.items;
  // Without an entry it waits.
  const items =
    refused === 'later' ? others : { ...others, [campaignGroup]: { phase: 'done' as const, reason: refused } };
  return { ...progress, items };
}
