import { isObject } from '../../api/json.js';
import type { AuditEntry } from '../../api/people.js';

/** One member of a configured object that is not what it was. */
export interface Difference {
  member: string;
  before?: string;
  after?: string;
}

/** What a change has changed, member by member; nothing when only a secret is another one. */
export function differencesOf({ before, after }: Pick<AuditEntry, 'before' | 'after'>): Difference[] {
  const [old, current] = [membersOf(before), membersOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(current)])].sort();
  return names.flatMap((member) => {
    const [was, is] = [printed(old[member]), printed(current[member])];
    if (was === is) return [];
    return [{ member, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) }];
  });
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  return value === undefined ? {} : { '': value };
}

function printed(value: unknown): string | undefined {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
