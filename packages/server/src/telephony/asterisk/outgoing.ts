import { Listeners, type Logger } from '../../kernel/index.js';
import type { SwitchEvent } from '../switch.js';

/** The events on their way to those who listen; held back until the driver has started, and none after it was closed. */
export class Outgoing {
  readonly #listeners = new Listeners<[SwitchEvent]>();
  readonly #log: Logger;
  #held: SwitchEvent[] | undefined = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  subscribe(handler: (event: SwitchEvent) => void): () => void {
    return this.#listeners.add(handler);
  }

  send(event: SwitchEvent): void {
    if (this.#held) {
      this.#held.push(event);
      return;
    }
    try {
      this.#listeners.notify(event);
    } catch (error) {
      this.#log.error({ err: error, event: event.type }, 'A listener of the switch has failed');
    }
  }

  /** Sends what was held back, and holds nothing back any more. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.send(event);
  }

  /** Holds back what comes from now on; what is held is forgotten. */
  hold(): void {
    this.#held = [];
  }
}
