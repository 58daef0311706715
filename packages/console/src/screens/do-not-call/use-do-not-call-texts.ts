import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './do-not-call.texts.js';

/** The texts of the do-not-call list. */
export const useDoNotCallTexts = () => useTexts('do-not-call', texts);
