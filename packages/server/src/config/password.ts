import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * Passwords of users, agents and applications are stored as `$scrypt$N$r$p$salt$key` (base64url). The same form is
 * accepted in a configuration file, so that a file need not contain a password in clear.
 */
const COST = { N: 16384, r: 8, p: 1 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const HASH = /^\$scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w-]{16,})\$([\w-]{32,})$/;
/** scrypt needs 128 * N * r bytes; anything above this is not a hash that we made. */
const MOST_MEMORY = 256 * 1024 * 1024;

export function isPasswordHash(text: string): boolean {
  return HASH.test(text);
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES, COST);
  return `$scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** True if `password` is the one that `hash` was made of; false for texts that are no hash. */
export async function passwordMatches(password: string, hash: string): Promise<boolean> {
  const match = HASH.exec(hash);
  if (!match) return false;
  const [, N, r, p, salt = '', key = ''] = match;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (128 * cost.N * cost.r > MOST_MEMORY) return false;
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, cost);
  return timingSafeEqual(actual, expected);
}

function derive(password: string, salt: Buffer, length: number, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, { ...cost, maxmem: MOST_MEMORY * 2 }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
