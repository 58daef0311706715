import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './resources.texts.js';

/** The texts of the page of resources. */
export const useResourcesTexts = () => useTexts('resources', texts);
