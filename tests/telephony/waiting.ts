/** How long a test waits for what real programs do, on a machine that is busy with other things. */
export const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 20;

/**
 * Looks until there is something to see.
 *
 * @param what for the message when it does not come within `limitMs`
 * @param look answers undefined or false as long as there is nothing
 */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
