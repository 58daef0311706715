import { Listeners } from '../../kernel/index.js';

/** Telephones of agents as a test says they are. */
export class TestPhones {
  /** What they do, by agent. */
  readonly states = new Map<string, string>();
  /** With which accounts browsers are telephones, by agent. */
  readonly accounts = new Map<string, object>();
  readonly #changes = new Listeners<[dn: string]>();

  state(agentId: string): string | undefined {
    return this.states.get(agentId);
  }

  onChange(handler: (dn: string) => void): () => void {
    return this.#changes.add(handler);
  }

  changed(dn: string): void {
    this.#changes.notify(dn);
  }
}
