import type { Sql, Transaction } from '../store/sql.js';

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
  /** For how long it is kept. */
  seconds: number;
}

/** A call that has arrived at an access number. */
export interface AccessCall {
  number: string;
  code?: string;
  phone?: string;
}

/** Numbers and codes with which customers reach the contact centre. */
export interface CustomerAccess {
  /**
   * Books a number for a callback whose customer calls, in the caller's transaction.
   * @returns the booking; a text says why there is none
   */
  book(
    tx: Transaction,
    order: AccessOrder & { callback: string; phone: string | undefined; ends: number },
  ): Promise<BookedAccess | string>;
  /** The callback, or the service, that a call belongs to; its booking is over then. */
  match(sql: Sql, call: AccessCall): Promise<string | undefined>;
}
