import { optionTags } from './header-values.js';
import type { SipRequest, SipResponse } from './message.js';
import { respond } from './respond.js';
import { isSipUri, parseUri } from './uri.js';

/** Methods that this user agent knows. */
export const METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO'] as const;

/** The body that an INVITE or an UPDATE may bring. */
export const SESSION_TYPE = 'application/sdp';

/**
 * Looks at a well-formed request as RFC 3261 8.2 asks, in its order: method, address, extensions, body. Returns the
 * response that refuses it, or nothing. `extensions`: the lower-case option tags that its user speaks, such as `100rel`.
 */
export function refusal(request: SipRequest, extensions: readonly string[] = []): SipResponse | undefined {
  const { method, headers } = request;
  if (method === 'ACK') return undefined;
  if (!METHODS.some((known) => known === method)) {
    return respond(request, 501, { headers: { Allow: METHODS.join(', ') } });
  }
  const uri = parseUri(request.uri);
  if (!isSipUri(uri) && uri.scheme !== 'tel') return respond(request, 416);
  if (method !== 'CANCEL') {
    const unknown = optionTags(headers, 'require').filter((tag) => !extensions.some((known) => known === tag));
    if (unknown.length > 0) return respond(request, 420, { headers: { Unsupported: unknown.join(', ') } });
  }
  return bodyRefusal(request);
}

function bodyRefusal(request: SipRequest): SipResponse | undefined {
  const { method, headers, body } = request;
  if (method !== 'INVITE' && method !== 'UPDATE') return undefined;
  const accepts = headers.values('accept').map((value) => mediaType(value));
  if (accepts.length > 0 && !accepts.some((type) => [SESSION_TYPE, 'application/*', '*/*'].includes(type))) {
    return respond(request, 406, { headers: { Accept: SESSION_TYPE } });
  }
  if (body.length === 0) return undefined;
  const type = mediaType(headers.get('content-type') ?? '');
  // A body of several parts is taken when one of them is the session's description.
  const readable = type === SESSION_TYPE || type.startsWith('multipart/');
  const coded = (headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity';
  if (readable && !coded) return undefined;
  return respond(request, 415, { headers: { Accept: SESSION_TYPE, 'Accept-Encoding': 'identity' } });
}

/** `type/subtype` in lower case, without parameters. */
export function mediaType(value: string): string {
  return (value.split(';')[0] ?? '').replace(/\s/g, '').toLowerCase();
}
