import type { Directory } from './directory.js';

/** A list object: section -> key -> value. */
export type ListObject = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Objects of the configuration that applications look at through functions and actions. */
export interface ConfiguredObjects extends Directory {
  /** A list object by its name. */
  list(name: string): ListObject | undefined;
  /** The options of a DN; none if it is not configured. */
  dnOptions(dn: string): Readonly<Record<string, string>>;
}
