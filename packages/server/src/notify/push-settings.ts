import { optionOf, sectionFamily } from '../config/index.js';
import { isObject } from '../kernel/index.js';

type OptionMap = Readonly<Record<string, string>>;

/**
 * Options of a provider and event: section `push.provider.event.<provider>.<event>` before `push.provider.<provider>`
 * before `push` (Push Notification Service, "provider-level and event-level options").
 */
export class PushSettings {
  readonly #sections: readonly OptionMap[];
  readonly #languages: readonly string[];

  constructor(
    section: (name: string) => OptionMap,
    { provider, event, language }: { provider?: string; event?: string; language?: string },
  ) {
    this.#sections = [
      ...(provider && event ? [section(`push.provider.event.${provider}.${event}`)] : []),
      ...(provider ? [section(`push.provider.${provider}`)] : []),
      section('push'),
    ];
    // fr-CA, then fr.
    this.#languages = language ? [...new Set([language, language.split(/[-_]/)[0] ?? language])] : [];
  }

  /** What holds for absent options when no section has it; else ''. */
  text(name: string): string {
    const given = this.#sections.map((options) => options[name]).find((value) => value !== undefined && value !== '');
    return given ?? optionOf(sectionFamily('push'), name)?.absent ?? '';
  }

  /** The option for development if `debug`, and if there is one; else the one for production. */
  either(name: string, debug: boolean): string {
    return (debug && this.text(`debug.${name}`)) || this.text(name);
  }

  /**
   * A title or text for people: what the localisation has under the option's value, else the value itself. Option
   * `localization` is `{"<language>": {"<key>": "<text>"}}`.
   */
  localised(name: string): string {
    const key = this.text(name);
    const dictionaries = readDictionaries(this.text('localization'));
    for (const language of this.#languages) {
      const found = dictionaries[language];
      const text = isObject(found) ? found[key] : undefined;
      if (typeof text === 'string') return text;
    }
    return key;
  }
}

function readDictionaries(text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    const dictionaries: unknown = JSON.parse(text);
    return isObject(dictionaries) ? dictionaries : {};
  } catch (error) {
    // The catalogue checks the form; what is left over from before is no reason not to notify.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** True for devices that use the credentials of development. */
export function isDebug(properties: Readonly<Record<string, string>>): boolean {
  return properties.debug?.toLowerCase() === 'true';
}
