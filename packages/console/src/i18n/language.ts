/** The languages of the console: English, French of Canada, Japanese. */
export const LANGUAGES = ['en', 'fr', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language by its own name. */
export const LANGUAGE_NAME: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français', ja: '日本語' };

/** The cookie that the log-in page sets and reads too. */
const REMEMBERED = 'ringback_language';
const REMEMBERED_SECONDS = 365 * 86_400;

/** What a person chose here or when logging in, otherwise the first of the browser's languages that the console speaks. */
export function initialLanguage(): Language {
  const wanted = [remembered(), ...browserLanguages()];
  for (const tag of wanted) {
    const known = LANGUAGES.find((language) => tag?.toLowerCase().split('-')[0] === language);
    if (known !== undefined) return known;
  }
  return 'en';
}

export function remember(language: Language): void {
  if (globalThis.document === undefined) return;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is there on secure origins alone
  document.cookie = `${REMEMBERED}=${language}; Path=/; Max-Age=${REMEMBERED_SECONDS}; SameSite=Lax`;
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
  const pairs = (globalThis.document?.cookie ?? '').split('; ');
  return pairs.find((pair) => pair.startsWith(`${REMEMBERED}=`))?.slice(REMEMBERED.length + 1);
}

function browserLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}
