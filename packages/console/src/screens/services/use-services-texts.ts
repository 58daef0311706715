import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './services.texts.js';

/** The texts of the pages of configured services. */
export const useServicesTexts = () => useTexts('services', texts);
