import { RingbackError } from '../kernel/index.js';

/** Every way in which the callback domain refuses a request, with the facts that a client is told. */
export interface CallbackErrorFacts {
  'unknown-service': { service: string };
  'unknown-contact-center': { id: string };
  'missing-key': { key: string };
  'invalid-parameter': { parameter: string; problem: string };
  'invalid-time': { parameter: string; value: string };
  'number-exception': { number: string; group: string; pattern: string };
  'premium-number': { number: string };
  'impossible-number': { number: string };
  'country-missing': { service: string; option: string };
  'rate-limit': { service: string; seconds: number };
  'parameter-limit': { parameter: string; value: string; limit: number };
  'queue-limit': { service: string };
  'already-queued': { number: string; count: number };
  'too-early': { desired: string };
  'too-late': { desired: string };
  closed: { reason: string };
  'slot-full': { operation: 'start' | 'reschedule'; start: string; end: string; availability: Availability };
  'slots-full': { desired: string };
  'office-closed': { at: string };
  'no-such-callback': { operation: 'cancel' | 'reschedule'; id: string };
  'no-criterion': Record<string, never>;
  'invalid-range': { problem: string };
  'invalid-reason': { reason: string };
  misconfigured: { service: string; problem: string };
}

export type CallbackErrorCode = keyof CallbackErrorFacts;

/** Start of a bucket (ISO 8601) to free places. */
export type Availability = Record<string, number>;

/** A refusal. The texts that clients of a compatible API compare are in that API's catalogue; this message is for logs. */
export class CallbackError<Code extends CallbackErrorCode = CallbackErrorCode> extends RingbackError {
  declare readonly code: Code;

  constructor(
    code: Code,
    readonly facts: CallbackErrorFacts[Code],
    options?: ErrorOptions,
  ) {
    super(code, `${code}: ${JSON.stringify(facts)}`, [], options);
    this.name = 'CallbackError';
  }
}
