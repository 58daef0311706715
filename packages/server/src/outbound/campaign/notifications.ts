import { type Activity, Listeners, newId } from '../../kernel/index.js';
import type { Journal, JournalEvent } from '../../reporting/index.js';
import type { Transaction } from '../../store/index.js';
import type { CampaignNotification } from './notification.js';
import { eventOf, notificationOf } from './notification-event.js';

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
      { at: notification.at, type: 'campaign.state', data: { ...eventOf(notification), node: this.#node } },
    ]);
    tx.afterCommit(() => this.#listeners.notify(notification, true));
  }

  /** Tells this node's handlers alone what cannot be stored. */
  tellHere(notification: CampaignNotification): void {
    this.#listeners.notify(notification, false);
  }

  #fromElsewhere(event: JournalEvent): void {
    if (event.node === this.#node) return;
    const heard = notificationOf(event);
    void this.#activity.run(async () => this.#listeners.notify(heard, false));
  }
}
