import type { Cause } from '../switch.js';

const CAUSES: Readonly<Record<number, Cause>> = {
  403: 'rejected',
  404: 'invalid-number',
  410: 'invalid-number',
  433: 'rejected',
  484: 'invalid-number',
  485: 'invalid-number',
  486: 'busy',
  600: 'busy',
  603: 'rejected',
  604: 'invalid-number',
  607: 'rejected',
  608: 'rejected',
};

/**
 * Why a call that somebody did not take came to nothing, by the final status and whether it had rung. A network that gives
 * up after ringing says 408, 480 or 487; without ringing these mean that it, or the phone, is not there.
 */
export function causeOf(status: number, rang: boolean): Cause {
  switch (status) {
    case 408:
      return rang ? 'no-answer' : 'congestion';
    case 480:
      return rang ? 'no-answer' : 'device-offline';
    case 487:
      return 'no-answer';
    default:
      return CAUSES[status] ?? 'congestion';
  }
}

/** The status by which an inbound call is refused for a cause. */
export function statusOf(cause: Cause): number {
  switch (cause) {
    case 'busy':
      return 486;
    case 'no-answer':
    case 'device-offline':
      return 480;
    case 'invalid-number':
      return 404;
    case 'congestion':
      return 503;
    default:
      return 603;
  }
}
