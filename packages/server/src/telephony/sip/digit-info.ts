import { mediaType } from './admission.js';
import type { SipRequest } from './message.js';

/**
 * The digit that an INFO reports: `Signal=5` of `application/dtmf-relay`, or the bare digit of `application/dtmf`; nothing
 * for any other.
 */
export function digitOf(request: SipRequest): string | undefined {
  const type = mediaType(request.headers.get('content-type') ?? '');
  const text = request.body.toString('latin1');
  const signal =
    type === 'application/dtmf-relay'
      ? /^\s*Signal\s*=\s*(\S+)/im.exec(text)?.[1]
      : type === 'application/dtmf'
        ? text.trim()
        : undefined;
  if (signal === undefined) return undefined;
  // RFC 4733 numbers the keys that are no figures.
  const key = { 10: '*', 11: '#', 12: 'A', 13: 'B', 14: 'C', 15: 'D' }[signal] ?? signal.toUpperCase();
  return /^[0-9A-D*#]$/.test(key) ? key : undefined;
}
