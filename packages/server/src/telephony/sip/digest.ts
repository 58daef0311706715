import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isToken, quote, splitOutside, unquote } from './text.js';

/** Algorithms of RFC 2617, RFC 7616 and RFC 8760, strongest first. */
const ALGORITHMS = { 'SHA-512-256': 'sha512-256', 'SHA-256': 'sha256', MD5: 'md5' } as const;
export type DigestAlgorithm = keyof typeof ALGORITHMS;

export interface Credentials {
  username: string;
  password: string;
}

/** What a challenge or an answer to it says: lower-case names, values without quotation. */
export type DigestFields = Readonly<Record<string, string>>;

/** The fields of a `Digest` header; undefined for another scheme or one that cannot be read (RFC 4475 3.3.7). */
export function parseDigest(value: string): DigestFields | undefined {
  const found = /^\s*Digest\s+([\s\S]+)$/i.exec(value);
  if (!found || (value.match(/(?<!\\)"/g)?.length ?? 0) % 2 !== 0) return undefined;
  const fields: Record<string, string> = {};
  for (const part of splitOutside((found[1] ?? '').replace(/[<>]/g, encodeURIComponent), ',')) {
    const equals = part.indexOf('=');
    if (equals < 1) return undefined;
    const name = part.slice(0, equals).trim().toLowerCase();
    if (!isToken(name)) return undefined;
    fields[name] ??= unquote(part.slice(equals + 1).trim());
  }
  return fields;
}

function digests(values: readonly string[]): DigestFields[] {
  return values.map(parseDigest).filter((fields) => fields !== undefined);
}

export interface DigestRequest {
  method: string;
  uri: string;
  /** For `auth-int`. */
  body?: Buffer;
}

/** One answer to a challenge: `nc` counts the uses of its nonce from 1, `cnonce` is drawn for it. */
export interface DigestUse {
  nc: number;
  cnonce: string;
}

function hash(algorithm: DigestAlgorithm, data: string | Buffer): string {
  return createHash(ALGORITHMS[algorithm]).update(data).digest('hex');
}

function algorithmOf(name: string | undefined): { algorithm: DigestAlgorithm; session: boolean } | undefined {
  const upper = (name ?? 'MD5').toUpperCase();
  const session = upper.endsWith('-SESS');
  const plain = session ? upper.slice(0, -5) : upper;
  for (const algorithm of ['SHA-512-256', 'SHA-256', 'MD5'] as const) {
    if (plain === algorithm) return { algorithm, session };
  }
  return undefined;
}

/** The `response` of RFC 7616 3.4.1; undefined for an algorithm that is not spoken here. */
export function digestResponse(
  fields: DigestFields,
  credentials: Credentials,
  request: DigestRequest,
): string | undefined {
  const chosen = algorithmOf(fields.algorithm);
  if (!chosen) return undefined;
  const { algorithm, session } = chosen;
  const { realm = '', nonce = '', nc = '', cnonce = '', qop } = fields;
  const secret = hash(algorithm, `${credentials.username}:${realm}:${credentials.password}`);
  const a1 = session ? hash(algorithm, `${secret}:${nonce}:${cnonce}`) : secret;
  const entity = qop === 'auth-int' ? `:${hash(algorithm, request.body ?? Buffer.alloc(0))}` : '';
  const a2 = hash(algorithm, `${request.method}:${request.uri}${entity}`);
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  return hash(algorithm, `${a1}:${middle}:${a2}`);
}

/** Of several challenges of one realm the strongest that is spoken here (RFC 8760 2.4). */
export function strongest(challenges: readonly string[]): DigestFields | undefined {
  const rank = (fields: DigestFields) =>
    Object.keys(ALGORITHMS).indexOf(algorithmOf(fields.algorithm)?.algorithm ?? 'MD5');
  return digests(challenges)
    .filter((fields) => fields.nonce !== undefined && algorithmOf(fields.algorithm) !== undefined)
    .sort((one, other) => rank(one) - rank(other))[0];
}

/** The value of `Authorization` or `Proxy-Authorization` that answers a challenge; undefined if that is not possible. */
export function answerChallenge(
  challenge: DigestFields,
  credentials: Credentials,
  request: DigestRequest,
  use: DigestUse,
): string | undefined {
  const offered = challenge.qop?.split(',').map((name) => name.trim().toLowerCase());
  const qop = offered?.includes('auth') ? 'auth' : offered?.includes('auth-int') ? 'auth-int' : undefined;
  if (offered && !qop) return undefined;
  const nc = use.nc.toString(16).padStart(8, '0');
  const { realm = '', nonce = '', algorithm, opaque } = challenge;
  const fields = {
    realm,
    nonce,
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(qop === undefined ? {} : { qop, nc, cnonce: use.cnonce }),
    // A session key needs a cnonce, even where no quality of protection was offered.
    ...(algorithm?.toLowerCase().endsWith('-sess') ? { cnonce: use.cnonce } : {}),
  };
  const response = digestResponse(fields, credentials, request);
  if (response === undefined) return undefined;
  const written = [
    `username=${quote(credentials.username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...('cnonce' in fields ? [`cnonce=${quote(use.cnonce)}`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`]),
  ];
  return `Digest ${written.join(', ')}`;
}

/** Milliseconds for which a nonce is taken. */
const NONCE_MS = 300_000;

/** Nonces whose counts are remembered; the oldest are forgotten and must be renewed. */
const REMEMBERED_NONCES = 10_000;

/**
 * The server's side of digest authentication. A nonce carries its time and a signature; `nc` must grow from use to use
 * of one nonce, so that a request that somebody recorded is of no use to them.
 */
export class DigestGuard {
  readonly #key = randomBytes(32);
  readonly #counts = new Map<string, number>();

  constructor(
    readonly realm: string,
    /** The password of a user; undefined if there is no such user. */
    private readonly passwordOf: (username: string) => string | undefined,
    private readonly algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'MD5'],
  ) {}

  /** The values of `WWW-Authenticate`, one for each algorithm (RFC 8760 2.3), preferred first. */
  challenges(now: number, stale = false): string[] {
    const nonce = this.#nonce(now);
    return this.algorithms.map(
      (algorithm) =>
        `Digest realm=${quote(this.realm)}, nonce="${nonce}", qop="auth", algorithm=${algorithm}${stale ? ', stale=true' : ''}`,
    );
  }

  /** Whose request it is; `stale`: right, but to be repeated with a fresh nonce. */
  check(
    values: readonly string[],
    request: DigestRequest,
    now: number,
  ): { result: 'right'; username: string } | { result: 'wrong' | 'stale' | 'none' } {
    const fields = digests(values).find(({ realm }) => realm === this.realm);
    if (!fields) return { result: 'none' };
    const { username = '', nonce = '', response = '', nc = '', qop, uri } = fields;
    const password = this.passwordOf(username);
    const known = this.algorithms.some((name) => name === (fields.algorithm ?? 'MD5').toUpperCase());
    if (password === undefined || !known || qop !== 'auth' || uri !== request.uri) return { result: 'wrong' };
    const expected = digestResponse(fields, { username, password }, request) ?? '';
    if (!same(expected, response.toLowerCase())) return { result: 'wrong' };
    if (!this.#fresh(nonce, now) || !this.#count(nonce, nc)) return { result: 'stale' };
    return { result: 'right', username };
  }

  #nonce(now: number): string {
    const moment = `${now.toString(36)}.${randomBytes(8).toString('hex')}`;
    return `${moment}.${this.#sign(moment)}`;
  }

  #sign(moment: string): string {
    return createHmac('sha256', this.#key).update(moment).digest('hex').slice(0, 32);
  }

  #fresh(nonce: string, now: number): boolean {
    const [time = '', salt = '', signature = ''] = nonce.split('.');
    if (!same(this.#sign(`${time}.${salt}`), signature)) return false;
    const age = now - Number.parseInt(time, 36);
    return age >= 0 && age <= NONCE_MS;
  }

  #count(nonce: string, nc: string): boolean {
    if (!/^[0-9a-f]{8}$/i.test(nc)) return false;
    const count = Number.parseInt(nc, 16);
    if (count <= (this.#counts.get(nonce) ?? 0)) return false;
    this.#counts.delete(nonce);
    this.#counts.set(nonce, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > REMEMBERED_NONCES && oldest !== undefined) this.#counts.delete(oldest);
    return true;
  }
}

function same(one: string, other: string): boolean {
  const left = Buffer.from(one);
  const right = Buffer.from(other);
  return left.length === right.length && timingSafeEqual(left, right);
}
