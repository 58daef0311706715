import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type Logger, RingbackError } from '../../kernel/index.js';
import { isPostgresOf, startIdentity } from './process-identity.js';

/** When each signal is sent, in milliseconds from the first, until the server is gone: fast, immediate, killed. */
const SIGNALS: [NodeJS.Signals, number][] = [
  ['SIGINT', 0],
  ['SIGQUIT', 5000],
  ['SIGKILL', 10_000],
];
const GIVE_UP_MS = 15_000;
const LOOK_EVERY_MS = 20;
/** More than any system's highest process id. */
const NOBODYS_PID = 99_999_999;

/**
 * Stops the database of a server that was killed before it could do so itself: its sessions and their locks would
 * otherwise live on. Only a process that is found to be a PostgreSQL server of this very directory gets a signal.
 *
 * When the process id in `postmaster.pid` belongs to something else by now, as happens in containers that count from 1
 * each time, PostgreSQL would take that for itself and refuse to start: the id is replaced by one that nobody has. The
 * file stays, because PostgreSQL also learns from it whether left-over sessions still use the data.
 */
export async function stopLeftBehind(directory: string, { log, clock }: { log: Logger; clock: Clock }): Promise<void> {
  const file = join(directory, 'postmaster.pid');
  const lines = await readLines(file);
  if (!lines) return;
  // The first line of the file (PostgreSQL source, `miscadmin.h`: LOCK_FILE_LINE_PID).
  const pid = Number(lines[0]);
  if (await isPostgresOf(pid, directory)) {
    log.warn({ pid }, 'The database of a server that was killed is still running: it is stopped first');
    await end(pid, directory, clock);
  } else if ((await startIdentity(pid)) !== undefined) {
    log.info({ pid }, 'The process id of the former database belongs to another process by now');
    await writeFile(file, [NOBODYS_PID, ...lines.slice(1)].join('\n'));
  }
}

async function end(pid: number, directory: string, clock: Clock): Promise<void> {
  const begin = clock.now();
  const signals = [...SIGNALS];
  // A server that has been halted (SIGSTOP) hears nothing until it goes on.
  signalIfAlive(pid, 'SIGCONT');
  while (await isPostgresOf(pid, directory)) {
    const elapsed = clock.now() - begin;
    if (elapsed > GIVE_UP_MS) {
      throw new RingbackError(
        'database-left-behind',
        `The database of a former server (process ${pid}) works in ${directory} and does not stop: stop it by hand.`,
      );
    }
    const [signal, after] = signals[0] ?? [];
    if (signal && after !== undefined && elapsed >= after) {
      signals.shift();
      signalIfAlive(pid, signal);
    }
    await new Promise<void>((resolve) => clock.at(clock.now() + LOOK_EVERY_MS, resolve));
  }
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function readLines(file: string): Promise<string[] | undefined> {
  try {
    return (await readFile(file, 'utf8')).split('\n');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
