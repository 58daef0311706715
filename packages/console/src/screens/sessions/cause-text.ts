import { type Members, number, text } from '../../api/json.js';

/** What a step caused, in words. */
export function causeText(cause: Members): string {
  const name = (key: string) => text(cause, key) ?? '';
  switch (cause.kind) {
    case 'send':
      return `sends ${name('event')}${to(text(cause, 'target'))}${after(number(cause, 'delayMs'))}`;
    case 'cancel':
      return `cancels the delayed event ${name('sendid')}`;
    case 'action':
      return `asks for ${name('module')}:${name('name')}`;
    case 'call':
      return `calls ${name('name')}`;
    case 'invoke':
      return `invokes ${text(cause, 'src') ?? name('invokeid')}`;
    case 'cancel-invoke':
      return `ends what it invoked as ${name('invokeid')}`;
    case 'forward':
      return `forwards ${name('event')} to ${name('invokeid')}`;
    case 'log':
      return `logs ${name('text')}`;
    case 'more':
      return `and ${name('count')} more`;
    default:
      return JSON.stringify(cause);
  }
}

function to(target: string | undefined): string {
  return target === undefined ? '' : ` to ${target}`;
}

function after(delayMs: number | undefined): string {
  if (delayMs === undefined) return '';
  return delayMs < 1000 ? ` in ${delayMs} ms` : ` in ${delayMs / 1000} s`;
}
