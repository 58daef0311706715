import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../kernel/index.js';
import { PartyBook } from './party-book.js';
import { type AgentBehaviour, behaviourOf, changedSettings, type Settings, type SettingsChange } from './settings.js';
import { SettingsFile, type StoredSettings } from './settings-file.js';
import { parseSettingsChange, settingsAsJson } from './settings-input.js';

export interface WorldChange {
  /** The agents of whom something was said. */
  agents: readonly string[];
  /** The numbers whose sequences begin again. */
  numbers: readonly string[];
  /** Whether the sequence of everybody else begins again. */
  anybody: boolean;
}

/** Who lives in the simulated world and how they behave: read at start, changed at run time, stored at once. */
export class SimulatedWorld {
  readonly #file: SettingsFile;
  readonly #normalise: (number: string) => string | undefined;
  #stored: StoredSettings;
  #parties: PartyBook;

  constructor(directory: string, normalise: (number: string) => string | undefined) {
    this.#file = new SettingsFile(directory);
    this.#normalise = normalise;
    this.#stored = this.#file.read();
    this.#parties = new PartyBook(this.#stored.settings, normalise);
  }

  get settings(): Settings {
    return this.#stored.settings;
  }

  get parties(): PartyBook {
    return this.#parties;
  }

  asJson(): JsonObject {
    return settingsAsJson(this.settings);
  }

  agent(agentId: string): AgentBehaviour {
    return behaviourOf(this.settings, agentId);
  }

  /** @throws RingbackError `invalid-simulator-settings`; then nothing has changed */
  change(body: unknown): WorldChange {
    const change = parseSettingsChange(body);
    this.#store({ ...this.#stored, settings: changedSettings(this.settings, change) });
    return {
      agents: [...(change.agents?.keys() ?? [])],
      numbers: [...(change.numbers?.keys() ?? [])],
      anybody: change.default !== undefined,
    };
  }

  /**
   * Takes over what the configuration says of the world, if it says something else than when it was last looked at: what
   * was changed at run time outlives a restart, what was edited in the configuration takes effect.
   * @throws RingbackError `invalid-simulator-settings`; then nothing has changed
   */
  configure(section: JsonObject): WorldChange {
    const change = parseSettingsChange(section);
    const none = { agents: [], numbers: [], anybody: false };
    if (isDeepStrictEqual(section, this.#stored.configured)) return none;
    const before = this.settings;
    this.#store({ settings: changedSettings(before, change), configured: section });
    return { ...none, agents: [...(change.agents?.keys() ?? [])], ...restarted(before, this.settings, change) };
  }

  #store(stored: StoredSettings): void {
    this.#file.write(stored);
    this.#stored = stored;
    this.#parties = new PartyBook(stored.settings, this.#normalise);
  }
}

/** Whose behaviour the configuration has really changed. */
function restarted(before: Settings, after: Settings, change: SettingsChange): Omit<WorldChange, 'agents'> {
  const named = [...(change.numbers?.keys() ?? [])];
  return {
    numbers: named.filter((number) => !isDeepStrictEqual(before.numbers.get(number), after.numbers.get(number))),
    anybody: !isDeepStrictEqual(before.default, after.default),
  };
}
