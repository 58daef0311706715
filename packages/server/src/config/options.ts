import {
  type DefaultedOption,
  type OptionDefinition,
  type OptionFamily,
  optionOf,
  sectionFamily,
  serviceFamily,
} from './catalogue/index.js';
import { type Period, readFlag, readInteger, readList, readPair, readPeriod, readSeconds } from './catalogue/value.js';

/** Options as they are configured: name to text. */
export type OptionMap = Readonly<Record<string, string>>;

/** Where options come from: `Configuration`, or a stand-in. */
export interface OptionSource {
  service(name: string): OptionMap | undefined;
  section(name: string): OptionMap;
}

/** A value that is always there for options whose catalogue row says what holds when they are absent. */
type Given<Name extends string, Value> = Name extends DefaultedOption ? Value : Value | undefined;

/**
 * Typed access to the options of one service or section. For each option: its own text, else the server-wide option
 * that its catalogue row names, else what the row says for absent options. Empty texts count as absent; so do texts of
 * a wrong form, which can only come from the token variables of a request.
 */
export class OptionReader {
  readonly #values: OptionMap;
  readonly #family: OptionFamily | undefined;
  readonly #section: (name: string) => OptionMap;

  constructor(values: OptionMap, family: OptionFamily | undefined, section: (name: string) => OptionMap) {
    this.#values = values;
    this.#family = family;
    this.#section = section;
  }

  /** All options as they are configured, without defaults. */
  get all(): OptionMap {
    return this.#values;
  }

  /** The text; '' when the option is absent and has no default. */
  text(name: string): string {
    return this.#read(name, (text) => text) ?? '';
  }

  flag(name: string): boolean {
    return this.#read(name, readFlag) ?? false;
  }

  integer<Name extends string>(name: Name): Given<Name, number> {
    // DefaultedOption lists exactly the rows that make #read return a value.
    return this.#read(name, readInteger) as Given<Name, number>;
  }

  /** Seconds, brought into the bounds that the catalogue gives for clamping. */
  seconds<Name extends string>(name: Name): Given<Name, number> {
    // As for integer().
    return this.#read(name, readSeconds) as Given<Name, number>;
  }

  /** The items of a comma list. */
  list(name: string): readonly string[] {
    return readList(this.text(name));
  }

  /** Two integers `from,to`. */
  pair<Name extends string>(name: Name): Given<Name, readonly [number, number]> {
    // As for integer().
    return this.#read(name, readPair) as Given<Name, readonly [number, number]>;
  }

  period<Name extends string>(name: Name): Given<Name, Period> {
    // As for integer().
    return this.#read(name, readPeriod) as Given<Name, Period>;
  }

  #read<Value>(name: string, read: (text: string) => Value | undefined): Value | undefined {
    const option = optionOf(this.#family, name);
    const former = option?.formerName && this.#values[option.formerName];
    const fallback = option?.fallback && this.#section(option.fallback.section)[option.fallback.name];
    for (const text of [this.#values[name], former, fallback]) {
      if (text === undefined || text.trim() === '') continue;
      const value = read(text);
      if (value === undefined) continue;
      if (option?.negativeMeansAbsent && typeof value === 'number' && value < 0) break;
      return clamped(option, value);
    }
    return option?.absent === undefined ? undefined : read(option.absent);
  }
}

function clamped<Value>(option: OptionDefinition | undefined, value: Value): Value {
  if (option?.type.kind !== 'seconds' || !option.type.clamp || typeof value !== 'number') return value;
  const [least, most] = option.type.clamp;
  // Value is number here; the compiler does not narrow a type parameter.
  return Math.min(Math.max(value, least), most) as Value;
}

/**
 * Reads the options of a service.
 * @param service its name, or its options (with the values of a request merged in, for instance)
 * @returns undefined when no service of that name is configured
 */
export function serviceOptions(source: OptionSource, service: OptionMap): OptionReader;
export function serviceOptions(source: OptionSource, service: string): OptionReader | undefined;
export function serviceOptions(source: OptionSource, service: string | OptionMap): OptionReader | undefined {
  const values = typeof service === 'string' ? source.service(service) : service;
  return values && new OptionReader(values, serviceFamily(values), (name) => source.section(name));
}

/** Reads the options of a server-wide section. */
export function sectionOptions(source: OptionSource, section: string): OptionReader {
  return new OptionReader(source.section(section), sectionFamily(section), (name) => source.section(name));
}
