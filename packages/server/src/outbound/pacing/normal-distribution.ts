const COEFFICIENTS = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429] as const;
const ROOT_OF_2_PI = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / ROOT_OF_2_PI;
}

/** Probability that a standard normal variable is at most z; absolute error below 2e-7 (Abramowitz and Stegun 7.1.26). */
export function normalProbability(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const [a, b, c, d, e] = COEFFICIENTS;
  const tail = t * (a + t * (b + t * (c + t * (d + t * e)))) * Math.exp(-x * x);
  return z > 0 ? 1 - tail / 2 : tail / 2;
}
