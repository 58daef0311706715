import { useTexts } from '../i18n/use-texts.js';
import * as texts from './booking.texts.js';

/** The texts of choosing a time. */
export const useBookingTexts = () => useTexts('booking', texts);
