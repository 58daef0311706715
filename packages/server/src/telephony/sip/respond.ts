import { randomBytes } from 'node:crypto';
import { Headers, NO_BODY, type SipRequest, type SipResponse } from './message.js';

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  422: 'Session Interval Too Small',
  423: 'Interval Too Brief',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  505: 'Version Not Supported',
  513: 'Message Too Large',
  603: 'Decline',
};

/** What a response has besides what it takes from its request. */
export interface Answer {
  reason?: string;
  /** The tag that is added to `To`, unless it has one. */
  toTag?: string;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  body?: Buffer;
}

/** The response to a request (RFC 3261 8.2.6). Without `toTag`, a response other than 100 gets a fresh one. */
export function respond(request: SipRequest, status: number, answer: Answer = {}): SipResponse {
  const headers = new Headers();
  for (const via of request.headers.all('via')) headers.add('via', via);
  for (const name of ['from', 'to', 'call-id', 'cseq']) {
    const value = request.headers.get(name);
    if (value !== undefined) headers.add(name, value);
  }
  const to = headers.get('to');
  if (status > 100 && to !== undefined && !/;\s*tag\s*=/i.test(to)) {
    headers.set('to', `${to};tag=${answer.toTag ?? newTag()}`);
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) headers.add(name, one);
  }
  const reason = answer.reason ?? REASONS[status] ?? 'Unknown';
  return { kind: 'response', status, reason, headers, body: answer.body ?? NO_BODY };
}

/** A tag or the varying part of a branch: 64 bits that nobody can guess (RFC 3261 19.3). */
export function newTag(): string {
  return randomBytes(8).toString('hex');
}
