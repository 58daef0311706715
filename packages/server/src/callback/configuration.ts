import type { OptionMap } from '../calendar/index.js';

/** What callbacks read of the configuration. Objects are replaced when they change, so that identity tells. */
export interface CallbackConfiguration {
  service(name: string): OptionMap | undefined;
  services(): ReadonlyMap<string, OptionMap>;
  /** The options of a server-wide section, the same empty object when there is none. */
  section(name: string): OptionMap;
  object(kind: 'patterns', name: string): Readonly<Record<string, string>> | undefined;
  object(kind: 'lists', name: string): Readonly<Record<string, OptionMap>> | undefined;
  /** @returns a function that takes the handler away again */
  onChange(handler: (change: { kind: string; name: string }) => void): () => void;
}
