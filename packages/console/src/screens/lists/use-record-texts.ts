import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './record.texts.js';

/** The texts of the page of a record. */
export const useRecordTexts = () => useTexts('record', texts);
