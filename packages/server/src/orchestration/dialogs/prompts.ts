import type { ChildDescriptor } from '@ringback/scxml';
import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type { Media } from '../../telephony/index.js';
import type { ActionElement } from '../action-module.js';
import { seconds } from './duration.js';

/** What `<dialog:prompts type="...">` may be for (ors-interaction-dialog.md 6.4). */
export type PromptType = 'ann' | 'tts' | 'iretry' | 'ifailure' | 'isuccess' | 'itimeout';

const PROMPT_TYPES: readonly PromptType[] = ['ann', 'tts', 'iretry', 'ifailure', 'isuccess', 'itimeout'];
const MOST_PROMPTS = 10;

/** How the original is told to play a treatment; `url` of a prompt is an extension of ours. */
export const PROMPTS: ChildDescriptor = {
  name: 'prompts',
  attributes: { type: { kind: 'lenient' } },
  children: [
    {
      name: 'prompt',
      attributes: {
        intid: { kind: 'value' },
        number: { kind: 'value' },
        userannid: { kind: 'value' },
        userid: { kind: 'value' },
        text: { kind: 'value' },
        url: { kind: 'value' },
        interrupt: { kind: 'lenient' },
      },
    },
  ],
};

/** Something to play, and whether it may be interrupted by a key. */
export interface Prompt {
  media: Media;
  interruptible: boolean;
}

/** What an action plays, without its prompts for special cases; undefined when it names nothing. */
export function promptOf(element: Pick<ActionElement, 'children'>, language?: string): Prompt | undefined {
  return promptFor(element, ['ann', 'tts'], language);
}

/** What is played in a special case, such as `iretry`. */
export function promptFor(
  { children }: Pick<ActionElement, 'children'>,
  types: readonly PromptType[],
  language?: string,
): Prompt | undefined {
  const groups = children.filter(({ name }) => name === 'prompts');
  const prompts = groups.filter((group) => types.includes(typeOf(group))).flatMap((group) => promptsIn(group));
  const [first, ...others] = prompts.map(({ attributes }) => mediaOf(attributes, language));
  if (!first) return undefined;
  const media: Media = others.length === 0 ? first : { kind: 'sequence', parts: [first, ...others] };
  return { media, interruptible: prompts.every(({ attributes }) => isInterruptible(attributes)) };
}

/** Everything that an action's prompts get wrong, before anything is played. @throws RingbackError */
export function checkPrompts(element: Pick<ActionElement, 'children'>): void {
  for (const type of PROMPT_TYPES) promptFor(element, [type]);
}

function typeOf({ attributes }: ActionElement): PromptType {
  const type = attributes.type === undefined || attributes.type === null ? 'ann' : String(attributes.type);
  const found = PROMPT_TYPES.find((known) => known === type.toLowerCase());
  // The form MSG_<type> is for messages of network switches, which are announcements here.
  if (found || /^msg_/i.test(type)) return found ?? 'ann';
  throw new RingbackError(
    'invalid-parameter',
    `type of prompts must be one of ${PROMPT_TYPES.join(', ')}, not ${type}`,
  );
}

function promptsIn({ children }: ActionElement): readonly ActionElement[] {
  if (children.length > 0 && children.length <= MOST_PROMPTS) return children;
  throw new RingbackError(
    'invalid-parameter',
    `prompts must hold 1 to ${MOST_PROMPTS} prompts, not ${children.length}`,
  );
}

function isInterruptible({ interrupt }: JsonObject): boolean {
  return interrupt === true || interrupt === 'true' || interrupt === undefined || interrupt === null;
}

/** Exactly one of the attributes says what is played. */
function mediaOf(attributes: JsonObject, language: string | undefined): Media {
  const named = ['url', 'text', 'userannid', 'intid', 'number'].filter((name) => isGiven(attributes[name]));
  const [name] = named;
  if (name === undefined) throw new RingbackError('invalid-parameter', 'the prompt names nothing to play');
  if (named.length > 1) {
    throw new RingbackError('invalid-parameter', `a prompt is one of ${named.join(' and ')}, not several`);
  }
  const value = String(attributes[name]);
  const spoken = language === undefined ? {} : { language };
  switch (name) {
    case 'url':
      return { kind: 'file', url: value };
    case 'text':
      return { kind: 'text', text: value, ...spoken };
    case 'userannid':
      return { kind: 'file', url: recordingUrl(value) };
    case 'intid':
      return { kind: 'file', url: `announcement:${value}` };
    default:
      return { ...spokenNumber(value), ...spoken };
  }
}

function isGiven(value: JsonObject[string] | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** The first digit says how the others are spoken. */
const SPOKEN = ['digits', 'date', 'time', 'phone', 'money', 'number'] as const;

function spokenNumber(value: string): Extract<Media, { kind: 'digits' }> {
  const digits = value.trim();
  const as = SPOKEN[Number(digits[0])];
  if (!/^[0-9*#.]{2,}$/.test(digits) || as === undefined) {
    throw new RingbackError('invalid-parameter', `number must be a digit from 0 to 5 and then digits, not ${value}`);
  }
  return { kind: 'digits', digits: digits.slice(1), as };
}

/** Where what was recorded under an id can be heard. */
export function recordingUrl(id: string): string {
  return `recording:${id}`;
}

const TONES = ['music', 'ringback', 'busy', 'fastbusy', 'silence'] as const;

/** What `<dialog:playsound>` plays; without `duration` it is endless. */
export function soundOf(attributes: JsonObject): Media {
  const type = String(attributes.type ?? '').toLowerCase();
  const tone = TONES.find((known) => known === type);
  if (!tone) throw new RingbackError('invalid-parameter', `type must be one of ${TONES.join(', ')}, not ${type}`);
  const durationMs = seconds(attributes, 'duration');
  const lasts = durationMs === undefined ? {} : { durationMs };
  const { resource } = attributes;
  if (tone === 'music' && isGiven(resource)) return { kind: 'file', url: String(resource), loop: true, ...lasts };
  return { kind: 'tone', tone, ...lasts };
}
