import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './day.texts.js';

/** The texts of the page of a day. */
export const useDayTexts = () => useTexts('day', texts);
