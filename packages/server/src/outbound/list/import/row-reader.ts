import { RingbackError } from '../../../kernel/index.js';
import { columnByName, customNameProblem, type ReadColumn, readCustom } from '../columns.js';
import { completeDraft, newDraft, type RecordDraft, releaseDraft } from '../draft.js';
import type { ListSettings } from '../list-settings.js';
import { UNREADABLE } from './source-text.js';

/** A draft, or why there is none. */
export type ReadRow = { draft: RecordDraft } | { problem: string };

interface Column {
  name: string;
  read: ReadColumn;
}

/**
 * Reads the rows of a file as records of a list. Columns are known by their names or the keys of the protocols, in upper
 * or lower case; `phone` stands for `contact_info` where that is missing. What is not known is a user-defined column.
 */
export class RowReader {
  readonly #settings: ListSettings;
  readonly #byName = new Map<string, Column>();
  #header: readonly Column[] = [];

  constructor(settings: ListSettings) {
    this.#settings = settings;
  }

  /**
   * The columns of a file with a header line.
   * @throws RingbackError `invalid-header`
   */
  header(names: readonly string[]): void {
    const trimmed = names.map((name) => name.trim());
    const known = new Set(trimmed.map((name) => columnByName.get(name.toLowerCase())?.name));
    this.#header = trimmed.map((name) => this.#column(name, known.has('contact_info')));
    const seen = new Set<string>();
    for (const [index, { name }] of this.#header.entries()) {
      const problem = this.#isMandatory(name) ? undefined : customNameProblem(name);
      if (problem) throw invalidHeader(`column ${index + 1} ${problem}`);
      if (seen.has(name)) throw invalidHeader(`the column ${name} is there twice`);
      seen.add(name);
    }
    if (!seen.has('contact_info')) throw invalidHeader('there is no column contact_info, the number to dial');
  }

  /** A row of a file with a header. */
  cells(values: readonly string[]): ReadRow {
    const header = this.#header;
    if (values.length !== header.length) {
      return { problem: `has ${values.length} values, the header has ${header.length} columns` };
    }
    const draft = this.#draft();
    for (let index = 0; index < header.length; index += 1) {
      const column = header[index];
      const value = values[index];
      if (!column || value === undefined || value === '') continue;
      if (value.includes(UNREADABLE)) return { problem: `${column.name} has characters that cannot be decoded` };
      const problem = column.read(draft, value);
      if (problem) return { problem: `${column.name} ${problem}` };
    }
    return this.#complete(draft);
  }

  /** An object of a file of JSON lines. */
  object(values: Readonly<Record<string, unknown>>): ReadRow {
    const draft = this.#draft();
    const names = Object.keys(values);
    const hasPhone = names.some((name) => columnByName.get(name.toLowerCase())?.name === 'contact_info');
    for (const name of names) {
      const value = values[name];
      if (value === null || value === undefined || value === '') continue;
      if (typeof value === 'string' && value.includes(UNREADABLE)) {
        return { problem: `${name} has characters that cannot be decoded` };
      }
      const column = this.#column(name, hasPhone);
      const problem =
        (this.#isMandatory(column.name) ? undefined : customNameProblem(column.name)) ?? column.read(draft, value);
      if (problem) return { problem: `${column.name} ${problem}` };
    }
    return this.#complete(draft);
  }

  #isMandatory(name: string): boolean {
    return columnByName.has(name);
  }

  #column(given: string, hasPhone: boolean): Column {
    const name = !hasPhone && given.toLowerCase() === 'phone' ? 'contact_info' : given;
    const known = this.#byName.get(name);
    if (known) return known;
    const column = this.#find(name);
    this.#byName.set(name, column);
    return column;
  }

  #find(name: string): Column {
    const lower = name.toLowerCase();
    const mandatory = columnByName.get(lower);
    if (mandatory) return { name: mandatory.name, read: mandatory.read };
    const field = this.#settings.fields.find(
      (one) => one.name.toLowerCase() === lower || one.sendAttribute?.toLowerCase() === lower,
    );
    return { name: field?.name ?? name, read: readCustom(field?.name ?? name, field) };
  }

  #draft(): RecordDraft {
    const draft = newDraft(this.#settings.timeZone);
    for (const { name, defaultValue } of this.#settings.fields) {
      if (defaultValue === undefined) continue;
      draft.custom ??= {};
      draft.custom[name] = defaultValue;
    }
    return draft;
  }

  #complete(draft: RecordDraft): ReadRow {
    const problem = completeDraft(draft);
    if (problem) return { problem: `${problem.column} ${problem.detail}` };
    for (const { name, isNullable } of this.#settings.fields) {
      if (isNullable === false && draft.custom?.[name] === undefined) return { problem: `${name} is missing` };
    }
    releaseDraft(draft);
    return { draft };
  }
}

function invalidHeader(problem: string): RingbackError {
  return new RingbackError('invalid-header', `The header line is wrong: ${problem}.`, [
    { pointer: '/header', detail: problem },
  ]);
}
