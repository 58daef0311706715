import { RE2JS } from 're2js';
import { type Logger, RingbackError } from '../kernel/index.js';

type PatternGroup = Readonly<Record<string, string>>;

interface Compiled {
  name: string;
  expression: RE2JS;
}

/** Texts are cut off here for matching: longer ones match nothing. */
const LONGEST_TEXT = 64 * 1024;

/**
 * Named expressions in groups, and which texts they match (GMS Pattern Matcher API). An expression has to match the whole
 * text. Matching takes linear time whatever the expression (RE2).
 */
export class PatternMatcher {
  readonly #compiled = new WeakMap<PatternGroup, readonly Compiled[]>();

  constructor(
    private readonly groups: () => ReadonlyMap<string, PatternGroup>,
    private readonly log: Logger,
  ) {}

  /**
   * The first pattern that matches each text, by the name of the text; texts that none matches are absent.
   * @param group only its patterns; those of all groups, in the order of their names, without
   * @throws RingbackError `unknown-pattern-group`
   */
  match(texts: ReadonlyMap<string, string>, group?: string): Map<string, string> {
    const patterns = this.#patterns(group);
    const found = new Map<string, string>();
    for (const [name, text] of texts) {
      if (text.length > LONGEST_TEXT) continue;
      const first = patterns.find(({ expression }) => expression.matches(text));
      if (first) found.set(name, first.name);
    }
    return found;
  }

  #patterns(group: string | undefined): readonly Compiled[] {
    const groups = this.groups();
    if (group === undefined) {
      const names = [...groups.keys()].sort();
      return names.flatMap((name) => this.#compile(name, groups.get(name) ?? {}));
    }
    const patterns = groups.get(group);
    if (!patterns) throw new RingbackError('unknown-pattern-group', `Pattern group ${group} is not configured`);
    return this.#compile(group, patterns);
  }

  #compile(group: string, patterns: PatternGroup): readonly Compiled[] {
    const known = this.#compiled.get(patterns);
    if (known) return known;
    const compiled = Object.entries(patterns).flatMap(([name, text]) => {
      try {
        return [{ name, expression: RE2JS.compile(text) }];
      } catch (error) {
        this.log.warn({ err: error, group, pattern: name }, 'A pattern is not usable and matches nothing');
        return [];
      }
    });
    this.#compiled.set(patterns, compiled);
    return compiled;
  }
}
