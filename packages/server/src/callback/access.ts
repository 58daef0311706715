import type { Transaction } from '../store/index.js';

/** What an application asks for, so that its customer can call. */
export interface AccessOrder {
  /** Group of access numbers (`_resource_group`). */
  group?: string;
  /** With a code that tells this customer from others on the same number (`_provide_code`). */
  code: boolean;
  /** How long it is kept (`_booking_expiration_timeout`). */
  seconds: number;
}

export interface BookedAccess {
  number: string;
  code?: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/**
 * Books a number for a callback whose customer calls, in the caller's transaction.
 * @returns the booking; a text says why there is none
 */
export type BookAccess = (
  tx: Transaction,
  order: AccessOrder & { callback: string; customerNumber: string | undefined; service: string },
) => Promise<BookedAccess | string>;
