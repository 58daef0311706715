import type { Activity, Clock, Logger } from '../../kernel/index.js';
import type { Database } from '../../store/index.js';
import { type GroupView, loadedGroups, viewOf } from './group-record.js';
import type { CampaignNotification } from './notification.js';
import type { Notifications } from './notifications.js';

const MOST_ATTEMPTS = 5;

/**
 * What is told while the database is away: nothing can be dialed then, so every loaded campaign group is Inactive to those
 * who listen, and what it was before when the database is back. Nothing of it is stored.
 */
export class Outage {
  readonly #database: Database;
  readonly #notifications: Notifications;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  /** The loaded groups as they were last seen, by name. */
  readonly #seen = new Map<string, GroupView>();
  #stops: (() => void)[] = [];
  #isAway = false;

  constructor(parts: {
    database: Database;
    notifications: Notifications;
    clock: Clock;
    activity: Activity;
    log: Logger;
  }) {
    this.#database = parts.database;
    this.#notifications = parts.notifications;
    this.#clock = parts.clock;
    this.#activity = parts.activity;
    this.#log = parts.log;
  }

  async start(): Promise<void> {
    this.#stops = [
      this.#notifications.add((notification) => this.#see(notification)),
      this.#database.onAvailability((available) => (available ? this.#back() : this.#away())),
    ];
    for (const record of await loadedGroups(this.#database)) this.#seen.set(record.reference.name, viewOf(record));
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #see(notification: CampaignNotification): void {
    if (notification.subject !== 'group' || this.#isAway) return;
    const { group } = notification;
    if (group.status === 'NotLoaded') this.#seen.delete(group.name);
    else this.#seen.set(group.name, group);
  }

  #away(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    for (const group of this.#seen.values()) {
      if (group.status === 'Active' || group.status === 'Running') this.#tell({ ...group, status: 'Inactive' });
    }
  }

  #back(): void {
    if (!this.#isAway) return;
    void this.#activity.run(async () => {
      for (let attempt = 1; this.#isAway; attempt += 1) {
        try {
          this.#tellAll((await loadedGroups(this.#database)).map(viewOf));
        } catch (error) {
          // A connection may be lost with the others without that the database goes away again.
          if (attempt < MOST_ATTEMPTS && this.#database.available) continue;
          this.#log.warn(
            { err: error },
            'The states of campaign groups could not be read; they are when the database is back',
          );
          return;
        }
      }
    });
  }

  #tellAll(groups: readonly GroupView[]): void {
    this.#isAway = false;
    this.#seen.clear();
    for (const group of groups) {
      this.#seen.set(group.name, group);
      this.#tell(group);
    }
  }

  #tell(group: GroupView): void {
    this.#notifications.tellHere({
      origin: 'dialer',
      subject: 'group',
      message: 'status',
      group,
      at: this.#clock.now(),
    });
  }
}
