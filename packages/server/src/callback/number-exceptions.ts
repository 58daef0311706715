import { RE2JS } from 're2js';
import { patternGroup } from '../config/index.js';
import { digitsOf, type Logger } from '../kernel/index.js';
import type { CallbackConfiguration } from './configuration.js';

/** The entry of a pattern group that a customer number matches. */
export interface NumberException {
  group: string;
  pattern: string;
}

interface Compiled {
  name: string;
  expression: RE2JS;
}

/** No telephone number is longer; longer ones cannot match an exception and need not be tried. */
const LONGEST_NUMBER = 128;

/**
 * Numbers that may not be called back: option `_exceptions` names groups of patterns. An expression has to match the
 * whole number: with a `+` before its digits (as GMS hands it to the Pattern Matcher), as its digits alone, or as it
 * was written. Matching takes linear time whatever the expression (RE2), so that neither who writes a pattern nor who
 * sends a number can bring the server to a stand-still.
 */
export class NumberExceptions {
  readonly #compiled = new WeakMap<Readonly<Record<string, string>>, readonly Compiled[]>();

  constructor(
    private readonly configuration: CallbackConfiguration,
    private readonly log: Logger,
  ) {}

  /** The first pattern of the groups, in their order, that matches. */
  find(number: string, groups: readonly string[]): NumberException | undefined {
    if (number.length > LONGEST_NUMBER) return undefined;
    const digits = digitsOf(number);
    const forms = new Set([`+${digits}`, digits, number.trim()]);
    for (const group of groups) {
      for (const { name, expression } of this.#patterns(group)) {
        for (const form of forms) if (expression.matches(form)) return { group, pattern: name };
      }
    }
    return undefined;
  }

  #patterns(group: string): readonly Compiled[] {
    const patterns = patternGroup(this.configuration, group);
    if (!patterns) return [];
    const known = this.#compiled.get(patterns);
    if (known) return known;
    const compiled = Object.entries(patterns).flatMap(([name, text]) => this.#compile(group, name, text));
    this.#compiled.set(patterns, compiled);
    return compiled;
  }

  #compile(group: string, name: string, text: string): Compiled[] {
    try {
      return [{ name, expression: RE2JS.compile(text) }];
    } catch (error) {
      this.log.warn({ err: error, group, pattern: name }, 'A pattern is not usable and matches nothing');
      return [];
    }
  }
}
