import { parentPort, workerData } from 'node:worker_threads';
import { quickJsModule } from '../datamodel/quickjs-module.js';
import { Executor, SnapshotNeeded } from '../engine/executor.js';
import { type WorkerReply, type WorkerRequest, type WorkerSettings, watchWords } from './messages.js';

// The pool starts this file as a worker thread and passes exactly these settings.
const settings = workerData as WorkerSettings;
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread of a session pool.');

const words = new Int32Array(settings.watch);
let evaluations = 0;
const executor = new Executor(settings.limits, {
  enter(patience) {
    evaluations = (evaluations + 1) & 0x3fffffff;
    Atomics.store(words, watchWords.patience, patience);
    Atomics.store(words, watchWords.evaluation, evaluations + 1);
  },
  leave() {
    Atomics.store(words, watchWords.evaluation, 0);
  },
});
void quickJsModule(settings.module);

/** Replies that wait are sent together, but not later than this many. */
const batchSize = 16;
const waiting: WorkerRequest[] = [];
let isWorking = false;

port.on('message', (requests: WorkerRequest[]) => {
  waiting.push(...requests);
  if (!isWorking) void work();
});

/** Carries out requests one after the other. */
async function work(): Promise<void> {
  isWorking = true;
  let replies: WorkerReply[] = [];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const reply = await carryOut(next);
    if (reply !== undefined) replies.push(reply);
    if (replies.length >= batchSize) {
      post(replies);
      replies = [];
    }
  }
  isWorking = false;
  if (replies.length > 0) post(replies);
}

/** A reply that cannot be copied to the other thread must not take the others with it. */
function post(replies: readonly WorkerReply[]): void {
  try {
    port?.postMessage(replies);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (replies.length > 1) for (const reply of replies) post([reply]);
    else for (const { id } of replies) port?.postMessage([{ kind: 'error', id, message } satisfies WorkerReply]);
  }
}

async function carryOut(request: WorkerRequest): Promise<WorkerReply | undefined> {
  if (request.kind === 'forget') {
    executor.forget(request.session);
    return undefined;
  }
  const { id } = request;
  Atomics.store(words, watchWords.request, id);
  try {
    switch (request.kind) {
      case 'define':
        return { kind: 'defined', id, diagnostics: await executor.define(request.definition) };
      case 'start':
        return { kind: 'result', id, result: await executor.start(request.request) };
      case 'deliver':
        return { kind: 'result', id, result: await executor.deliver(request.request) };
    }
  } catch (error) {
    if (error instanceof SnapshotNeeded) return { kind: 'missing', id };
    return { kind: 'error', id, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    Atomics.store(words, watchWords.request, 0);
  }
}
