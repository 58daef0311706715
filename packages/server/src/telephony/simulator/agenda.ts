import type { Clock, Timer } from '../../kernel/index.js';

interface Item {
  due: number;
  order: number;
  key: string;
}

/** So many stale items may lie in the heap, beside as many as there are others, before it is tidied. */
const STALE_ALLOWED = 1000;

/**
 * When what is due: one due time per key, thousands of keys on one timer. Keys come due in the order of their times, then
 * of their noting. The timer calls `onDue`, whose business it is to take what `next` gives until there is nothing more.
 */
export class Agenda {
  /** A binary heap; items whose key has another item by now are stale and skipped. */
  readonly #heap: Item[] = [];
  readonly #current = new Map<string, Item>();
  #order = 0;
  #timer: Timer | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: () => void,
  ) {}

  /** Notes that `key` is due at `due` (ms since 1970) and at no other time; undefined: at none. */
  set(key: string, due: number | undefined): void {
    const before = this.#current.get(key);
    if (before?.due === due) return;
    if (due === undefined) {
      this.#current.delete(key);
      return;
    }
    const item = { due, order: this.#order++, key };
    this.#current.set(key, item);
    if (this.#heap.length > 2 * this.#current.size + STALE_ALLOWED) this.#tidy();
    else this.#push(item);
    if (due < this.#armedFor) this.#arm(due);
  }

  /** Takes the key that is due first, if one is due by now. */
  next(): { key: string; due: number } | undefined {
    for (let first = this.#heap[0]; first && first.due <= this.clock.now(); first = this.#heap[0]) {
      this.#pop();
      if (this.#current.get(first.key) !== first) continue;
      this.#current.delete(first.key);
      return first;
    }
    return undefined;
  }

  /** How many items it holds, stale ones included. */
  get size(): number {
    return this.#heap.length;
  }

  /** Forgets everything. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#heap.length = 0;
    this.#current.clear();
  }

  #arm(due: number): void {
    this.#timer?.cancel();
    this.#armedFor = due;
    this.#timer = this.clock.at(due, () => {
      this.#armedFor = Number.POSITIVE_INFINITY;
      this.onDue();
      this.#dropStale();
      const first = this.#heap[0];
      if (first && first.due < this.#armedFor) this.#arm(first.due);
    });
  }

  /** Throws the stale items away; an array in order is a heap. */
  #tidy(): void {
    const items = [...this.#current.values()].sort((one, other) => one.due - other.due || one.order - other.order);
    this.#heap.length = 0;
    for (const item of items) this.#heap.push(item);
  }

  #dropStale(): void {
    for (let first = this.#heap[0]; first && this.#current.get(first.key) !== first; first = this.#heap[0]) this.#pop();
  }

  #push(item: Item): void {
    const heap = this.#heap;
    heap.push(item);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfLater(parent, at)) return;
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const earlier = this.#isLater(left, left + 1) ? left + 1 : left;
      if (!this.#swapIfLater(at, earlier)) return;
      at = earlier;
    }
  }

  #swapIfLater(parent: number, child: number): boolean {
    if (!this.#isLater(parent, child)) return false;
    const { [parent]: upper, [child]: lower } = this.#heap;
    if (!upper || !lower) return false;
    this.#heap[parent] = lower;
    this.#heap[child] = upper;
    return true;
  }

  /** Whether there are items at both places, and the first comes due after the second. */
  #isLater(one: number, other: number): boolean {
    const { [one]: first, [other]: second } = this.#heap;
    if (!first || !second) return false;
    return first.due > second.due || (first.due === second.due && first.order > second.order);
  }
}
