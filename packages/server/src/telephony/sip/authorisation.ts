import { answerChallenge, type Credentials, type DigestFields, parseDigest, strongest } from './digest.js';
import { cseqOf } from './header-values.js';
import type { SipRequest, SipResponse } from './message.js';
import { newTag } from './respond.js';
import { Malformed } from './text.js';

/**
 * The request again with an answer to the challenge of a 401 or 407, as number `cseq`; nothing when there is none: no
 * credentials, a challenge that cannot be answered, or one that refuses the answer that the request had already.
 */
export function authorised(
  request: SipRequest,
  response: SipResponse,
  credentials: Credentials | undefined,
  cseq: () => number,
): SipRequest | undefined {
  const asked = ASKS[response.status];
  if (!asked || !credentials) return undefined;
  const challenge = readable(response.headers.all(asked.by));
  if (!challenge) return undefined;
  const before = request.headers.get(asked.answer);
  const stale = challenge.stale?.toLowerCase() === 'true';
  if (before !== undefined && !stale && parseDigest(before)?.realm === challenge.realm) return undefined;
  const answer = answerChallenge(challenge, credentials, request, { nc: 1, cnonce: newTag() });
  if (answer === undefined) return undefined;
  const headers = request.headers.clone();
  headers.set(asked.answer, answer).set('cseq', `${cseq()} ${cseqOf(request).method}`);
  return { ...request, headers };
}

/** The challenge to answer; none where they cannot be read. */
function readable(challenges: readonly string[]): DigestFields | undefined {
  try {
    return strongest(challenges);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

const ASKS: Readonly<Record<number, { by: string; answer: string }>> = {
  401: { by: 'www-authenticate', answer: 'authorization' },
  407: { by: 'proxy-authenticate', answer: 'proxy-authorization' },
};
