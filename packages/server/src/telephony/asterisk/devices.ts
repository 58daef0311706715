import type { Clock } from '../../kernel/index.js';
import type { SwitchEvent } from '../switch.js';
import { objectIn, textIn } from './ari-event.js';
import { ask, type Link } from './link.js';
import { path } from './rest.js';
import type { AsteriskSettings } from './settings.js';

type DeviceState = Extract<SwitchEvent, { type: 'device' }>['state'];

/** From the state that says least to the one that says most: a phone that several servers know is as it is at the busiest. */
const ORDER: readonly DeviceState[] = ['offline', 'idle', 'ringing', 'busy'];

/** Device states of Asterisk. `UNKNOWN` is said of those that no module watches: they are there for all we know. */
const STATES: Readonly<Record<string, DeviceState>> = {
  UNKNOWN: 'idle',
  NOT_INUSE: 'idle',
  INUSE: 'busy',
  BUSY: 'busy',
  INVALID: 'offline',
  UNAVAILABLE: 'offline',
  RINGING: 'ringing',
  RINGINUSE: 'busy',
  ONHOLD: 'busy',
};

/** The phones of the installation: whether they are there and in use, told whenever it changes. */
export class Devices {
  readonly #phones: NonNullable<AsteriskSettings['phones']>;
  readonly #clock: Clock;
  readonly #emit: (event: SwitchEvent) => void;
  /** By phone, then by server. */
  readonly #states = new Map<string, Map<string, DeviceState>>();
  readonly #told = new Map<string, DeviceState>();

  constructor(parts: {
    phones: NonNullable<AsteriskSettings['phones']>;
    clock: Clock;
    emit: (event: SwitchEvent) => void;
  }) {
    this.#phones = parts.phones;
    this.#clock = parts.clock;
    this.#emit = parts.emit;
  }

  /** Asks a server for the phones that are registered there, and to be told of changes. @throws RingbackError `switch-unavailable` */
  async watch(link: Link, application: string): Promise<void> {
    const watched = [...this.#at(link)];
    if (watched.length === 0) return;
    const eventSource = watched.map(([, endpoint]) => `deviceState:${endpoint}`);
    await ask(link, 'POST', path('applications', application, 'subscription'), { eventSource });
    for (const [device, endpoint] of watched) {
      const { body } = await ask(link, 'GET', path('deviceStates', endpoint));
      this.#set(link, device, textIn(objectIn(body).state));
    }
  }

  changed(link: Link, endpoint: string, state: string): void {
    for (const [device, watched] of this.#at(link)) if (watched === endpoint) this.#set(link, device, state);
  }

  /** A server is gone: its phones cannot be reached. */
  lost(link: Link): void {
    for (const [device] of this.#at(link)) this.#set(link, device, 'UNAVAILABLE');
  }

  /** The phones whose own endpoint is at this server; one with a `@` is reached through another. */
  *#at(link: Link): Iterable<[device: string, endpoint: string]> {
    for (const [device, phone] of Object.entries(this.#phones)) {
      const endpoint = typeof phone === 'string' ? phone : phone[link.name];
      if (endpoint !== undefined && !endpoint.includes('@')) yield [device, endpoint];
    }
  }

  #set(link: Link, device: string, said: string): void {
    const states = this.#states.get(device) ?? new Map<string, DeviceState>();
    this.#states.set(device, states.set(link.name, STATES[said] ?? 'offline'));
    let state: DeviceState = 'offline';
    for (const one of states.values()) if (ORDER.indexOf(one) > ORDER.indexOf(state)) state = one;
    if (this.#told.get(device) === state) return;
    this.#told.set(device, state);
    this.#emit({ type: 'device', device, state, at: this.#clock.now() });
  }
}
