import { type ChildProcess, spawn } from 'node:child_process';

/** How much of what a process says is kept for the message of a failure. */
const KEPT_OUTPUT = 20_000;

/**
 * A program that runs as long as the test wants it, and never longer than the test's own process: the system kills it
 * when that is gone, however it went (`setpriv --pdeathsig`, which becomes the program itself).
 */
export class OwnedProcess {
  /** The last of what it wrote to standard output and standard error. */
  output = '';
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;

  constructor(program: string, args: readonly string[], options: { cwd?: string } = {}) {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-KEPT_OUTPUT);
      });
    }
    this.#gone = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        this.output += `${program} did not run: ${error.message}`;
        resolve();
      });
    });
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Ends it and waits until it is gone; a program that is not gone `patienceMs` after SIGTERM is killed. */
  async end(patienceMs = 5000): Promise<void> {
    this.signal('SIGTERM');
    const killed = setTimeout(() => this.signal('SIGKILL'), patienceMs);
    await this.#gone;
    clearTimeout(killed);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#gone;
  }
}
