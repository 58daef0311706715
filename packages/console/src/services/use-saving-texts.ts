import { useTexts } from '../i18n/use-texts.js';
import * as texts from './saving.texts.js';

/** The texts about changes that are not saved yet. */
export const useSavingTexts = () => useTexts('saving', texts);
