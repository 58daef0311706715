import type { CatalogueGroup, CatalogueOption, OptionFamily } from '../../api/catalogue.js';

/** One field of the form: an option, and the row of the catalogue that describes it. */
export interface OptionRow {
  name: string;
  option?: CatalogueOption;
  /** One of several options that share a row of the catalogue (`_bh_regular1`, `_bh_regular2`). */
  repeated: boolean;
}

export interface RowGroup {
  title: string;
  /** Parameters that the catalogue does not know. */
  own: boolean;
  rows: readonly OptionRow[];
  /** Rows of the catalogue of which another one can be added. */
  repeatable: readonly CatalogueOption[];
}

/** Which options the form shows. */
export interface Wanted {
  /** Also those that are not set. */
  all: boolean;
  /** Only those with this text in their name, value or explanation. */
  text: string;
}

/** What a service cannot do without: shown even when it is not set. */
const BASIC: ReadonlySet<string> = new Set(['_type', '_service', '_call_direction', '_target']);

/**
 * The fields for a service's options, in the groups of its family; options that the family does not know come last, in
 * a group without a title.
 */
export function rowGroups(
  family: OptionFamily | undefined,
  values: Readonly<Record<string, string>>,
  wanted: Wanted,
): RowGroup[] {
  const left = new Set(Object.keys(values));
  const exact = new Set(family?.groups.flatMap(({ options }) => options.map(({ name }) => name)));
  const isWanted = ({ name, option }: OptionRow) =>
    (wanted.all || values[name] !== undefined || BASIC.has(name)) && says(wanted.text, name, values[name], option);
  const groups = (family?.groups ?? []).map((group) => {
    const rows = group.options.flatMap((option) => rowsOf(option, values, exact));
    for (const { name } of rows) left.delete(name);
    return { title: group.title, own: false, rows: rows.filter(isWanted), repeatable: repeatableIn(group, wanted) };
  });
  const own = [...left].map((name): OptionRow => ({ name, repeated: false })).filter(isWanted);
  return [...groups, { title: '', own: true, rows: own, repeatable: [] }];
}

function rowsOf(
  option: CatalogueOption,
  values: Readonly<Record<string, string>>,
  exact: ReadonlySet<string>,
): OptionRow[] {
  if (!option.name.endsWith('*')) return [{ name: option.name, option, repeated: false }];
  const prefix = option.name.slice(0, -1);
  return Object.keys(values)
    .filter((name) => name.startsWith(prefix) && !exact.has(name))
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
    .map((name) => ({ name, option, repeated: true }));
}

function repeatableIn(group: CatalogueGroup, { text }: Wanted): CatalogueOption[] {
  return group.options.filter((option) => option.name.endsWith('*') && says(text, option.name, undefined, option));
}

function says(text: string, name: string, value: string | undefined, option: CatalogueOption | undefined): boolean {
  const sought = text.trim().toLowerCase();
  return [name, value ?? '', option?.effect ?? ''].some((each) => each.toLowerCase().includes(sought));
}

/** Whether a parameter's name is one that applications can use (Service Management UI: an ECMAScript variable name). */
export function isParameterName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}
