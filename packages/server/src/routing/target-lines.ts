import type { Target } from './target.js';
import { type LineAgent, TargetLine } from './target-line.js';

/** Target lines without requests are kept, up to this number, for the next request that asks for the same. */
const MOST_UNUSED = 100;

/** The target lines by target; those that nobody asks for any more go when there are too many of them. */
export class TargetLines {
  readonly #lines = new Map<string, TargetLine>();
  /** Lines without requests, the one unused longest first. */
  readonly #unused = new Set<TargetLine>();

  /** @param agents everybody, of whom the line will know those whom its target means */
  lineFor(target: Target, agents: Iterable<LineAgent>): TargetLine {
    const known = this.#lines.get(target.key);
    if (known) return known;
    const line = new TargetLine(target);
    this.#lines.set(target.key, line);
    for (const agent of agents) {
      if (!line.means(agent.profile)) continue;
      agent.lines.add(line);
      line.countIn(agent);
    }
    this.noteUnused(line);
    return line;
  }

  /** Whether anybody has asked for the target lately. */
  has(target: Target): boolean {
    return this.#lines.has(target.key);
  }

  [Symbol.iterator](): Iterator<TargetLine> {
    return this.#lines.values();
  }

  noteUsed(line: TargetLine): void {
    this.#unused.delete(line);
  }

  noteUnused(line: TargetLine): void {
    this.#unused.delete(line);
    this.#unused.add(line);
    if (this.#unused.size <= MOST_UNUSED) return;
    const [oldest] = this.#unused;
    if (!oldest) return;
    this.#unused.delete(oldest);
    this.#lines.delete(oldest.target.key);
    for (const agent of oldest.members) agent.lines.delete(oldest);
  }
}
