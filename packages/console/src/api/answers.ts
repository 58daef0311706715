import { textsOf } from '../i18n/use-texts.js';
import * as texts from './answers.texts.js';

/** What the console says about answers of the server, in the language that is shown then. */
export const sayOfAnswer = textsOf('answers', texts);
