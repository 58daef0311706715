type OptionMap = Readonly<Record<string, string>>;

/** What Context Services read of the configuration; read anew each time, so that a change is in effect at once. */
export interface ContextConfiguration {
  /** The options of a section, `{}` when there is none. */
  section(name: string): OptionMap;
  /** A list object: section -> key -> value. */
  object(kind: 'lists', name: string): Readonly<Record<string, OptionMap>> | undefined;
  /** Hears of changes; sections are of kind `options`. @returns a function that takes the handler away again */
  onChange(handler: (change: { kind: string; name: string }) => void): () => void;
}
