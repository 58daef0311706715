import { RingbackError } from '../../kernel/index.js';
import type { Media } from '../switch.js';
import type { Names } from './names.js';
import type { AsteriskSettings } from './settings.js';

/**
 * One thing after the other that a channel is told to play. `sounds`: a media address of ARI, `over` and over or once; `music`:
 * for those who wait; `silence`: nothing. `ms`: at most so long; absent: to the end, which music and silence have not.
 */
export type Step =
  | { kind: 'sounds'; address: string; over: boolean; ms?: number }
  | { kind: 'music'; ms?: number }
  | { kind: 'silence'; ms?: number };

type Spoken = Pick<AsteriskSettings, 'announcements' | 'toneZone' | 'speech' | 'language'>;

/** What Asterisk plays for a tone. */
const TONES = { ringback: 'ring', busy: 'busy', fastbusy: 'congestion' } as const;

/** Addresses that Asterisk knows already. */
const OF_ASTERISK = /^(sound|number|digits|characters|tone):/;

/**
 * What is to be played, as steps.
 * @throws RingbackError `not-supported` for text without a speech service
 */
export function stepsOf(media: Media, settings: Spoken, names: Names): Step[] {
  switch (media.kind) {
    case 'file': {
      const { url, loop = false, durationMs } = media;
      const address = addressOf(url, settings, names);
      return [{ kind: 'sounds', address, over: loop, ...(durationMs !== undefined && { ms: durationMs }) }];
    }
    case 'text':
      return [{ kind: 'sounds', address: speechOf(media, settings), over: false }];
    case 'digits':
      return sayOf(media).map((address) => ({ kind: 'sounds', address, over: false }));
    case 'tone': {
      const lasts = media.durationMs === undefined ? {} : { ms: media.durationMs };
      if (media.tone === 'music' || media.tone === 'silence') return [{ kind: media.tone, ...lasts }];
      const address = `tone:${TONES[media.tone]};tonezone=${settings.toneZone ?? 'us'}`;
      return [{ kind: 'sounds', address, over: false, ...lasts }];
    }
    case 'sequence':
      return media.parts.flatMap((part) => stepsOf(part, settings, names));
  }
}

/**
 * `recording:ID`, `announcement:NAME`, `file:///path/name.wav`, `http(s)://...` (fetched and kept by Asterisk), an address of
 * ARI such as `sound:demo-thanks`, or the name of a sound.
 */
function addressOf(url: string, { announcements = '' }: Spoken, names: Names): string {
  if (OF_ASTERISK.test(url)) return url;
  if (url.startsWith('recording:')) return `recording:${names.of(url.slice('recording:'.length))}`;
  if (url.startsWith('announcement:')) return `sound:${announcements}${url.slice('announcement:'.length)}`;
  if (url.startsWith('file:')) return `sound:${withoutExtension(decodeURIComponent(new URL(url).pathname))}`;
  return url.startsWith('/') ? `sound:${withoutExtension(url)}` : `sound:${url}`;
}

/** Asterisk finds the best format of a sound by itself, and wants its name without one. */
function withoutExtension(path: string): string {
  return path.replace(/\.(wav|gsm|ulaw|alaw|sln\d*|g722|mp3|ogg)$/i, '');
}

function speechOf({ text, language }: Extract<Media, { kind: 'text' }>, settings: Spoken): string {
  if (settings.speech === undefined) {
    throw new RingbackError(
      'not-supported',
      `Asterisk speaks no text without a speech service (switch option speech), here ${JSON.stringify(text.slice(0, 60))}; record it as a prompt.`,
    );
  }
  const address = settings.speech
    .replaceAll('{text}', encodeURIComponent(text))
    .replaceAll('{language}', encodeURIComponent(language ?? settings.language ?? 'en'));
  return `sound:${address}`;
}

/** Asterisk says numbers and single characters; amounts and dates are said as what it can. */
function sayOf({ digits, as }: Extract<Media, { kind: 'digits' }>): string[] {
  const [whole = '', cents] = digits.split('.');
  if ((as === 'number' || as === 'money') && /^\d{1,9}$/.test(whole)) {
    const rest = cents === undefined || cents === '' ? [] : ['sound:letters/dot', `digits:${cents}`];
    return [`number:${whole}`, ...rest];
  }
  return [/^\d+$/.test(digits) ? `digits:${digits}` : `characters:${digits}`];
}
