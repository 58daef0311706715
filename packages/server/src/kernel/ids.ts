import { randomBytes, randomUUID } from 'node:crypto';

/** A random UUID (version 4), the form of callback, service, call and leg ids. */
export function newId(): string {
  return randomUUID();
}

const SESSION_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** An orchestration session id: 32 characters out of 0-9 and A-V, as the original's clients expect (`^[~\w]{32}$`). */
export function newSessionId(): string {
  let id = '';
  for (const byte of randomBytes(32)) id += SESSION_ALPHABET[byte & 31];
  return id;
}
