import type { Activity, Clock, Logger } from '../../kernel/index.js';
import type { Journal } from '../../reporting/index.js';
import type { Database, Transaction } from '../../store/index.js';
import { outboundApplication } from '../application.js';
import type { DialSettingsChange } from '../dial-settings.js';
import type { CallsUnderWay, Dialing, DialingEvent } from '../dialing/index.js';
import { OutboundError } from '../errors.js';
import type { CallingLists } from '../list/index.js';
import { AttemptReports } from './attempt-report.js';
import {
  type CampaignConfiguration,
  CampaignDirectory,
  type CampaignGroupReference,
  type CampaignGroupSelector,
} from './directory.js';
import { GroupOperations } from './group-operations.js';
import { type GroupView, loadedGroups, readGroup, readGroupOfNumber, viewOf } from './group-record.js';
import type { CampaignNotification, Cause } from './notification.js';
import { Notifications } from './notifications.js';
import { Outage } from './outage.js';
import { OutboundSchedules } from './schedule/index.js';
import { Sequences } from './sequences.js';
import { type HttpPost, StateReports } from './state-report.js';
import { CampaignStatistics, type Occupancy } from './statistics.js';

export interface CampaignGroupsOptions {
  database: Database;
  configuration: CampaignConfiguration;
  journal: Journal;
  dialing: Pick<
    Dialing,
    | 'load'
    | 'startGroup'
    | 'change'
    | 'stopGroup'
    | 'beginUnload'
    | 'forceUnload'
    | 'outstanding'
    | 'onDrained'
    | 'onDepleted'
    | 'onEvent'
    | 'attempts'
    | 'attemptCall'
    | 'calls'
    | 'mostAbandoned'
  >;
  lists: Pick<CallingLists, 'ready' | 'find'>;
  /** How busy the agents of an agent group are. */
  occupancy: (agentGroup: string) => Promise<Occupancy>;
  /** Sends reports over HTTP. */
  post: HttpPost;
  clock: Clock;
  activity: Activity;
  log: Logger;
}

/** An unload that was begun: how the group stands now, and how it stands when it is not loaded any more. */
export interface Unloading {
  view: GroupView;
  done: Promise<GroupView>;
}

type GroupWork = (tx: Transaction, reference: CampaignGroupReference) => Promise<Parameters<typeof viewOf>[0]>;

const BY_REQUEST: Cause = { origin: 'request' };

/**
 * Campaign groups: everything that may be asked of them, from any node, and what happens to them by itself
 * (auto-completion, the end of an unload, the loss of what they need). Their states are rows; each operation is one
 * transaction under the lock of the row.
 */
export class CampaignGroups {
  readonly sequences: Sequences;
  readonly schedules: OutboundSchedules;
  readonly directory: CampaignDirectory;
  readonly statistics: CampaignStatistics;
  readonly #options: CampaignGroupsOptions;
  readonly #operations: GroupOperations;
  readonly #notifications: Notifications;
  readonly #stateReports: StateReports;
  readonly #attemptReports: AttemptReports;
  readonly #outage: Outage;
  #forget: (() => void)[] = [];

  constructor(options: CampaignGroupsOptions) {
    this.#options = options;
    const { configuration, dialing, clock } = options;
    this.directory = new CampaignDirectory(configuration);
    this.#notifications = new Notifications(options);
    this.#operations = new GroupOperations({
      configuration,
      directory: this.directory,
      dialing,
      notifications: this.#notifications,
      clock,
      appId: () => outboundApplication(configuration).dbid,
    });
    this.sequences = new Sequences({
      ...options,
      directory: this.directory,
      operations: this.#operations,
      notifications: this.#notifications,
    });
    this.schedules = new OutboundSchedules({ ...options, directory: this.directory, operations: this.#operations });
    this.statistics = new CampaignStatistics({ ...options, mostAbandoned: (group) => dialing.mostAbandoned(group) });
    const reporting = { ...options, directory: this.directory, notifications: this.#notifications };
    this.#stateReports = new StateReports({ ...reporting, statistics: this.statistics });
    this.#attemptReports = new AttemptReports(reporting);
    this.#outage = new Outage(reporting);
    dialing.onEvent((tx, event) => this.#count(tx, event));
    dialing.onDrained((tx, dbid) => this.#drained(tx, dbid));
    dialing.onDepleted((tx, dbid) => this.#depleted(tx, dbid));
    this.#notifications.add((notification) => this.sequences.follow(notification));
  }

  /** Takes up what an earlier process left, after dialing has done so. */
  async start(): Promise<void> {
    this.#notifications.start();
    await this.#checkAll();
    await this.#resumeUnloads();
    await this.sequences.start();
    await this.schedules.start();
    await this.#stateReports.start();
    await this.#attemptReports.start();
    await this.#outage.start();
    this.#forget.push(
      this.#options.configuration.onChange(({ kind, name }) => {
        if (RELEVANT_KINDS.has(kind)) void this.#inBackground(`configuration ${kind} ${name}`, () => this.#checkAll());
      }),
    );
  }

  async stop(): Promise<void> {
    for (const forget of this.#forget.splice(0)) forget();
    await this.sequences.stop();
    await this.schedules.stop();
    await this.#stateReports.stop();
    await this.#attemptReports.stop();
    this.#outage.stop();
    this.#notifications.stop();
  }

  /** Hears what becomes of campaign groups and sequences, on every node. @returns takes the handler away again */
  onNotification(handler: (notification: CampaignNotification) => void): () => void {
    return this.#notifications.add(handler);
  }

  /** @throws OutboundError `campaign-not-found`, `group-not-found`, `group-campaign-not-found` */
  find(selector: CampaignGroupSelector): Promise<CampaignGroupReference> {
    return this.directory.find(this.#options.database, selector);
  }

  /** @throws OutboundError as `find`, then `part-of-sequence`, `campaign-already-loaded`, `license-violation`, `wrong-configuration` */
  load(selector: CampaignGroupSelector, change: DialSettingsChange = {}, cause = BY_REQUEST): Promise<GroupView> {
    return this.#operate(selector, (tx, reference) => this.#operations.load(tx, reference, change, cause));
  }

  /** @throws OutboundError as `find`, then those of `GroupOperations.start` */
  startDialing(
    selector: CampaignGroupSelector,
    change: DialSettingsChange = {},
    cause = BY_REQUEST,
  ): Promise<GroupView> {
    return this.#operate(selector, (tx, reference) => this.#operations.start(tx, reference, change, cause));
  }

  /** Nothing new is dialed; calls finish. @throws OutboundError as `find`, then `part-of-sequence`, `campaign-not-loaded`, `campaign-not-started` */
  stopDialing(selector: CampaignGroupSelector, cause = BY_REQUEST): Promise<GroupView> {
    return this.#operate(selector, (tx, reference) => this.#operations.stop(tx, reference, cause));
  }

  /** @throws OutboundError as `find`, then those of `GroupOperations.change` */
  setDialingMode(selector: CampaignGroupSelector, change: DialSettingsChange, cause = BY_REQUEST): Promise<GroupView> {
    return this.#operate(selector, (tx, reference) => this.#operations.change(tx, reference, change, cause));
  }

  /** Begins to unload; `done` resolves when calls and records on desktops are finished. @throws OutboundError */
  unload(selector: CampaignGroupSelector, cause = BY_REQUEST): Promise<Unloading> {
    return this.#unloading(selector, (tx, reference) => this.#operations.unload(tx, reference, cause));
  }

  /**
   * Unloads when everything that has been taken out of the lists is dealt with; no more is taken. @throws OutboundError
   * as `unload`
   */
  complete(selector: CampaignGroupSelector, cause = BY_REQUEST): Promise<Unloading> {
    return this.#unloading(selector, (tx, reference) => this.#operations.complete(tx, reference, cause));
  }

  async #unloading(selector: CampaignGroupSelector, work: GroupWork): Promise<Unloading> {
    const reference = await this.find(selector);
    const waiting = this.#untilUnloaded(reference.name);
    try {
      const view = await this.#operate(selector, (tx) => work(tx, reference));
      if (view.status === 'NotLoaded') waiting.cancel();
      return { view, done: view.status === 'NotLoaded' ? Promise.resolve(view) : waiting.done };
    } catch (error) {
      waiting.cancel();
      throw error;
    }
  }

  /** Unloads at once; calls go on untracked. A sequence that holds the group is dropped. @throws OutboundError */
  async forceUnload(selector: CampaignGroupSelector, cause = BY_REQUEST): Promise<GroupView> {
    const reference = await this.find(selector);
    return this.#options.database.transaction(async (tx) => {
      const holder = (await readGroup(tx, reference.name))?.sequence;
      if (holder !== undefined) await this.sequences.drop(tx, holder, cause);
      const stored = await readGroup(tx, reference.name);
      if (holder !== undefined && stored?.state === 'NotLoaded')
        return viewOf(this.#operations.lookUp(reference, stored));
      return viewOf(await this.#operations.forceUnload(tx, reference, cause));
    });
  }

  /** How it stands; not loaded is no error: with the configured settings then. @throws OutboundError as `find` */
  async status(selector: CampaignGroupSelector): Promise<GroupView> {
    const reference = await this.find(selector);
    const stored = await readGroup(this.#options.database, reference.name);
    return viewOf(this.#operations.lookUp(reference, stored));
  }

  /** The calls of a campaign group that are under way; none where it is not loaded. */
  async calls(selector: CampaignGroupSelector): Promise<CallsUnderWay> {
    return this.#options.dialing.calls((await this.status(selector)).dbid);
  }

  /** All campaign groups that are loaded, by name. */
  async loaded(): Promise<GroupView[]> {
    return (await loadedGroups(this.#options.database)).map(viewOf);
  }

  /** The number of an agent group. @throws OutboundError `group-not-found` */
  async agentGroupNumber(name: string): Promise<number> {
    const object = this.#options.configuration.object('agent-groups', name);
    if (!object?.enabled) throw new OutboundError('group-not-found');
    return this.directory.numberOf(this.#options.database, 'agent-groups', object);
  }

  /** The number of a campaign. @throws OutboundError `campaign-not-found` */
  async campaignNumber(name: string): Promise<number> {
    const object = this.#options.configuration.object('campaigns', name);
    if (!object?.enabled) throw new OutboundError('campaign-not-found');
    return this.directory.numberOf(this.#options.database, 'campaigns', object);
  }

  /** Milliseconds since 1970 on the server's clock. */
  now(): number {
    return this.#options.clock.now();
  }

  async #operate(selector: CampaignGroupSelector, work: GroupWork): Promise<GroupView> {
    return this.#options.database.transaction(async (tx) =>
      viewOf(await work(tx, await this.directory.find(tx, selector))),
    );
  }

  #untilUnloaded(name: string): { done: Promise<GroupView>; cancel: () => void } {
    let cancel = () => {};
    const done = new Promise<GroupView>((resolve) => {
      cancel = this.#notifications.add((heard) => {
        if (heard.subject !== 'group' || heard.message !== 'unloaded' || heard.group.name !== name) return;
        cancel();
        resolve(heard.group);
      });
    });
    return { done, cancel: () => cancel() };
  }

  async #count(tx: Transaction, event: DialingEvent): Promise<void> {
    const { sequence, schedule } = await this.statistics.note(tx, event);
    if (sequence !== undefined) tx.afterCommit(() => void this.sequences.counted(sequence, event.group));
    if (schedule !== undefined) tx.afterCommit(() => void this.schedules.counted(event.group));
    await this.#attemptReports.note(tx, event);
  }

  async #drained(tx: Transaction, dbid: number): Promise<void> {
    const record = await readGroupOfNumber(tx, dbid);
    if (record) await this.#operations.drained(tx, record.reference.name, { origin: 'dialer' });
  }

  /** Auto-completion: stop, then unload (spec 1.12). In a sequence it is the end of the item. */
  async #depleted(tx: Transaction, dbid: number): Promise<void> {
    const record = await readGroupOfNumber(tx, dbid);
    if (record?.state !== 'Running') return;
    const { sequence, reference, settings } = record;
    if (sequence !== undefined) {
      tx.afterCommit(() => this.sequences.depleted(sequence, reference.name));
    } else if (settings.autoCompletion || settings.completing) {
      await this.#operations.unload(tx, reference, { origin: 'auto-completion' });
    }
  }

  /** Compares what loaded groups need with what is configured. */
  async #checkAll(): Promise<void> {
    for (const { reference } of await loadedGroups(this.#options.database)) {
      await this.#options.database.transaction((tx) =>
        this.#operations.availability(tx, reference.name, { origin: 'configuration' }),
      );
    }
  }

  /** Groups whose last call ended while nobody was there to hear it. */
  async #resumeUnloads(): Promise<void> {
    for (const { reference, state } of await loadedGroups(this.#options.database)) {
      if (state !== 'WaitingUnload' || (await this.#options.dialing.outstanding(reference.dbid)) > 0) continue;
      await this.#options.database.transaction((tx) =>
        this.#operations.drained(tx, reference.name, { origin: 'dialer' }),
      );
    }
  }

  async #inBackground(what: string, work: () => Promise<void>): Promise<void> {
    await this.#options.activity.run(async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof OutboundError))
          this.#options.log.error({ err: error, what }, 'Campaign groups could not follow');
      }
    });
  }
}

const RELEVANT_KINDS: ReadonlySet<string> = new Set([
  'campaigns',
  'campaign-groups',
  'agent-groups',
  'calling-lists',
  'dns',
  'virtual-queues',
]);
