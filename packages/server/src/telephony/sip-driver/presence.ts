import type { Clock } from '../../kernel/index.js';
import type { SwitchEvent } from '../switch.js';
import type { CarriedLeg } from './carried-leg.js';

type DeviceState = Extract<SwitchEvent, { type: 'device' }>['state'];

/** The state of the installation's phones, by their registrations and their legs; told when it is another. */
export class Presence {
  readonly #told = new Map<string, DeviceState>();

  constructor(
    private readonly parts: {
      clock: Clock;
      isRegistered: (phone: string) => boolean;
      legs: () => readonly CarriedLeg[];
      send: (event: SwitchEvent) => void;
    },
  ) {}

  /** Looks at a phone again. */
  look(phone: string): void {
    const state = this.#stateOf(phone);
    if ((this.#told.get(phone) ?? 'offline') === state) return;
    this.#told.set(phone, state);
    this.parts.send({ type: 'device', device: phone, state, at: this.parts.clock.now() });
  }

  #stateOf(phone: string): DeviceState {
    const legs = this.parts.legs().filter(({ record }) => record.device === phone);
    if (legs.some(({ record }) => record.state === 'answered' || record.direction === 'inbound')) return 'busy';
    if (legs.some(({ record }) => record.state === 'ringing')) return 'ringing';
    return this.parts.isRegistered(phone) ? 'idle' : 'offline';
  }
}
