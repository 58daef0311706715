import type { Transaction } from '../../store/index.js';
import type { DialingEvent } from './dialing-event.js';
import { GroupDialer, type GroupDialerParts } from './group-dialer.js';
import { allGroups } from './group-store.js';

const CHANNEL = 'dialing';
const GROUPS = 'groups';
const AGENTS = 'agents';

/**
 * The dialers of all loaded campaign groups on this node. Nodes tell each other what they have changed: `groups` (one was
 * loaded or unloaded), `agents`, or the number of one group.
 */
export class GroupDialers {
  readonly #parts: GroupDialerParts;
  readonly #dialers = new Map<number, GroupDialer>();
  #following: Promise<void> = Promise.resolve();
  #isRunning = false;
  #stops: (() => void)[] = [];

  constructor(parts: GroupDialerParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { database, agents, configuration } = this.#parts.dialing;
    this.#isRunning = true;
    this.#stops = [
      await database.listen(CHANNEL, (payload) => this.#hear(payload)),
      agents.onState((change) => {
        for (const dialer of this.#dialers.values()) dialer.observeAgent(change);
        this.agentsChanged();
      }),
      configuration.onChange(() => this.listsChanged()),
    ];
    await this.#follow();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    for (const stop of this.#stops.splice(0)) stop();
    await this.#following;
    await Promise.all([...this.#dialers.values()].map((dialer) => dialer.stop()));
    this.#dialers.clear();
  }

  /** A group was loaded or is gone, if the transaction commits. */
  groupsChanged(tx: Transaction): void {
    tx.afterCommit(() => {
      void this.#follow();
      this.#parts.dialing.database.signal(CHANNEL, GROUPS);
    });
  }

  /** Something that a group decides by has changed: here, after a commit. */
  changed(group: number): void {
    this.#dialers.get(group)?.wake();
    this.#parts.dialing.database.signal(CHANNEL, String(group));
  }

  /** Lists may have more to dial: they are asked again. */
  listsChanged(): void {
    this.#parts.round.recordsChanged();
    this.#wakeAll();
  }

  /** Agents have changed, or what is known of them. */
  agentsChanged(): void {
    this.#wakeAll();
    this.#parts.dialing.database.signal(CHANNEL, AGENTS);
  }

  observe(event: DialingEvent): void {
    this.#dialers.get(event.group)?.observeEvent(event);
  }

  #hear(payload: string): void {
    if (payload === GROUPS) void this.#follow();
    else if (payload === AGENTS) this.#wakeAll();
    else this.#dialers.get(Number(payload))?.wake();
  }

  #wakeAll(): void {
    for (const dialer of this.#dialers.values()) dialer.wake();
  }

  /** Has a dialer for every group that is loaded, and for no other. */
  #follow(): Promise<void> {
    const { activity, log } = this.#parts.dialing;
    this.#following = this.#following.then(() =>
      activity.run(async () => {
        try {
          if (this.#isRunning) await this.#compare();
        } catch (error) {
          log.error({ err: error }, 'The loaded campaign groups could not be read');
        }
      }),
    );
    return this.#following;
  }

  async #compare(): Promise<void> {
    const loaded = new Set((await allGroups(this.#parts.dialing.database)).map(({ dbid }) => dbid));
    for (const [dbid, dialer] of this.#dialers) {
      if (loaded.has(dbid)) continue;
      this.#dialers.delete(dbid);
      this.#parts.round.forget(dbid);
      await dialer.stop();
    }
    for (const dbid of loaded) {
      if (this.#dialers.has(dbid)) {
        this.#dialers.get(dbid)?.wake();
        continue;
      }
      const dialer = new GroupDialer(this.#parts, dbid);
      this.#dialers.set(dbid, dialer);
      await dialer.start();
    }
  }
}
