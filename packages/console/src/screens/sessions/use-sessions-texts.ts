import { type Say, useTexts } from '../../i18n/use-texts.js';
import * as texts from './sessions.texts.js';

export type SaySessions = Say<typeof texts.en>;

/** The texts of the pages of sessions. */
export const useSessionsTexts = (): SaySessions => useTexts('sessions', texts);
