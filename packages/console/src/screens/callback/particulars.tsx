import type { JournalEvent } from '../../api/journal.js';
import { isObject } from '../../api/json.js';
import classes from './particulars.module.css';

/** The members of an event that its title does not tell, as small pairs of name and value. */
export function Particulars({ event, without }: { event: JournalEvent; without: readonly string[] }) {
  const pairs = Object.entries(event.data)
    .filter(([key]) => !without.includes(key))
    .flatMap(([key, value]) => flat(key, value));
  if (pairs.length === 0) return null;
  return (
    <dl className={classes.pairs}>
      {pairs.map(([key, value]) => (
        <div key={key} className={classes.pair}>
          <dt>{key}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Nested members are named by their path; empty ones are left out. */
export function flat(key: string, value: unknown): [string, string][] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) {
    if (value.some((member) => typeof member === 'object')) return [[key, JSON.stringify(value)]];
    return value.length === 0 ? [] : [[key, value.join(', ')]];
  }
  if (isObject(value)) return Object.entries(value).flatMap(([inner, member]) => flat(`${key}.${inner}`, member));
  return [[key, String(value)]];
}
