/** Runs pieces of work one after the other, in the order in which they were given. */
export class Sequence {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all earlier work has settled; a failure is the caller's alone. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work, work);
    this.#tail = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}

/** One `Sequence` per key, kept only while it has work. */
export class KeyedSequence {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    const settled = result
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (this.#tails.get(key) === settled) this.#tails.delete(key);
      });
    this.#tails.set(key, settled);
    return result;
  }
}
