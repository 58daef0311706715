import { randomBytes, randomUUID } from 'node:crypto';

/** A random UUID (version 4), the form of callback, service, call and leg ids. */
export function newId(): string {
  return randomUUID();
}

/** Asked for in one go, as each asking costs the system's attention; every byte is used once. */
const RANDOM_BYTES = 128 * 32;
let random = Buffer.alloc(0);
let randomAt = 0;

const SESSION_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** An orchestration session id: 32 characters out of 0-9 and A-V, as the original's clients expect (`^[~\w]{32}$`). */
export function newSessionId(): string {
  if (randomAt === random.length) {
    random = randomBytes(RANDOM_BYTES);
    randomAt = 0;
  }
  let id = '';
  for (const byte of random.subarray(randomAt, randomAt + 32)) id += SESSION_ALPHABET[byte & 31];
  randomAt += 32;
  return id;
}
