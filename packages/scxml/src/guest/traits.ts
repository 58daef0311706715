import { expressionsOf, type Unit } from '../chart/unit.js';
import type { Syntax } from './syntax.js';

/** What an application's code is known not to do; it lets the realm leave something out. */
export interface Traits {
  /** Code may make accessor properties: storing a session has to look for them. */
  readonly makesAccessors: boolean;
  /** Code reads fields of `_event` and does nothing else with it. */
  readonly onlyReadsEvent: boolean;
  /** What code adds to objects of the language, see `Survey.extensions`. */
  readonly extensions: readonly string[];
}

/** Reads the traits off the code of an application: conservatively, what is not certain is assumed. */
export function traitsOf(units: readonly Unit[], prelude: string): Traits {
  const texts = new Set<Syntax>();
  for (const unit of units) {
    for (const { syntax } of expressionsOf(unit)) if (syntax !== undefined) texts.add(syntax);
  }
  let makesAccessors = preludeMakesAccessors(prelude);
  let onlyReadsEvent = true;
  const extensions = new Set<string>();
  for (const { scopes, survey } of texts) {
    makesAccessors ||= scopes.dynamic || survey.suspicious;
    for (const extension of survey.extensions) extensions.add(extension);
    onlyReadsEvent &&= !scopes.dynamic && survey.eventFieldReads === mentions(scopes.free);
  }
  return { makesAccessors, onlyReadsEvent, extensions: [...extensions] };
}

function mentions(free: readonly { readonly name: string }[]): number {
  let count = 0;
  for (const { name } of free) if (name === '_event') count += 1;
  return count;
}

/** The prelude is only there as text. */
function preludeMakesAccessors(text: string): boolean {
  return /\bget\b|\bset\b|definePropert|__define|\bcreate\b|\bFunction\b|\beval\b|\bReflect\b/.test(text);
}
