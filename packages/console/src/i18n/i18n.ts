import i18next, { type i18n as I18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { initialLanguage, LANGUAGES, type Language, remember } from './language.js';

/**
 * The console's texts. Screens bring their own (`<screen>.texts.ts`) when they are loaded, so that nobody loads the
 * texts of a page that is not looked at.
 */
export const i18n: I18n = i18next.createInstance();

void i18n.use(initReactI18next).init({
  lng: initialLanguage(),
  fallbackLng: 'en',
  supportedLngs: LANGUAGES,
  resources: {},
  // React escapes.
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
  initAsync: false,
});

/** The language that is shown. */
export function currentLanguage(): Language {
  return LANGUAGES.find((language) => language === i18n.language) ?? 'en';
}

/** Shows the console in another language, here and at the next visit. */
export function chooseLanguage(language: Language): void {
  remember(language);
  void i18n.changeLanguage(language);
}

function tellDocument(): void {
  if (typeof document !== 'undefined') document.documentElement.lang = currentLanguage();
}
i18n.on('languageChanged', tellDocument);
tellDocument();
