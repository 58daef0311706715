import { NativeSelect } from '@mantine/core';
import { chooseLanguage } from '../i18n/i18n.js';
import { LANGUAGE_NAME, LANGUAGES } from '../i18n/language.js';
import { useLanguage } from '../i18n/use-texts.js';
import { useShellTexts } from './use-shell-texts.js';

/** Chooses the language of the console; the browser remembers it. */
export function LanguagePicker() {
  const say = useShellTexts();
  return (
    <NativeSelect
      size="xs"
      aria-label={say('language')}
      value={useLanguage()}
      data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAME[value] }))}
      onChange={(event) => {
        const chosen = LANGUAGES.find((language) => language === event.currentTarget.value);
        if (chosen !== undefined) chooseLanguage(chosen);
      }}
    />
  );
}
