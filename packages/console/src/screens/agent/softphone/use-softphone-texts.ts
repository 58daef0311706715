import { useTexts } from '../../../i18n/use-texts.js';
import * as texts from './softphone.texts.js';

/** The texts of the telephone in the browser. */
export const useSoftphoneTexts = () => useTexts('softphone', texts);
