import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { RingbackError } from '../../kernel/index.js';

/** The user and group that PostgreSQL's processes run as. */
export interface RunAs {
  uid: number;
  gid: number;
}

/** In the order of preference; every Linux distribution has the second. */
const UNPRIVILEGED_USERS = ['postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root, which containers often are. Then it runs as the owner of the data that is there,
 * else as an unprivileged user of this system.
 * @param dataDirectory the cluster's directory, which need not exist yet
 * @returns undefined when this process is not root: then PostgreSQL runs as what it is
 */
export async function chooseRunAs(dataDirectory: string): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(dataDirectory)) {
    const { uid, gid } = await stat(dataDirectory);
    if (uid !== 0) return { uid, gid };
  }
  const accounts = await readAccounts();
  for (const name of UNPRIVILEGED_USERS) {
    const account = accounts.get(name);
    if (account) return account;
  }
  throw new RingbackError(
    'no-unprivileged-user',
    'PostgreSQL does not run as root, and this system has no user "postgres" or "nobody" to run it as. ' +
      'Start Ringback as another user, or set DATABASE_URL.',
  );
}

async function readAccounts(): Promise<Map<string, RunAs>> {
  const accounts = new Map<string, RunAs>();
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid) accounts.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return accounts;
}
