import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './simulator.texts.js';

/** The texts of the simulator's page. */
export const useSimulatorTexts = () => useTexts('simulator', texts);
