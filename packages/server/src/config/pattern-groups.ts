/** Name of a pattern to its expression. */
export type PatternGroup = Readonly<Record<string, string>>;

/** What of the configuration has patterns. */
export interface PatternSource {
  object(kind: 'patterns', name: string): PatternGroup | undefined;
  object(kind: 'lists', name: string): Readonly<Record<string, PatternGroup>> | undefined;
}

/** The list object in which the original keeps its patterns; its sections are groups. */
const LIST = 'GMS_Patterns';

/** A group of patterns: an object of kind `patterns`, or a section of the list object `GMS_Patterns`. */
export function patternGroup(source: PatternSource, name: string): PatternGroup | undefined {
  return source.object('patterns', name) ?? source.object('lists', LIST)?.[name];
}

/** All groups; where both have one of a name, the object of kind `patterns` counts. */
export function patternGroups(
  source: PatternSource & { objects(kind: 'patterns'): ReadonlyMap<string, PatternGroup> },
): ReadonlyMap<string, PatternGroup> {
  const listed = source.object('lists', LIST);
  if (!listed) return source.objects('patterns');
  return new Map([...Object.entries(listed), ...source.objects('patterns')]);
}
