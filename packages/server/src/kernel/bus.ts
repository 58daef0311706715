/**
 * Listeners of one kind of occurrence, in the order in which they came.
 * A listener that throws does not keep the others from hearing; the first error is thrown when all have been called.
 */
export class Listeners<Args extends unknown[]> {
  #listeners: ((...args: Args) => void)[] = [];

  /** @returns a function that takes the listener away again */
  add(listener: (...args: Args) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  notify(...args: Args): void {
    const errors: unknown[] = [];
    for (const listener of this.#listeners) {
      try {
        listener(...args);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
