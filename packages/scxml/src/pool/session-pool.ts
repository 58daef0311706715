import { availableParallelism } from 'node:os';
import type { ApplicationDefinition } from '../api/application.js';
import type { DeliverRequest, Failure, StartRequest, StepResult } from '../api/step.js';
import { quickJsModule } from '../datamodel/quickjs-module.js';
import { type Diagnostic, DiagnosticList } from '../diagnostics.js';
import { Executor, SnapshotNeeded } from '../engine/executor.js';
import { type Limits, withLimits } from '../limits.js';
import type { WorkerReply } from './messages.js';
import { Watchdog } from './watchdog.js';
import { WorkerThread } from './worker-thread.js';

export interface SessionPoolOptions {
  /** Worker threads; default one less than there are cores, at least 1. 0 runs everything in this thread, unwatched. */
  workers?: number;
  /** Defaults for all applications. `watchdogMs` is the pool's alone. */
  limits?: Partial<Limits>;
}

/** A request that has not been answered yet. */
type Job =
  | {
      readonly kind: 'define';
      readonly definition: ApplicationDefinition;
      readonly settle: (found: Diagnostic[]) => void;
      attempts: number;
    }
  | {
      readonly kind: 'start';
      readonly request: StartRequest;
      readonly settle: (result: StepResult) => void;
      attempts: number;
    }
  | {
      readonly kind: 'deliver';
      readonly request: DeliverRequest;
      readonly settle: (result: StepResult) => void;
      attempts: number;
    };

/** How often a request may be found running in a thread that had to be stopped before its session is given up. */
const maxAttempts = 2;

/** A place for a thread: the sessions that belong to it stay when the thread is replaced. */
interface Slot {
  thread: WorkerThread | undefined;
  readonly jobs: Map<number, Job>;
}

/**
 * Runs sessions in worker threads. A session belongs to one thread, by its id. Threads start when they are first
 * needed.
 *
 * A thread in which one evaluation lasts longer than `watchdogMs` is terminated and replaced. Requests that were only
 * waiting in it are repeated in the new one from their snapshots, and nobody notices; the request that was running is
 * tried once more, because the machine may have been at fault, and then its session is given up.
 */
export class SessionPool {
  readonly #limits: Partial<Limits>;
  readonly #slots: Slot[];
  readonly #local: Executor | undefined;
  readonly #definitions = new Map<string, ApplicationDefinition>();
  readonly #findings = new Map<string, Promise<Diagnostic[]>>();
  /** Step at which a thread is believed to hold a session. */
  readonly #held = new Map<string, number>();
  readonly #watchdog: Watchdog;
  #module: WebAssembly.Module | undefined;
  #nextId = 1;
  #isClosed = false;

  constructor(options: SessionPoolOptions = {}) {
    const { workers = Math.max(1, availableParallelism() - 1), limits = {} } = options;
    this.#limits = limits;
    this.#local = workers === 0 ? new Executor(limits) : undefined;
    this.#slots = Array.from({ length: workers }, () => ({ thread: undefined, jobs: new Map() }));
    this.#watchdog = new Watchdog(withLimits(limits).watchdogMs, () => this.#busyThreads());
  }

  /** Compiles an application, once per id. Errors and warnings are in the result; with an error no session can start. */
  define(definition: ApplicationDefinition): Promise<Diagnostic[]> {
    let findings = this.#findings.get(definition.id);
    if (findings === undefined) {
      this.#definitions.set(definition.id, definition);
      findings = this.#local?.define(definition) ?? this.#defineInThread(definition);
      this.#findings.set(definition.id, findings);
    }
    return findings;
  }

  /** Starts a session and runs it to its first stable configuration. */
  start(request: StartRequest): Promise<StepResult> {
    if (this.#isClosed) return Promise.resolve(closedResult(1));
    if (this.#local !== undefined) return this.#local.start(request);
    return new Promise((settle) => {
      void this.#submit(this.#slotOf(request.session), { kind: 'start', request, settle, attempts: 0 });
    });
  }

  /**
   * Delivers exactly one external event and runs one macrostep, or ends the session with `cancel`. A session takes one
   * request at a time.
   */
  deliver(request: DeliverRequest): Promise<StepResult> {
    if (this.#isClosed) return Promise.resolve(closedResult(request.step + 1));
    if (this.#local !== undefined) return deliverHere(this.#local, request);
    return new Promise((settle) => {
      void this.#submit(this.#slotOf(request.session), { kind: 'deliver', request, settle, attempts: 0 });
    });
  }

  /** Drops the resident copy of a session, for instance after a failed commit. */
  forget(session: string): void {
    this.#local?.forget(session);
    this.#held.delete(session);
    this.#slotOf(session)?.thread?.post({ kind: 'forget', session });
  }

  /** Ends the threads. Requests that are still open fail with the reason `closed`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watchdog.stop();
    this.#local?.close();
    const threads = this.#slots.map(({ thread }) => thread);
    for (const slot of this.#slots) slot.thread = undefined;
    await Promise.all(threads.map((thread) => thread?.terminate()));
    for (const slot of this.#slots) {
      for (const job of slot.jobs.values()) fail(job, { reason: 'closed', message: 'The pool has been closed.' });
      slot.jobs.clear();
    }
  }

  #slotOf(key: string): Slot | undefined {
    let hash = 0x811c9dc5;
    for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    return this.#slots[(hash >>> 0) % Math.max(1, this.#slots.length)];
  }

  #defineInThread(definition: ApplicationDefinition): Promise<Diagnostic[]> {
    return new Promise((settle) => {
      void this.#submit(this.#slotOf(definition.id), { kind: 'define', definition, settle, attempts: 0 });
    });
  }

  async #submit(slot: Slot | undefined, job: Job): Promise<void> {
    if (slot === undefined) throw new Error('The pool has no threads.');
    if (this.#module === undefined) this.#module = await quickJsModule();
    if (this.#isClosed) {
      fail(job, { reason: 'closed', message: 'The pool has been closed.' });
      return;
    }
    this.#post(slot, job, false);
  }

  #post(slot: Slot, job: Job, withSnapshot: boolean): void {
    const thread = this.#threadOf(slot);
    const id = this.#nextId;
    this.#nextId = (this.#nextId % 0x3fffffff) + 1;
    slot.jobs.set(id, job);
    thread.hold(true);
    this.#watchdog.start();
    if (job.kind === 'define') {
      thread.defined.add(job.definition.id);
      thread.post({ kind: 'define', id, definition: job.definition });
      return;
    }
    this.#provide(thread, job.request.application);
    if (job.kind === 'start') {
      thread.post({ kind: 'start', id, request: job.request });
      return;
    }
    const hasSnapshot = withSnapshot || this.#held.get(job.request.session) !== job.request.step;
    const request = hasSnapshot ? job.request : { ...job.request, snapshot: '' };
    thread.post({ kind: 'deliver', id, request });
  }

  /** Gives a thread the application before its first session; nobody waits for that reply. */
  #provide(thread: WorkerThread, application: string): void {
    if (thread.defined.has(application)) return;
    const definition = this.#definitions.get(application);
    if (definition === undefined) return;
    thread.defined.add(application);
    thread.post({ kind: 'define', id: 0, definition });
  }

  #threadOf(slot: Slot): WorkerThread {
    if (slot.thread !== undefined) return slot.thread;
    if (this.#module === undefined) throw new Error('The pool is not ready.');
    const thread = new WorkerThread(this.#limits, this.#module, {
      reply: (reply) => this.#settle(slot, reply),
      ended: (request) => this.#replace(slot, thread, request),
    });
    slot.thread = thread;
    return thread;
  }

  #settle(slot: Slot, reply: WorkerReply): void {
    const job = slot.jobs.get(reply.id);
    if (job === undefined) return;
    slot.jobs.delete(reply.id);
    if (reply.kind === 'missing') {
      this.#post(slot, job, true);
      return;
    }
    if (slot.jobs.size === 0) slot.thread?.hold(false);
    if (reply.kind === 'error') {
      this.#forgetJob(job);
      fail(job, { reason: 'sandbox', message: reply.message });
    } else if (reply.kind === 'defined') {
      if (job.kind === 'define') job.settle(reply.diagnostics);
    } else if (job.kind !== 'define') {
      const { session } = job.request;
      if (reply.result.status === 'running') this.#held.set(session, reply.result.step);
      else this.#held.delete(session);
      job.settle(reply.result);
    }
  }

  #forgetJob(job: Job): void {
    if (job.kind !== 'define') this.#held.delete(job.request.session);
  }

  /** The thread has ended: repeat what it had not answered in a new one. */
  #replace(slot: Slot, thread: WorkerThread, running: number): void {
    if (slot.thread !== thread) return;
    slot.thread = undefined;
    const jobs = [...slot.jobs];
    slot.jobs.clear();
    for (const session of [...this.#held.keys()]) if (this.#slotOf(session) === slot) this.#held.delete(session);
    for (const [id, job] of jobs) {
      if (id === running) job.attempts += 1;
      if (job.attempts >= maxAttempts) {
        fail(job, { reason: 'watchdog', message: 'An evaluation lasted too long, twice; its thread was stopped.' });
      } else {
        this.#post(slot, job, true);
      }
    }
  }

  #busyThreads(): WorkerThread[] {
    return this.#slots.flatMap(({ thread, jobs }) => (thread === undefined || jobs.size === 0 ? [] : [thread]));
  }
}

/** Without threads nobody else can have the snapshot that is missing. */
async function deliverHere(executor: Executor, request: DeliverRequest): Promise<StepResult> {
  try {
    return await executor.deliver(request);
  } catch (error) {
    if (!(error instanceof SnapshotNeeded)) throw error;
    return failedStep(request.step + 1, { reason: 'snapshot', message: 'The request has no snapshot.' });
  }
}

function fail(job: Job, failure: Failure): void {
  if (job.kind === 'define') {
    const found = new DiagnosticList();
    found.add('sandbox', failure.message, { url: job.definition.main, line: 1, column: 1 });
    job.settle(found.sorted());
  } else {
    job.settle(failedStep(job.kind === 'start' ? 1 : job.request.step + 1, failure));
  }
}

function closedResult(step: number): StepResult {
  return failedStep(step, { reason: 'closed', message: 'The pool has been closed.' });
}

function failedStep(step: number, failure: Failure): StepResult {
  return { status: 'failed', step, snapshot: '', configuration: [], effects: [], failure };
}
