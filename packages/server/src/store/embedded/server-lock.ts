import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, RingbackError } from '../../kernel/index.js';
import { startIdentity } from './process-identity.js';

const LOCK_NAME = /^server-(\d+)\.lock$/;

/** What a lock file says about the process that made it. */
interface Holder {
  pid: number;
  /** See `startIdentity`: it also tells a process of another machine or container from one of this. */
  started: string;
}

/**
 * The right of one server process to a data directory. It ends with the process, however that ends: a lock counts only
 * while the process that it names, recognised by its start time, is alive.
 *
 * Locks are numbered files, and the one with the highest number counts. Whoever finds its holder gone makes the next
 * number, which a file system lets one process do only; so two that find the same dead holder cannot both take over.
 * The last file therefore stays when its holder leaves.
 */
export class ServerLock {
  private constructor(private readonly file: string) {}

  /**
   * @param directory is made if need be
   * @throws RingbackError `data-directory-in-use` naming the process that holds it, `data-directory-unusable`
   */
  static async take(directory: string): Promise<ServerLock> {
    await makeDirectory(directory);
    const me: Holder = { pid: process.pid, started: (await startIdentity(process.pid)) ?? '' };
    const draft = join(directory, `server-${process.pid}-${crypto.randomUUID()}.draft`);
    await writeFile(draft, JSON.stringify(me), { mode: 0o600 });
    try {
      for (;;) {
        const numbers = await lockNumbers(directory);
        const last = numbers.at(-1) ?? 0;
        const holder = last > 0 ? await readHolder(fileOf(directory, last)) : undefined;
        if (holder && (await isAlive(holder))) throw inUse(directory, holder);
        const file = fileOf(directory, last + 1);
        if (!(await linkUnlessTaken(draft, file))) continue;
        // A listing may miss what comes and goes while it is read, so the number is checked to be the highest.
        const others = (await lockNumbers(directory)).filter((number) => number !== last + 1);
        if (others.some((number) => number > last + 1)) {
          // Whoever holds the higher number may have removed it already.
          await rm(file, { force: true });
          continue;
        }
        for (const number of others) await rm(fileOf(directory, number), { force: true });
        return new ServerLock(file);
      }
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Gives the directory free while this process lives on. */
  async release(): Promise<void> {
    await writeFile(this.file, '');
  }
}

function fileOf(directory: string, number: number): string {
  return join(directory, `server-${number}.lock`);
}

async function lockNumbers(directory: string): Promise<number[]> {
  const numbers: number[] = [];
  for (const name of await readdir(directory)) {
    const number = LOCK_NAME.exec(name)?.[1];
    if (number !== undefined) numbers.push(Number(number));
  }
  return numbers.sort((a, b) => a - b);
}

/** @returns undefined when the lock was released, or was replaced by the next one meanwhile */
async function readHolder(file: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (text === '') return undefined;
  const holder: unknown = JSON.parse(text);
  if (!isObject(holder) || typeof holder.pid !== 'number') {
    throw new RingbackError('lock-unreadable', `${file} is no lock of Ringback: remove it if no server runs here.`);
  }
  return { pid: holder.pid, started: String(holder.started) };
}

async function isAlive(holder: Holder): Promise<boolean> {
  return (await startIdentity(holder.pid)) === holder.started;
}

/** @returns false when that file exists */
async function linkUnlessTaken(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = `The data directory ${directory} cannot be made (${reason}). Name another one with --data.`;
    throw new RingbackError('data-directory-unusable', problem, [], { cause: error });
  }
}

function inUse(directory: string, holder: Holder): RingbackError {
  return new RingbackError(
    'data-directory-in-use',
    `The data directory ${directory} is in use by another Ringback server (process ${holder.pid}). ` +
      'Stop that one, or start this one with another data directory (--data).',
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
