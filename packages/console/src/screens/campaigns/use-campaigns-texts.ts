import { useTexts } from '../../i18n/use-texts.js';
import * as terms from './campaign-terms.texts.js';
import * as texts from './campaigns.texts.js';

/** The texts of the page of campaigns. */
export const useCampaignsTexts = () => useTexts('campaigns', texts);

/** Says a word that the API has for campaigns in the language that is shown; words that are not known stay as they are. */
export function useCampaignTerms(): (word: string) => string {
  const say = useTexts('campaign-terms', terms);
  return (word) => (isTerm(word) ? say(word) : word);
}

function isTerm(word: string): word is keyof typeof terms.en {
  return Object.hasOwn(terms.en, word);
}
