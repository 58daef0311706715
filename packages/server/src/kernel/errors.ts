/**
 * An error that a caller can act upon. Domains throw it with a stable code; each API translates it into its own
 * dialect (a problem document, the original's exception body).
 */
export class RingbackError extends Error {
  constructor(
    /** Stable, kebab-case: clients and tests compare it. */
    readonly code: string,
    message: string,
    readonly details: ErrorDetail[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'RingbackError';
  }
}

/** What is wrong with one field; `pointer` is a JSON pointer into what the caller sent. */
export interface ErrorDetail {
  pointer: string;
  detail: string;
}

/** The database cannot be reached. Nothing was done, or it is unknown whether it was; every API answers 503. */
export class DatabaseUnavailable extends RingbackError {
  constructor(options?: ErrorOptions) {
    super(
      'database-unavailable',
      'The database is not reachable; nothing was accepted. Try again shortly.',
      [],
      options,
    );
    this.name = 'DatabaseUnavailable';
  }
}
