import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './customers.texts.js';

/** The texts of the pages of customers. */
export const useCustomersTexts = () => useTexts('customers', texts);
