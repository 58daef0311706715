/**
 * What one option is: a row of the catalogue. The same row validates configuration when it is written, gives typed
 * access to it, fills the console's forms and prints the reference documentation.
 */
export interface OptionDefinition {
  /** Exact name, or a prefix followed by `*` for options of which there may be several (`_bh_regular*`). */
  readonly name: string;
  readonly type: OptionType;
  /** What the original's service template pre-fills, or its documentation calls the default. */
  readonly preset?: string;
  /** What holds when the option is absent. Without it an absent option is off or empty. */
  readonly absent?: string;
  /** Server-wide option that is consulted before `absent`, when a service does not set this one. */
  readonly fallback?: { readonly section: string; readonly name: string };
  /** Name that it had in earlier versions of the original; read where the present name is absent. */
  readonly formerName?: string;
  /** A negative number is read as `absent`, without asking the server-wide option (GMS throttling). */
  readonly negativeMeansAbsent?: true;
  /** One or two sentences for the reference page. */
  readonly effect: string;
  /** Version of the original in which it appeared. */
  readonly since?: string;
  /** Shown to administrators alone and never logged. */
  readonly secret?: true;
  /** Why it can have no effect in this server, as the end of the sentence "..., because". Setting it is warned of. */
  readonly inert?: string;
  /** Who acts on it: the shipped callback application, nobody yet; absent: the server. */
  readonly actor?: 'application' | 'nobody';
}

/** A set of options that belong together: those of a kind of service, or of a server-wide section. */
export interface OptionFamily {
  /** `callback`, `office-hours` ... for services, the section's name for sections. */
  readonly id: string;
  readonly holder: 'service' | 'section';
  readonly title: string;
  readonly introduction: string;
  readonly groups: readonly OptionGroup[];
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionDefinition[];
}

/** Form of an option's text. Every option may also be empty, which is the same as absent. */
export type OptionType =
  | { readonly kind: 'text'; readonly pattern?: RegExp; readonly form?: string }
  | {
      readonly kind: 'integer';
      readonly min?: number;
      readonly max?: number;
      readonly values?: readonly number[];
      readonly unit?: string;
    }
  | {
      readonly kind: 'seconds';
      readonly min?: number;
      readonly max?: number;
      readonly clamp?: readonly [number, number];
    }
  | { readonly kind: 'flag' }
  | { readonly kind: 'enumeration'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly values?: readonly string[]; readonly items?: string }
  | { readonly kind: 'pair'; readonly unit: string }
  | { readonly kind: 'period' }
  | { readonly kind: 'time-zone' }
  | { readonly kind: 'thresholds' }
  | { readonly kind: 'json'; readonly form: 'object' | 'object or array'; readonly orText?: string }
  | { readonly kind: 'address' };

export const text: OptionType = { kind: 'text' };
export const flag: OptionType = { kind: 'flag' };
export const address: OptionType = { kind: 'address' };
export const period: OptionType = { kind: 'period' };
export const zone: OptionType = { kind: 'time-zone' };
export const seconds: OptionType = { kind: 'seconds', min: 0 };
export const names: OptionType = { kind: 'list' };

/** Text of a given form; `form` says in words what is right. */
export function shaped(pattern: RegExp, form: string): OptionType {
  return { kind: 'text', pattern, form };
}

export function integer(bounds: { min?: number; max?: number; values?: readonly number[]; unit?: string } = {}) {
  return { kind: 'integer', ...bounds } satisfies OptionType;
}

export function secondsWithin(min: number, max: number): OptionType {
  return { kind: 'seconds', min, max };
}

/** Seconds that are brought into the bounds instead of being refused outside of them. */
export function secondsClamped(min: number, max: number): OptionType {
  return { kind: 'seconds', clamp: [min, max] };
}

export function oneOf(...values: readonly string[]): OptionType {
  return { kind: 'enumeration', values };
}

export function listOf(...values: readonly string[]): OptionType {
  return { kind: 'list', values };
}

export function itemsOf(items: string): OptionType {
  return { kind: 'list', items };
}

/** Two integers `from,to`. */
export function pairOf(unit: string): OptionType {
  return { kind: 'pair', unit };
}

export const jsonObject: OptionType = { kind: 'json', form: 'object' };

/** JSON, or plain text described by `orText`. */
export function jsonOr(orText: string): OptionType {
  return { kind: 'json', form: 'object or array', orText };
}
