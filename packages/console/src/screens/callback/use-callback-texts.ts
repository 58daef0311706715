import { type Say, useTexts } from '../../i18n/use-texts.js';
import * as texts from './callback.texts.js';

/** The texts of the page of a callback. */
export const useCallbackTexts = () => useTexts('callback', texts);
export type SayCallback = Say<typeof texts.en>;
