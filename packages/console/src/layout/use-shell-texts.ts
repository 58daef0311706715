import { useTexts } from '../i18n/use-texts.js';
import * as texts from './shell.texts.js';

/** The texts of the frame around every page. */
export const useShellTexts = () => useTexts('shell', texts);
