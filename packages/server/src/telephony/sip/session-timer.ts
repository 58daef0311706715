import { optionTags } from './header-values.js';
import type { Headers, SipRequest, SipResponse } from './message.js';

/** The shortest interval that anybody may ask for: RFC 4028 5. */
export const MIN_SESSION_SECONDS = 90;

/** What both sides have agreed on: the interval, and whether it is we who renew the session. */
export interface SessionTimer {
  seconds: number;
  weRefresh: boolean;
}

export interface SessionExpires {
  seconds: number;
  refresher?: 'uac' | 'uas';
}

/** The value of `Session-Expires`; undefined when absent or unreadable, which asks for nothing. */
export function sessionExpires(headers: Headers): SessionExpires | undefined {
  const [seconds = '', ...parameters] = (headers.get('session-expires') ?? '').split(';').map((part) => part.trim());
  if (!/^\d{1,9}$/.test(seconds)) return undefined;
  const stated = parameters.find((parameter) => /^refresher\s*=/i.test(parameter));
  const refresher = stated?.replace(/^[^=]*=\s*/, '').toLowerCase();
  if (refresher !== 'uac' && refresher !== 'uas') return { seconds: Number(seconds) };
  return { seconds: Number(seconds), refresher };
}

/** The value of `Min-SE`, at least what the standard asks for. */
export function minSessionExpires(headers: Headers): number {
  const value = (headers.get('min-se') ?? '').split(';')[0]?.trim() ?? '';
  return Math.max(MIN_SESSION_SECONDS, /^\d{1,9}$/.test(value) ? Number(value) : 0);
}

/** What our INVITE or UPDATE asks for; `seconds` 0: nothing. */
export function timerRequest(
  seconds: number,
  min = MIN_SESSION_SECONDS,
  refresher?: 'uac' | 'uas',
): Record<string, string> {
  if (seconds === 0) return {};
  const wanted = Math.max(seconds, min);
  const who = refresher === undefined ? '' : `;refresher=${refresher}`;
  const least: Record<string, string> = min > MIN_SESSION_SECONDS ? { 'Min-SE': String(min) } : {};
  return { 'Session-Expires': `${wanted}${who}`, ...least };
}

/** What the answer to our request agreed on; undefined: the other side knows no timers. */
export function agreedByResponse(response: SipResponse): SessionTimer | undefined {
  const stated = sessionExpires(response.headers);
  if (!stated) return undefined;
  return { seconds: stated.seconds, weRefresh: stated.refresher !== 'uas' };
}

/**
 * What we agree to when the other side asks (RFC 4028 9): its interval where it names one, else ours; it renews the session
 * if it can and does not say otherwise. `tooSmall`: the request is to be refused with 422.
 */
export function agreeToRequest(
  request: SipRequest,
  ourSeconds: number,
): { tooSmall: true } | { tooSmall: false; timer?: SessionTimer; headers: Record<string, string> } {
  const stated = sessionExpires(request.headers);
  const supports = optionTags(request.headers, 'supported').includes('timer');
  if (stated && supports && stated.seconds < MIN_SESSION_SECONDS) return { tooSmall: true };
  const least = minSessionExpires(request.headers);
  if (!stated && ourSeconds === 0) return { tooSmall: false, headers: {} };
  const wanted = stated ? stated.seconds : ourSeconds;
  const seconds = Math.max(stated && ourSeconds > 0 ? Math.min(wanted, ourSeconds) : wanted, least);
  if (!supports) {
    return {
      tooSmall: false,
      timer: { seconds, weRefresh: true },
      headers: { 'Session-Expires': `${seconds};refresher=uas` },
    };
  }
  const weRefresh = stated?.refresher === 'uas';
  return {
    tooSmall: false,
    timer: { seconds, weRefresh },
    headers: { Require: 'timer', 'Session-Expires': `${seconds};refresher=${weRefresh ? 'uas' : 'uac'}` },
  };
}

/** Milliseconds after which we renew the session, or take it for dead (RFC 4028 10). */
export function timerMs({ seconds, weRefresh }: SessionTimer): number {
  return 1000 * (weRefresh ? seconds / 2 : seconds - Math.min(32, seconds / 3));
}
