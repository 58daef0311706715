import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './calendar.texts.js';

/** The texts of the pages of office hours and of capacity. */
export const useCalendarTexts = () => useTexts('calendar', texts);
