import { type Say, useTexts } from '../../i18n/use-texts.js';
import * as texts from './live.texts.js';

/** The texts of the live page. */
export const useLiveTexts = () => useTexts('live', texts);
export type SayLive = Say<typeof texts.en>;
