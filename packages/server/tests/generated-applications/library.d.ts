import type { SeededRandom } from './random.js';
/** A library with many functions of its own, of about `bytes` bytes; `name` is its namespace. */
export declare function library(random: SeededRandom, name: string, bytes: number): string;
export declare function commonLibrary(): string;
