/** A typed client of Ringback for browsers and Node: callbacks, services, storage, live events. No dependencies. */
import { Callbacks } from './callbacks.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { Events } from './events.js';
import { Services } from './services.js';
import { Storage } from './storage.js';

export type {
  Booking,
  BookingRequest,
  Callback,
  CallbackState,
  Position,
  Slot,
  SlotQuery,
  Wait,
} from './callbacks.js';
export { Callbacks } from './callbacks.js';
export type { ConnectionOptions } from './connection.js';
export { type EventSubscription, Events, type RingbackEvent } from './events.js';
export { RingbackFailure } from './failure.js';
export { type ServiceAnswer, Services } from './services.js';
export { Storage, type StoredValues } from './storage.js';

export class Ringback {
  readonly callbacks: Callbacks;
  readonly services: Services;
  readonly storage: Storage;
  readonly events: Events;

  constructor(options: ConnectionOptions = {}) {
    const connection = new Connection(options);
    this.callbacks = new Callbacks(connection);
    this.services = new Services(connection);
    this.storage = new Storage(connection);
    this.events = new Events(connection);
  }
}
