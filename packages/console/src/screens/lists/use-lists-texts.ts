import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './lists.texts.js';

/** The texts of calling lists. */
export const useListsTexts = () => useTexts('lists', texts);
