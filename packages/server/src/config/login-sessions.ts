import { createHash, randomBytes } from 'node:crypto';
import { type Clock, instant } from '../kernel/index.js';
import { type Sql, statement } from '../store/index.js';
import type { User } from './objects.js';

/** Somebody who is logged in. */
export interface LoginSession {
  name: string;
  /** What the identity provider says; absent: the configured user of that name has its roles. */
  roles?: readonly User['roles'][number][] | undefined;
  /** Digest of the password's stored form at the time of the login. */
  credential?: string | undefined;
}

const HOURS = 12;
const TOKEN_BYTES = 32;

const OPEN = statement(
  'login-open',
  'insert into login_session (digest, name, roles, credential, expires_at) values ($1, $2, $3, $4, $5)',
);
const FIND = statement(
  'login-find',
  'select name, roles, credential from login_session where digest = $1 and expires_at > $2',
);
const CLOSE = statement('login-close', 'delete from login_session where digest = $1');
const PURGE = statement('login-purge', 'delete from login_session where expires_at <= $1');

interface Row {
  name: string;
  roles: User['roles'] | null;
  credential: Buffer | null;
}

/**
 * Logins of people with browsers, on all nodes. What identifies one is known to its browser alone: the table has a
 * digest of it.
 */
export class LoginSessions {
  readonly #sql: Sql;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Sql; clock: Clock }) {
    this.#sql = database;
    this.#clock = clock;
  }

  /** @returns what the browser has to show from now on, for twelve hours */
  async open({ name, roles, credential }: LoginSession): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = instant(this.#clock.now() + HOURS * 3_600_000);
    const stored = credential === undefined ? null : Buffer.from(credential, 'hex');
    await this.#sql.query(OPEN, [digestOf(token), name, roles ? JSON.stringify(roles) : null, stored, expiresAt]);
    return token;
  }

  async find(token: string): Promise<LoginSession | undefined> {
    const [row] = await this.#sql.query<Row>(FIND, [digestOf(token), instant(this.#clock.now())]);
    return (
      row && {
        name: row.name,
        ...(row.roles && { roles: row.roles }),
        ...(row.credential && { credential: row.credential.toString('hex') }),
      }
    );
  }

  async close(token: string): Promise<void> {
    await this.#sql.query(CLOSE, [digestOf(token)]);
  }

  async purge(): Promise<void> {
    await this.#sql.query(PURGE, [instant(this.#clock.now())]);
  }
}

/** What is kept of a password's stored form, to see later whether it is still the same. */
export function credentialOf(stored: string): string {
  return createHash('sha256').update(stored).digest('hex');
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
