import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Tells a process apart from every other one that ever had or will have its id: the time at which it started, in the
 * form that this system gives it (Linux: the boot's id and the ticks since the boot).
 * @returns undefined when there is no such process
 */
export async function startIdentity(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return psField(pid, 'lstart=');
  const stat = await readProcFile(pid, 'stat');
  if (stat === undefined) return undefined;
  // The second field, the command in parentheses, may contain anything; the start time is the 20th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie holds nothing any more; its parent only has not fetched its status yet.
  if (fields[0] === 'Z') return undefined;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()} ${fields[19]}`;
}

/** True when process `pid` is a PostgreSQL server that works in `directory`. */
export async function isPostgresOf(pid: number, directory: string): Promise<boolean> {
  if (process.platform !== 'linux') {
    const command = (await psField(pid, 'command=')) ?? '';
    return command.includes('postgres') && command.includes(directory);
  }
  const command = await readProcFile(pid, 'cmdline');
  if (!command?.split('\0')[0]?.endsWith('postgres') && !command?.startsWith('postgres')) return false;
  try {
    // A server's current directory is its data directory, however that was named to it.
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(directory));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Gone meanwhile, or another user's process, which is none that we have started.
    if (code === 'ENOENT' || code === 'EACCES') return false;
    throw error;
  }
}

/** undefined when there is no such process (any more). */
async function readProcFile(pid: number, name: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

async function psField(pid: number, field: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', field, '-p', String(pid)], {
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    });
    return stdout.trim() || undefined;
  } catch (error) {
    // ps ends with status 1 when there is no such process.
    if (error instanceof Error && 'code' in error && error.code === 1) return undefined;
    throw error;
  }
}
