import { createHash } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/**
 * The id of a session that another one starts: 32 characters, and the node's prefix (`~1~`) of the session that starts
 * it. The same request has the same id whenever its step is repeated; who knows it learns nothing of the other id.
 */
export function derivedSessionId(starter: string, requestId: string): string {
  const prefix = /^~\d+~/.exec(starter)?.[0] ?? '';
  let id = prefix;
  for (const byte of createHash('sha256').update(`session ${requestId}`).digest()) id += ALPHABET[byte & 31];
  return id;
}
