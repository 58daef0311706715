import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './patterns.texts.js';

/** The texts of the page of patterns. */
export const usePatternsTexts = () => useTexts('patterns', texts);
