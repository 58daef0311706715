import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './callbacks.texts.js';

/** The texts of the page of callbacks. */
export const useCallbacksTexts = () => useTexts('callbacks', texts);
