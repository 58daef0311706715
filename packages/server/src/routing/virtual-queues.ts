import { OrderedList } from './ordered-list.js';
import type { Target } from './target.js';
import { compareRequests, type LineRequest } from './target-line.js';

interface VirtualQueue {
  readonly requests: OrderedList<LineRequest>;
  /** The targets of the request that came last. */
  targets: readonly Target[];
}

/** The virtual queues by name: who waits in each, and what its requests ask for. */
export class VirtualQueues {
  readonly #queues = new Map<string, VirtualQueue>();

  add(entry: LineRequest): void {
    this.#queueFor(entry.request.virtualQueue).requests.add(entry);
  }

  delete(entry: LineRequest): void {
    this.#queues.get(entry.request.virtualQueue)?.requests.delete(entry);
  }

  /** The requests of a virtual queue, in order. */
  requests(name: string): Iterable<LineRequest> {
    return this.#queues.get(name)?.requests ?? [];
  }

  size(name: string): number {
    return this.#queues.get(name)?.requests.size ?? 0;
  }

  /** How many stand before a request in its virtual queue. */
  rank(entry: LineRequest): number {
    return this.#queues.get(entry.request.virtualQueue)?.requests.rank(entry) ?? 0;
  }

  /** What the latest request of a virtual queue asked for. */
  targets(name: string): readonly Target[] {
    return this.#queues.get(name)?.targets ?? [];
  }

  noteTargets(name: string, targets: readonly Target[]): void {
    this.#queueFor(name).targets = targets;
  }

  #queueFor(name: string): VirtualQueue {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = { requests: new OrderedList(compareRequests), targets: [] };
      this.#queues.set(name, queue);
    }
    return queue;
  }
}
