import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Limits } from '../limits.js';
import { type WorkerReply, type WorkerRequest, type WorkerSettings, watchWords } from './messages.js';

/** Stack of a worker thread in megabytes: room for the guest's stack and the host's own frames around it. */
const stackMegabytes = 4;

/** The compiled worker; when this file runs from source, the one that the build has made. */
function workerFile(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(isSource ? '../../dist/pool/worker.js' : './worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(file))) {
    throw new Error(`The worker ${fileURLToPath(file)} is missing: build the package first (npx tsc -b).`);
  }
  return file;
}

export interface ThreadEvents {
  reply(reply: WorkerReply): void;
  /** The thread has ended. `request` is what it was doing, 0 if nothing. */
  ended(request: number): void;
}

/** One worker thread with its outgoing queue and its watch. After `ended` it is of no use any more. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #words: Int32Array;
  #outgoing: WorkerRequest[] = [];
  #seen = 0;
  #seenForMs = 0;
  /** Applications that the thread has been given. */
  readonly defined = new Set<string>();
  #hasEnded = false;

  constructor(limits: Partial<Limits>, module: WebAssembly.Module, events: ThreadEvents) {
    const watch = new SharedArrayBuffer(12);
    this.#words = new Int32Array(watch);
    const settings: WorkerSettings = { limits, watch, module };
    this.#worker = new Worker(workerFile(), {
      workerData: settings,
      resourceLimits: { stackSizeMb: stackMegabytes },
      execArgv: [],
    });
    const end = (): void => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      events.ended(Atomics.load(this.#words, watchWords.request));
    };
    this.#worker.on('message', (replies: WorkerReply[]) => {
      for (const reply of replies) events.reply(reply);
    });
    // A thread that runs out of memory reports an error before it exits.
    this.#worker.on('error', end);
    this.#worker.on('exit', end);
    this.#worker.unref();
  }

  /** Requests of the same turn of the event loop travel together. */
  post(request: WorkerRequest): void {
    this.#outgoing.push(request);
    if (this.#outgoing.length > 1) return;
    queueMicrotask(() => {
      const requests = this.#outgoing;
      this.#outgoing = [];
      if (!this.#hasEnded) this.#worker.postMessage(requests);
    });
  }

  /** Keeps the process alive while requests are open. */
  hold(isBusy: boolean): void {
    if (isBusy) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Called by the watchdog with the time since its last look; true if one evaluation has lasted longer than allowed. */
  isStuck(elapsedMs: number, limitMs: number): boolean {
    const evaluation = Atomics.load(this.#words, watchWords.evaluation);
    if (evaluation === 0 || evaluation !== this.#seen) {
      this.#seen = evaluation;
      this.#seenForMs = 0;
      return false;
    }
    this.#seenForMs += elapsedMs;
    return this.#seenForMs >= limitMs * Atomics.load(this.#words, watchWords.patience);
  }

  /** WebAssembly can always be stopped, even inside its native loops. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
