/** A seeded source of random numbers (mulberry32) with the distributions that the world is made of. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** @param mean of the variable itself, @param variation its coefficient of variation */
  lognormal(mean: number, variation: number): number {
    const variance = Math.log(1 + variation * variation);
    return mean * Math.exp(Math.sqrt(variance) * this.normal() - variance / 2);
  }
}
