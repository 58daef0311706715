import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { currentLanguage, i18n } from './i18n.js';
import { LANGUAGES, type Language } from './language.js';

/** The texts of one screen: every language has the same keys. */
export type Texts<Words> = Readonly<Record<Language, Words>>;

/** `found_one` and `found_other` are asked for as `found`, with a `count`. */
type Stem<Key> = Key extends `${infer Before}_${'one' | 'other'}` ? Before : Key;

/** Says a text in the language that is shown; `{{name}}` in it is filled from `values`. */
export type Say<Words> = (
  key: Stem<keyof Words & string>,
  values?: Readonly<Record<string, string | number>>,
) => string;

function register<Words>(name: string, texts: Texts<Words>): void {
  for (const language of LANGUAGES) {
    if (!i18n.hasResourceBundle(language, name)) i18n.addResourceBundle(language, name, texts[language]);
  }
}

/**
 * The texts of a screen in the language that is shown; the component is rendered anew when another one is chosen.
 * @param name one per file of texts
 */
export function useTexts<Words>(name: string, texts: Texts<Words>): Say<Words> {
  register(name, texts);
  const { t } = useTranslation(name, { i18n });
  return (key, values) => t(key, { ...values });
}

/** The same outside a component, in the language that is shown now. */
export function textsOf<Words>(name: string, texts: Texts<Words>): Say<Words> {
  register(name, texts);
  const t = i18n.getFixedT(null, name);
  return (key, values) => t(key, { ...values });
}

function onLanguage(changed: () => void): () => void {
  i18n.on('languageChanged', changed);
  return () => i18n.off('languageChanged', changed);
}

/** The language that is shown, for components that write dates and numbers. */
export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, currentLanguage);
}
