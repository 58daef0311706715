import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Clock, type Logger, RingbackError } from '../../kernel/index.js';
import type { Binaries } from './binaries.js';
import { dataDirectoryArgument, POSTGRES_ENVIRONMENT } from './environment.js';
import type { RunAs } from './run-as.js';

/** A fast shutdown writes a checkpoint; beyond this time it is cut short and the next start recovers from the log. */
const FAST_SHUTDOWN_MS = 7000;
const IMMEDIATE_SHUTDOWN_MS = 2000;
const LINES_KEPT = 20;
/** Severities of PostgreSQL's log that concern the operator; the rest is for debugging. */
const SERIOUS = /\b(FATAL|PANIC):/;

export interface PostmasterOptions {
  binaries: Binaries;
  runAs: RunAs | undefined;
  directory: string;
  socketDirectory: string;
  /** Server settings by name, which win over the files in the directory. */
  settings: Readonly<Record<string, string>>;
  log: Logger;
  /** Real time. */
  clock: Clock;
}

/**
 * A running PostgreSQL server that this process has started.
 *
 * States: running -> stopping (`stop`) -> exited; or running -> exited by itself. `exited` resolves in both cases.
 */
export class Postmaster {
  readonly pid: number;
  /** Resolves when the process has ended, with the reason in words. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #log: Logger;
  #stopping = false;
  readonly #killOnExit = () => this.#child.kill('SIGINT');

  private constructor(child: ChildProcess, pid: number, options: PostmasterOptions) {
    this.pid = pid;
    this.#child = child;
    this.#clock = options.clock;
    this.#log = options.log;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        process.off('exit', this.#killOnExit);
        resolve(signal ? `killed by ${signal}` : `exit status ${code}`);
      });
    });
    // However this process ends, short of being killed, the database is told to end as well.
    process.on('exit', this.#killOnExit);
  }

  /**
   * Starts a server and waits until it accepts connections, recovery from a crash included.
   * @throws RingbackError `database-not-started` with what the server said
   */
  static async start(options: PostmasterOptions): Promise<Postmaster> {
    const { binaries, runAs, directory, log } = options;
    const settings = { ...options.settings, unix_socket_directories: options.socketDirectory, listen_addresses: '' };
    const child = spawn(
      binaries.postgres,
      [
        ...['-D', dataDirectoryArgument(directory, runAs)],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        ...runAs,
        cwd: directory,
        env: POSTGRES_ENVIRONMENT,
        // In a process group of its own: an interrupt at the terminal is for Ringback, which then ends it in order.
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const postmaster = new Postmaster(child, await pidOf(child), options);
    const lines: string[] = [];
    const ready = new Promise<void>((resolve, reject) => {
      child.once('close', () => reject(new Error(lines.join('\n'))));
      createInterface({ input: child.stderr }).on('line', (line) => {
        lines.push(line);
        if (lines.length > LINES_KEPT) lines.shift();
        if (line.endsWith('database system is ready to accept connections')) resolve();
        if (SERIOUS.test(line) && !postmaster.#stopping) log.warn({ postgres: line }, 'The embedded database says');
        else log.debug({ postgres: line }, 'The embedded database says');
      });
    });
    try {
      await ready;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new RingbackError('database-not-started', `The embedded database does not start: ${said}`, [], {
        cause: error,
      });
    }
    return postmaster;
  }

  /** Ends the server: connections are closed, everything is written, and if that takes too long it is cut short. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGINT');
    const cutShort = this.#clock.at(this.#clock.now() + FAST_SHUTDOWN_MS, () => {
      this.#log.warn({}, 'The embedded database takes too long to stop: it is stopped at once, and recovers next time');
      this.#child.kill('SIGQUIT');
    });
    const kill = this.#clock.at(this.#clock.now() + FAST_SHUTDOWN_MS + IMMEDIATE_SHUTDOWN_MS, () => {
      this.#child.kill('SIGKILL');
    });
    await this.exited;
    cutShort.cancel();
    kill.cancel();
  }
}

async function pidOf(child: ChildProcess): Promise<number> {
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('A process was started that has no id');
  return child.pid;
}
