import { type Activity, instant, type JsonObject, Listeners, newId } from '../../kernel/index.js';
import type { Journal, JournalEvent } from '../../reporting/index.js';
import type { Transaction } from '../../store/index.js';
import type { GroupView } from './group-record.js';
import type { GroupMessage } from './life-cycle.js';
import type { Schedule } from './sequence.js';

/** What made a campaign group change. */
export type Origin = 'request' | 'sequence' | 'auto-completion' | 'dialer' | 'configuration';

/** Who asked. */
export interface Cause {
  origin: Origin;
  /** Identifies the connection that asked: it gets its answer instead of the notification `answer`. */
  requester?: string;
  answer?: GroupMessage;
}

/** A campaign group has changed. */
export interface GroupNotification extends Cause {
  subject: 'group';
  message: GroupMessage;
  group: GroupView;
  /** Milliseconds since 1970. */
  at: number;
}

/** Where a sequence stands; `statuses` are those of its items, as numbers of GSW_CM_AttrGroupCampStatus. */
export interface SequenceView {
  /** The agent group that it belongs to. */
  group: { name: string; dbid: number };
  schedule: Schedule;
  /** Names of the items' campaigns. */
  campaigns: readonly string[];
  phase: string;
  /** Index of the item that it is at. */
  item: number;
  statuses: readonly number[];
  dueAt?: number;
}

/** A sequence has changed: loaded, started, stopped, unloaded; `status` when it has moved to its next item. */
export interface SequenceNotification extends Cause {
  subject: 'sequence';
  message: Exclude<GroupMessage, 'mode-changed'>;
  sequence: SequenceView;
  at: number;
}

export type CampaignNotification = GroupNotification | SequenceNotification;

/**
 * Tells everybody on every node what has become of campaign groups and sequences, after the commit. Handlers on this node
 * hear it before the caller of the transaction goes on, so that a notification is sent before the answer that it
 * precedes; those on other nodes by the journal.
 */
export class Notifications {
  readonly #journal: Pick<Journal, 'record' | 'subscribe'>;
  readonly #activity: Activity;
  readonly #node = newId();
  readonly #listeners = new Listeners<[notification: CampaignNotification, isOwn: boolean]>();
  #subscription: { close(): void } | undefined;

  constructor({ journal, activity }: { journal: Pick<Journal, 'record' | 'subscribe'>; activity: Activity }) {
    this.#journal = journal;
    this.#activity = activity;
  }

  /** Hears of other nodes from now on. */
  start(): void {
    this.#subscription ??= this.#journal.subscribe({
      types: ['campaign.state'],
      onEvent: (event) => this.#fromElsewhere(event),
    });
  }

  stop(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
  }

  /** @param handler is told whether this node has announced it. @returns a function that takes the handler away again */
  add(handler: (notification: CampaignNotification, isOwn: boolean) => void): () => void {
    return this.#listeners.add(handler);
  }

  /** Journals a notification in the transaction that causes it, and announces it when that commits. */
  async announce(tx: Transaction, notification: CampaignNotification): Promise<void> {
    await this.#journal.record(tx, [
      { at: notification.at, type: 'campaign.state', data: { ...shown(notification), node: this.#node } },
    ]);
    tx.afterCommit(() => this.#listeners.notify(notification, true));
  }

  /** Tells this node's handlers alone what cannot be stored. */
  tellHere(notification: CampaignNotification): void {
    this.#listeners.notify(notification, false);
  }

  #fromElsewhere(event: JournalEvent): void {
    const { node, notification } = event;
    if (node === this.#node || typeof notification !== 'string') return;
    // Another node's `announce` has written it.
    const heard = JSON.parse(notification) as CampaignNotification;
    void this.#activity.run(async () => this.#listeners.notify(heard, false));
  }
}

/** What the journal and the live feed say of it; `notification` is the whole of it, for the other nodes. */
function shown(notification: CampaignNotification): JsonObject {
  const { message, origin } = notification;
  const whole = { notification: JSON.stringify(notification) };
  if (notification.subject === 'sequence') {
    const { group, schedule, phase, item } = notification.sequence;
    return {
      message,
      origin,
      sequence: group.name,
      description: schedule.description,
      phase,
      item: item + 1,
      ...whole,
    };
  }
  const { name, campaign, group, status, settings, startedAt } = notification.group;
  return {
    message,
    origin,
    campaignGroup: name,
    campaign: campaign.name,
    group: group.name,
    status,
    dialMode: settings.dialMode,
    optimizeBy: settings.optimizeBy,
    optimizeGoal: settings.optimizeGoal,
    ...(startedAt !== undefined && { startedAt: instant(startedAt) }),
    ...whole,
  };
}
