import { type Activity, type Clock, instant, Listeners, type Logger, Sequence } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';
import type { Switch, SwitchEvent } from './switch.js';

export type PhoneState = Extract<SwitchEvent, { type: 'device' }>['state'];

/** What the presence of telephones needs of the database. */
export interface PresenceStore extends Sql {
  listen(channel: string, handler: (payload: string) => void): Promise<() => void>;
  signal(channel: string, payload?: string): void;
  onAvailability(handler: (available: boolean) => void): () => void;
}

export interface PhonePresenceParts {
  database: PresenceStore;
  switch: Pick<Switch, 'subscribe'>;
  clock: Clock;
  activity: Activity;
  log: Logger;
}

const CHANNEL = 'phone';

const ALL = statement('phone-all', 'select dn, is_offline from phone_presence');

/** News that are older than what is stored change nothing. */
const STORE = statement(
  'phone-store',
  `insert into phone_presence (dn, is_offline, changed_at) values ($1, $2, $3)
   on conflict (dn) do update set is_offline = $2, changed_at = $3 where phone_presence.changed_at <= $3`,
);

/**
 * The telephones of the house as the network reports them (`device` events). That one is off or on again is stored and
 * signalled, so that every node knows it, whichever the telephone is registered with; that it rings or is busy is known
 * to the node that hears it. A telephone of which nothing was ever heard is taken to be there.
 */
export class PhonePresence {
  readonly #parts: PhonePresenceParts;
  readonly #states = new Map<string, PhoneState>();
  /** What is not stored yet, because it is being stored or the database is away. */
  readonly #unsaved = new Map<string, { isOffline: boolean; at: number }>();
  /** Those of which the network has spoken since the start. */
  readonly #heard = new Set<string>();
  readonly #changes = new Listeners<[dn: string]>();
  readonly #sequence = new Sequence();
  readonly #unsubscribe: () => void;
  #stops: (() => void)[] = [];

  constructor(parts: PhonePresenceParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.switch.subscribe((event) => {
      if (event.type !== 'device') return;
      this.#heard.add(event.device);
      this.#hear(event.device, event.state, event.at);
    });
  }

  /** Reads what is stored, and follows it. */
  async start(): Promise<void> {
    const { database } = this.#parts;
    this.#stops = [
      await database.listen(CHANNEL, () => this.#follow()),
      database.onAvailability((available) => available && this.#follow()),
    ];
    await this.#read();
  }

  stop(): void {
    this.#unsubscribe();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /**
   * Takes telephones to be off of which the network has said nothing since the start: one that keeps their registrations
   * itself names those that are on.
   */
  assumeOffline(dns: Iterable<string>): void {
    for (const dn of dns) if (!this.#heard.has(dn)) this.#hear(dn, 'offline', this.#parts.clock.now());
  }

  /** What a telephone does, as far as this node knows: `idle` also stands for one that another node has heard to be on. */
  state(dn: string): PhoneState | undefined {
    return this.#states.get(dn);
  }

  isOffline(dn: string): boolean {
    return this.state(dn) === 'offline';
  }

  /** Hears the DN of every telephone that does something else now. */
  onChange(handler: (dn: string) => void): () => void {
    return this.#changes.add(handler);
  }

  #hear(dn: string, state: PhoneState, at: number): void {
    const before = this.#states.get(dn);
    if (before === state) return;
    this.#put(dn, state);
    const isOffline = state === 'offline';
    if (isOffline === (before === 'offline')) return;
    this.#unsaved.set(dn, { isOffline, at });
    this.#follow();
  }

  /** Stores what is not stored yet, and reads what other nodes have stored. */
  #follow(): void {
    const { activity, log } = this.#parts;
    const done = activity.run(() => this.#sequence.run(() => this.#save().then(() => this.#read())));
    done.catch((error: unknown) => {
      log.warn({ err: error }, 'Which telephones are off could not be stored or read; it is when the database is back');
    });
  }

  async #save(): Promise<void> {
    const { database } = this.#parts;
    for (const [dn, news] of [...this.#unsaved]) {
      await database.query(STORE, [dn, news.isOffline, instant(news.at)]);
      if (this.#unsaved.get(dn) === news) this.#unsaved.delete(dn);
      database.signal(CHANNEL, dn);
    }
  }

  async #read(): Promise<void> {
    for (const { dn, is_offline } of await this.#parts.database.query<{ dn: string; is_offline: boolean }>(ALL)) {
      const isKnown = is_offline === this.isOffline(dn) && this.#states.has(dn);
      if (isKnown || this.#unsaved.has(dn)) continue;
      this.#put(dn, is_offline ? 'offline' : 'idle');
    }
  }

  #put(dn: string, state: PhoneState): void {
    this.#states.set(dn, state);
    this.#changes.notify(dn);
  }
}
