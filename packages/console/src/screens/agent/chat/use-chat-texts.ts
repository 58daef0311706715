import { useTexts } from '../../../i18n/use-texts.js';
import * as texts from './chat.texts.js';

/** The texts of chats at the agent's desktop. */
export const useChatTexts = () => useTexts('chat', texts);
