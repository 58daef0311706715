import { type Clock, instant } from '../../kernel/index.js';
import { statement, type Transaction } from '../../store/index.js';
import { maySwitchWhileRunning } from '../dial-mode.js';
import type { DialSettings, DialSettingsChange } from '../dial-settings.js';
import type { Dialing } from '../dialing/index.js';
import { OutboundError } from '../errors.js';
import { configurationFault, configuredSettings, requireLicensed, wantedSettings } from './configured-settings.js';
import type { CampaignConfiguration, CampaignDirectory, CampaignGroupReference } from './directory.js';
import { type GroupRecord, lockGroup, lockKnownGroup, storeGroup, viewOf } from './group-record.js';
import { type GroupInput, type GroupStep, groupSteps, isStarted, statusOf } from './life-cycle.js';
import type { Cause } from './notification.js';
import type { Notifications } from './notifications.js';

/** What campaigns need of dialing. */
export type GroupDialer = Pick<
  Dialing,
  'load' | 'startGroup' | 'change' | 'stopGroup' | 'beginUnload' | 'forceUnload' | 'outstanding'
>;

const END_PERIOD = statement(
  'campaign-period-end',
  'update campaign_period set ended_at = $2 where group_number = $1 and ended_at is null',
);
const BEGIN_PERIOD = statement(
  'campaign-period-begin',
  `insert into campaign_period (group_number, name, status, dial_mode, began_at) values ($1, $2, $3, $4, $5)`,
);

/**
 * The operations on one campaign group inside a transaction: takes the steps of the life-cycle table, tells the dialer,
 * stores the state and announces what everybody is told. A group that a sequence holds is operated by its sequence alone
 * (`holder`), except that anybody may change its mode and unload it by force.
 */
export class GroupOperations {
  readonly #configuration: CampaignConfiguration;
  readonly #directory: CampaignDirectory;
  readonly #dialing: GroupDialer;
  readonly #notifications: Notifications;
  readonly #clock: Clock;
  readonly #appId: () => number;

  constructor(parts: {
    configuration: CampaignConfiguration;
    directory: CampaignDirectory;
    dialing: GroupDialer;
    notifications: Notifications;
    clock: Clock;
    appId: () => number;
  }) {
    this.#configuration = parts.configuration;
    this.#directory = parts.directory;
    this.#dialing = parts.dialing;
    this.#notifications = parts.notifications;
    this.#clock = parts.clock;
    this.#appId = parts.appId;
  }

  /**
   * @throws OutboundError `part-of-sequence`, `campaign-already-loaded`, `license-violation`, `wrong-configuration`,
   *   in this order
   */
  async load(
    tx: Transaction,
    reference: CampaignGroupReference,
    change: DialSettingsChange,
    cause: Cause,
    holder?: string,
  ): Promise<GroupRecord> {
    const configured = this.#configured(reference);
    const record = await lockGroup(tx, reference, configured, this.#clock.now());
    requireHolder(record, holder);
    if (record.state !== 'NotLoaded') throw new OutboundError('campaign-already-loaded');
    const settings = wantedSettings(configured, change);
    this.#requireUsable(reference, settings);
    const held = holder === undefined ? record : { ...record, sequence: holder };
    return this.#apply(tx, { ...held, settings, loadedAt: this.#clock.now() }, 'load', cause);
  }

  /**
   * @throws OutboundError `part-of-sequence`, `campaign-not-loaded`, `campaign-already-started`, `license-violation`,
   *   `wrong-configuration`
   */
  async start(
    tx: Transaction,
    reference: CampaignGroupReference,
    change: DialSettingsChange,
    cause: Cause,
    holder?: string,
  ): Promise<GroupRecord> {
    const record = await this.#lock(tx, reference);
    requireHolder(record, holder);
    refuse(groupSteps(record.state, 'start'));
    const { completing: _, ...before } = record.settings;
    const settings = wantedSettings(before, change);
    this.#requireUsable(reference, settings);
    return this.#apply(tx, { ...record, settings, startedAt: this.#clock.now() }, 'start', cause);
  }

  /** @throws OutboundError `part-of-sequence`, `campaign-not-loaded`, `campaign-not-started` */
  async stop(tx: Transaction, reference: CampaignGroupReference, cause: Cause, holder?: string): Promise<GroupRecord> {
    const record = await this.#lock(tx, reference);
    requireHolder(record, holder);
    return this.#apply(tx, record, 'stop', cause);
  }

  /**
   * @throws OutboundError `campaign-not-loaded`, `campaign-not-started`, `invalid-campaign-mode`, `license-violation`
   */
  async change(
    tx: Transaction,
    reference: CampaignGroupReference,
    change: DialSettingsChange,
    cause: Cause,
  ): Promise<GroupRecord> {
    const record = await this.#lock(tx, reference);
    refuse(groupSteps(record.state, 'set-mode'));
    const settings = wantedSettings(record.settings, change);
    if (!maySwitchWhileRunning(record.settings.dialMode, settings.dialMode)) {
      throw new OutboundError('invalid-campaign-mode');
    }
    requireLicensed(this.#configuration, settings.dialMode);
    return this.#apply(tx, { ...record, settings }, 'set-mode', cause);
  }

  /**
   * Unloads as far as that is possible now: what is outstanding is waited for in WaitingUnload.
   * @throws OutboundError `part-of-sequence`, `campaign-not-loaded`
   */
  async unload(
    tx: Transaction,
    reference: CampaignGroupReference,
    cause: Cause,
    holder?: string,
  ): Promise<GroupRecord> {
    let record = await this.#lock(tx, reference);
    requireHolder(record, holder);
    if (record.state === 'NotLoaded') throw new OutboundError('campaign-not-loaded');
    if (record.state === 'WaitingUnload' || record.state === 'UnloadInProgress') return record;
    if (isStarted(record.state)) record = await this.#apply(tx, record, 'stop', cause);
    const { outstanding } = await this.#dialing.beginUnload(tx, record.reference.dbid);
    record = await this.#apply(tx, record, outstanding > 0 ? 'unload-later' : 'unload', cause);
    return record.state === 'UnloadInProgress' ? this.#finish(tx, record, cause) : record;
  }

  /**
   * Takes no more records, and unloads when what is held has been dealt with; at once where nothing is being dialed.
   * @throws OutboundError `part-of-sequence`, `campaign-not-loaded`
   */
  async complete(tx: Transaction, reference: CampaignGroupReference, cause: Cause): Promise<GroupRecord> {
    const record = await this.#lock(tx, reference);
    if (record.state !== 'Running') return this.unload(tx, reference, cause);
    requireHolder(record, undefined);
    const completing = { ...record, settings: { ...record.settings, completing: true } };
    await this.#dialing.change(tx, reference.dbid, completing.settings);
    await storeGroup(tx, completing, this.#clock.now());
    return completing;
  }

  /** @throws OutboundError `campaign-not-loaded` */
  async forceUnload(tx: Transaction, reference: CampaignGroupReference, cause: Cause): Promise<GroupRecord> {
    const record = await this.#lock(tx, reference);
    return this.#finish(tx, await this.#apply(tx, record, 'force-unload', cause), cause);
  }

  /** The last call or record of a group that is being unloaded is done. Nothing when it is in another state. */
  async drained(tx: Transaction, name: string, cause: Cause): Promise<GroupRecord | undefined> {
    const record = await lockKnownGroup(tx, name);
    if (record?.state !== 'WaitingUnload') return undefined;
    return this.#finish(tx, await this.#apply(tx, record, 'drained', cause), cause);
  }

  /** Whether what a loaded group needs is there. */
  async availability(tx: Transaction, name: string, cause: Cause): Promise<GroupRecord | undefined> {
    const record = await lockKnownGroup(tx, name);
    if (!record) return undefined;
    const object = this.#directory.configured(name);
    const usable = object && configurationFault(this.#configuration, object, record.settings.dialMode) === undefined;
    return this.#apply(tx, record, usable ? 'back' : 'lost', cause);
  }

  /** The group as it stands; with the configured settings while it is not loaded. */
  lookUp(reference: CampaignGroupReference, stored: GroupRecord | undefined): GroupRecord {
    if (stored && stored.state !== 'NotLoaded') return stored;
    return { reference, state: 'NotLoaded', settings: this.#configured(reference) };
  }

  async #lock(tx: Transaction, reference: CampaignGroupReference): Promise<GroupRecord> {
    const known = await lockKnownGroup(tx, reference.name);
    return this.lookUp(reference, known);
  }

  async #finish(tx: Transaction, record: GroupRecord, cause: Cause): Promise<GroupRecord> {
    const { sequence: _sequence, ...free } = await this.#apply(tx, record, 'written-back', cause);
    await storeGroup(tx, free, this.#clock.now());
    return free;
  }

  async #apply(tx: Transaction, record: GroupRecord, input: GroupInput, cause: Cause): Promise<GroupRecord> {
    const steps = refuse(groupSteps(record.state, input));
    let current = record;
    for (const step of steps) {
      current = await this.#take(tx, { ...current, state: step.to }, step, cause);
    }
    if (steps.length === 0) return current;
    await storeGroup(tx, current, this.#clock.now());
    await this.#notePeriod(tx, record, current, input);
    return current;
  }

  async #take(tx: Transaction, record: GroupRecord, step: GroupStep, cause: Cause): Promise<GroupRecord> {
    const { reference, settings } = record;
    for (const order of step.orders) {
      if (order === 'load') await this.#dialing.load(tx, { ...reference, appId: this.#appId(), settings });
      else if (order === 'start') await this.#dialing.startGroup(tx, reference.dbid, settings);
      else if (order === 'stop') await this.#dialing.stopGroup(tx, reference.dbid);
      else if (order === 'change') await this.#dialing.change(tx, reference.dbid, settings);
      else await this.#dialing.forceUnload(tx, reference.dbid);
    }
    for (const message of step.messages) {
      const at = this.#clock.now();
      await this.#notifications.announce(tx, { ...cause, subject: 'group', message, group: viewOf(record), at });
    }
    return record;
  }

  /** The time in each status and mode is kept: what the original's statistics of status and mode are made of. */
  async #notePeriod(tx: Transaction, before: GroupRecord, after: GroupRecord, input: GroupInput): Promise<void> {
    const sameMode = before.settings.dialMode === after.settings.dialMode;
    if (statusOf(before.state) === statusOf(after.state) && sameMode && input !== 'set-mode') return;
    const { dbid, name } = after.reference;
    const now = instant(this.#clock.now());
    await tx.query(END_PERIOD, [dbid, now]);
    if (after.state === 'NotLoaded') return;
    await tx.query(BEGIN_PERIOD, [dbid, name, statusOf(after.state), after.settings.dialMode, now]);
  }

  #configured(reference: CampaignGroupReference): DialSettings {
    const object = this.#directory.configured(reference.name);
    if (!object) throw new OutboundError('group-campaign-not-found');
    return configuredSettings(this.#directory, reference, object);
  }

  #requireUsable(reference: CampaignGroupReference, { dialMode }: DialSettings): void {
    requireLicensed(this.#configuration, dialMode);
    const object = this.#directory.configured(reference.name);
    if (!object) throw new OutboundError('group-campaign-not-found');
    const fault = configurationFault(this.#configuration, object, dialMode);
    if (fault !== undefined) throw new OutboundError('wrong-configuration', fault);
  }
}

function requireHolder(record: GroupRecord, holder: string | undefined): void {
  if (record.sequence !== undefined && record.sequence !== holder) throw new OutboundError('part-of-sequence');
}

/** The steps, unless they are a refusal. */
function refuse(steps: ReturnType<typeof groupSteps>): readonly GroupStep[] {
  if (typeof steps === 'string') throw new OutboundError(steps);
  return steps;
}
