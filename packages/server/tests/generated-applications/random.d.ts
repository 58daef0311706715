/** A small generator of numbers from a seed, so that every run makes the same applications. */
export declare class SeededRandom {
    #private;
    constructor(seed: number);
    /** Uniform in [0, 1). */
    next(): number;
    below(bound: number): number;
    pick<Item>(items: readonly [Item, ...Item[]]): Item;
}
