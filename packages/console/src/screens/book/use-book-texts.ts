import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './book.texts.js';

/** The texts of the page that books a callback. */
export const useBookTexts = () => useTexts('book', texts);
