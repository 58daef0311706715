/** What the code below `main.ts` needs of a logger: one line per message, with fields. Secrets are never passed in. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Swallows everything: for tests of pure parts. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
