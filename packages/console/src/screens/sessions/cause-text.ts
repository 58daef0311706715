import { type Members, number, text } from '../../api/json.js';
import type { SaySessions } from './use-sessions-texts.js';

/** What a step caused, in words. */
export function causeText(cause: Members, say: SaySessions): string {
  const name = (key: string) => text(cause, key) ?? '';
  switch (cause.kind) {
    case 'send':
      return sendText(name('event'), text(cause, 'target'), number(cause, 'delayMs'), say);
    case 'cancel':
      return say('cancels', { id: name('sendid') });
    case 'action':
      return say('asks', { action: `${name('module')}:${name('name')}` });
    case 'call':
      return say('calls', { name: name('name') });
    case 'invoke':
      return say('invokes', { name: text(cause, 'src') ?? name('invokeid') });
    case 'cancel-invoke':
      return say('endsInvoked', { id: name('invokeid') });
    case 'forward':
      return say('forwards', { event: name('event'), id: name('invokeid') });
    case 'log':
      return say('logs', { text: name('text') });
    case 'more':
      return say('andMore', { number: name('count') });
    default:
      return JSON.stringify(cause);
  }
}

function sendText(event: string, target: string | undefined, delayMs: number | undefined, say: SaySessions): string {
  if (delayMs === undefined) return target === undefined ? say('sends', { event }) : say('sendsTo', { event, target });
  const delay = delayMs < 1000 ? `${delayMs} ms` : `${delayMs / 1000} s`;
  return target === undefined ? say('sendsIn', { event, delay }) : say('sendsToIn', { event, target, delay });
}
