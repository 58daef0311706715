import { createHmac, randomBytes } from 'node:crypto';
import { passwordMatches } from '../../config/index.js';
import { Sequence } from '../../kernel/index.js';

/** As costly to check as a real one, so that a wrong name takes as long as a wrong password. */
const NOBODYS_HASH = `$scrypt$16384$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const MOST_REMEMBERED = 1000;

/**
 * Checks passwords against their stored hashes. One that was right is remembered by a keyed digest for as long as the hash
 * is the same, since checking is slow on purpose; wrong ones are checked one after the other, so that guessing does not
 * take the processor from others.
 */
export class RememberedPasswords {
  readonly #key = randomBytes(32);
  /** Digest of name and password -> the hash that it was right for. */
  readonly #remembered = new Map<string, string>();
  readonly #checks = new Sequence();

  /** @param hash what is stored for the name; undefined: there is nobody of that name, or nobody who may come in */
  async isRight(name: string, password: string, hash: string | undefined): Promise<boolean> {
    const digest = createHmac('sha256', this.#key)
      .update(JSON.stringify([name, password]))
      .digest('base64');
    if (hash !== undefined && this.#remembered.get(digest) === hash) return true;
    const right = await this.#checks.run(() => passwordMatches(password, hash ?? NOBODYS_HASH));
    if (!right || hash === undefined) return false;
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(digest, hash);
    return true;
  }
}

/** Name and password of a header `Authorization: Basic`. */
export function readBasic(authorization: string | undefined): { name: string; password: string } | undefined {
  const [, encoded] = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const separator = text.indexOf(':');
  return separator < 0 ? undefined : { name: text.slice(0, separator), password: text.slice(separator + 1) };
}
