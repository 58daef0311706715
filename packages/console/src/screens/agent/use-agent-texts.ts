import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './agent.texts.js';

/** The texts of the agent's desktop. */
export const useAgentTexts = () => useTexts('agent', texts);
