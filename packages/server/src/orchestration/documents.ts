/** The documents of an application: address to text. */
export type Documents = Record<string, string>;
