/** The languages of the console: English, French of Canada, Japanese. */
export const LANGUAGES = ['en', 'fr', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language by its own name. */
export const LANGUAGE_NAME: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français', ja: '日本語' };

const REMEMBERED = 'ringback.language';

/** What a person chose here before, otherwise the first of the browser's languages that the console speaks. */
export function initialLanguage(): Language {
  const wanted = [remembered(), ...browserLanguages()];
  for (const tag of wanted) {
    const known = LANGUAGES.find((language) => tag?.toLowerCase().split('-')[0] === language);
    if (known !== undefined) return known;
  }
  return 'en';
}

export function remember(language: Language): void {
  globalThis.localStorage?.setItem(REMEMBERED, language);
}

/**
 * The locale in which dates and numbers are written: the browser's own where it belongs to the language, so that a
 * person in London does not read the dates of New York.
 */
export function localeOf(language: Language): string {
  const own = browserLanguages().find((tag) => tag.toLowerCase().startsWith(language));
  return own ?? { en: 'en', fr: 'fr-CA', ja: 'ja-JP' }[language];
}

function remembered(): string | undefined {
  return globalThis.localStorage?.getItem(REMEMBERED) ?? undefined;
}

function browserLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}
