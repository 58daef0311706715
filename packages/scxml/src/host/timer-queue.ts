/** Something due at a time; those of the same time in the order in which they were added. */
interface Entry<T> {
  readonly due: number;
  readonly order: number;
  readonly item: T;
}

/** Items by due time: a binary heap. */
export class TimerQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #order = 0;

  get nextDue(): number | undefined {
    return this.#heap[0]?.due;
  }

  add(due: number, item: T): void {
    const heap = this.#heap;
    heap.push({ due, order: this.#order, item });
    this.#order += 1;
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes the earliest item. */
  take(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length > 0) {
      heap[0] = last;
      let at = 0;
      for (;;) {
        const left = 2 * at + 1;
        let smallest = at;
        if (left < heap.length && this.#isBefore(left, smallest)) smallest = left;
        if (left + 1 < heap.length && this.#isBefore(left + 1, smallest)) smallest = left + 1;
        if (smallest === at) break;
        this.#swap(at, smallest);
        at = smallest;
      }
    }
    return first.item;
  }

  /** Removes all items that are no longer wanted. */
  drop(isUnwanted: (item: T) => boolean): void {
    const kept = this.#heap.filter(({ item }) => !isUnwanted(item));
    if (kept.length === this.#heap.length) return;
    // A sorted array is a heap.
    kept.sort((a, b) => a.due - b.due || a.order - b.order);
    this.#heap.splice(0, this.#heap.length, ...kept);
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return false;
    return first.due < second.due || (first.due === second.due && first.order < second.order);
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
