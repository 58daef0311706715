import type { JournalEvent } from '../../api/journal.js';
import { isObject } from '../../api/json.js';
import { Moment } from '../../time/moment.js';
import classes from './particulars.module.css';
import { useCallbackTexts } from './use-callback-texts.js';

/** Keys for reporting data bases; they repeat what the event says and are in its raw form. */
const REPORTING = '_CB_';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The members of an event that its title does not tell, as small pairs of name and value, and what it logged. */
export function Particulars({ event, without }: { event: JournalEvent; without: readonly string[] }) {
  const say = useCallbackTexts();
  const pairs = Object.entries(event.data)
    .filter(([key]) => !without.includes(key) && !key.startsWith(REPORTING))
    .flatMap(([key, value]) => flat(key, value));
  const log = Array.isArray(event.data.log) ? event.data.log.map(String) : [];
  return (
    <>
      {pairs.length > 0 && (
        <dl className={classes.pairs} translate="no">
          {pairs.map(([key, value]) => (
            <div key={key} className={classes.pair}>
              <dt>{key}</dt>
              <dd>{INSTANT.test(value) ? <Moment at={Date.parse(value)} /> : value}</dd>
            </div>
          ))}
        </dl>
      )}
      {log.length > 0 && (
        <details className={classes.more}>
          <summary>{say('logLines', { count: log.length })}</summary>
          <pre>{log.join('\n')}</pre>
        </details>
      )}
    </>
  );
}

/** The event as the journal has it, unfolded from its type. */
export function RawEvent({ event }: { event: JournalEvent }) {
  const { data, at, ...identity } = event;
  return (
    <details className={classes.raw}>
      <summary>{event.type}</summary>
      <pre>{JSON.stringify({ ...identity, at: new Date(at).toISOString(), ...data }, null, 2)}</pre>
    </details>
  );
}

/** Nested members are named by their path; empty ones are left out. */
function flat(key: string, value: unknown): [string, string][] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) {
    if (value.some((member) => typeof member === 'object')) return [[key, JSON.stringify(value)]];
    return value.length === 0 ? [] : [[key, value.join(', ')]];
  }
  if (isObject(value)) return Object.entries(value).flatMap(([inner, member]) => flat(`${key}.${inner}`, member));
  return [[key, String(value)]];
}
