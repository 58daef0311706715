import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, RingbackError } from '../../kernel/index.js';
import { changedSettings, type Settings, UNDESCRIBED } from './settings.js';
import { parseSettingsChange, settingsAsJson } from './settings-input.js';

export interface StoredSettings {
  settings: Settings;
  /** What the configuration said when it was last looked at. */
  configured: JsonObject | null;
}

/** `settings.json`: the simulated world as it was last described. Replaced as a whole, never half. */
export class SettingsFile {
  readonly #path: string;

  constructor(private readonly directory: string) {
    this.#path = join(directory, 'settings.json');
  }

  /** @throws RingbackError `invalid-simulator-settings` naming the file */
  read(): StoredSettings {
    if (!existsSync(this.#path)) return { settings: UNDESCRIBED, configured: null };
    try {
      const stored: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      if (!isObject(stored)) throw new Error('it is no JSON object');
      const settings = changedSettings(UNDESCRIBED, parseSettingsChange(stored.settings));
      // Written by `write` below, as JSON.
      return { settings, configured: isObject(stored.configured) ? (stored.configured as JsonObject) : null };
    } catch (error) {
      throw new RingbackError(
        'invalid-simulator-settings',
        `The simulator's settings in ${this.#path} cannot be read: ${String(error)}. Correct the file, or delete it.`,
        error instanceof RingbackError ? error.details : [],
        { cause: error },
      );
    }
  }

  write({ settings, configured }: StoredSettings): void {
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(
      `${this.#path}.new`,
      `${JSON.stringify({ settings: settingsAsJson(settings), configured }, null, 2)}\n`,
    );
    renameSync(`${this.#path}.new`, this.#path);
  }
}
