import { RE2JS } from 're2js';
import { RingbackError } from '../kernel/index.js';
import type { ListObject } from './configured-objects.js';

/** What a text is about, as applications see it: `relevancy` from 1 to 100. */
export interface Category {
  id: string;
  name: string;
  relevancy: number;
}

/** What a screening rule found, as applications see it: `value` is the text that matched. */
export interface ScreenRule {
  id: string;
  name: string;
  match: boolean;
  value: string;
}

/** Which of the rules count: ids or names; empty: all. */
export interface Scope {
  named: readonly string[];
  /** Only categories below this one (and itself). */
  root?: string;
  /** Only rules of this language, and those of none. */
  language?: string;
  /** Categories that are less relevant are left out. */
  leastRelevancy: number;
}

type Rule = Readonly<Record<string, string>>;

const MOST_RELEVANT = 100;

/**
 * Classifies a text by the categories of a list object: section = id, keys `name`, `parent` (id), `pattern` (regular
 * expression), `keywords` (comma list), `relevancy` (1 to 100, of a full match), `language`. A pattern matches wholly or
 * not at all; of keywords, as many as there are in the text count. The most relevant come first.
 * @throws RingbackError `unknown` for a pattern that cannot be read
 */
export function classify(rules: ListObject, text: string, scope: Scope): Category[] {
  const found: Category[] = [];
  for (const [id, rule] of considered(rules, scope)) {
    if (scope.root !== undefined && !isBelow(rules, id, scope.root)) continue;
    const highest = Math.min(MOST_RELEVANT, Math.max(1, Number(rule.relevancy || MOST_RELEVANT) || MOST_RELEVANT));
    const relevancy = Math.round(highest * degree(rule, id, text));
    if (relevancy >= Math.max(1, scope.leastRelevancy)) found.push({ id, name: nameOf(id, rule), relevancy });
  }
  return found.sort((a, b) => b.relevancy - a.relevancy || (a.id < b.id ? -1 : 1));
}

/**
 * Screens a text by the rules of a list object: section = id, keys `name`, `pattern`, `keywords`, `language`, `category`
 * (id of the category that a match means).
 * @throws RingbackError `unknown` for a pattern that cannot be read
 */
export function screen(rules: ListObject, text: string, scope: Scope): ScreenRule[] {
  return considered(rules, scope).map(([id, rule]) => {
    const value = firstMatch(rule, id, text);
    return { id, name: nameOf(id, rule), match: value !== undefined, value: value ?? '' };
  });
}

/** The categories that the matching rules mean. */
export function categoriesOf(rules: ListObject, found: readonly ScreenRule[], categories: ListObject): Category[] {
  const ids = new Set(found.filter(({ match }) => match).map(({ id }) => rules[id]?.category ?? ''));
  return [...ids]
    .filter((id) => id !== '')
    .map((id) => ({ id, name: nameOf(id, categories[id] ?? {}), relevancy: MOST_RELEVANT }));
}

function considered(rules: ListObject, { named, language }: Scope): [string, Rule][] {
  const wanted = named.map((name) => name.toLowerCase());
  return Object.entries(rules).filter(([id, rule]) => {
    const isOfLanguage = !language || !rule.language || rule.language.toLowerCase() === language.toLowerCase();
    const names = [id.toLowerCase(), nameOf(id, rule).toLowerCase()];
    return isOfLanguage && (wanted.length === 0 || names.some((name) => wanted.includes(name)));
  });
}

function isBelow(rules: ListObject, id: string, root: string): boolean {
  const seen = new Set<string>();
  for (let at = id; at !== '' && !seen.has(at); at = rules[at]?.parent ?? '') {
    seen.add(at);
    if (at === root || nameOf(at, rules[at] ?? {}) === root) return true;
  }
  return false;
}

/** How much of a rule a text meets, 0 to 1. */
function degree(rule: Rule, id: string, text: string): number {
  if (rule.pattern?.trim()) return firstMatch({ pattern: rule.pattern }, id, text) === undefined ? 0 : 1;
  const keywords = keywordsOf(rule);
  const met = keywords.filter((keyword) => firstMatch({ keywords: keyword }, id, text) !== undefined);
  return keywords.length === 0 ? 0 : met.length / keywords.length;
}

function firstMatch(rule: Rule, id: string, text: string): string | undefined {
  const pattern = rule.pattern?.trim();
  const expression = pattern
    ? pattern
    : keywordsOf(rule)
        .map((word) => `\\b${RE2JS.quote(word)}\\b`)
        .join('|');
  if (expression === '') return undefined;
  const matcher = compiled(expression, id).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : undefined;
}

function keywordsOf({ keywords = '' }: Rule): string[] {
  return keywords
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function compiled(expression: string, id: string): RE2JS {
  try {
    return RE2JS.compile(expression, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RingbackError('unknown', `the pattern of the rule ${id} cannot be read: ${reason}`, [], { cause: error });
  }
}

function nameOf(id: string, { name }: Rule): string {
  return name?.trim() ? name : id;
}
