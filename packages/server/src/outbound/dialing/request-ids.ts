import { newId } from '../../kernel/index.js';

/** What dialing asks the router for: an agent for an answered call, for a record, or to be engaged. */
export type RequestPurpose = 'attempt' | 'offer' | 'engage';

const FORM = /^outbound:(attempt|offer|engage):/;

/** An id for a request at the router that tells whose it is. */
export function newRequestId(purpose: RequestPurpose): string {
  return `outbound:${purpose}:${newId()}`;
}

/** @returns undefined for a request that is not dialing's */
export function purposeOf(request: string): RequestPurpose | undefined {
  // The expression admits these words alone.
  return FORM.exec(request)?.[1] as RequestPurpose | undefined;
}
