import type { CallProgress, Cause } from '../../telephony/index.js';
import { CallResult } from '../list/call-result.js';

/** Why a leg that nobody answered has ended, as a call result (spec 4.5: SIP codes as in telephony.md E). */
const FAILURES: Readonly<Record<Cause, number>> = {
  busy: CallResult.Busy,
  // 603: the person, or the phone, has declined.
  rejected: CallResult.Busy,
  'no-answer': CallResult.NoAnswer,
  cancelled: CallResult.NoAnswer,
  // The network ended it without saying more, after it had taken the call.
  normal: CallResult.NoAnswer,
  'invalid-number': CallResult.SitInvalidNumber,
  congestion: CallResult.SitNoCircuit,
  'device-offline': CallResult.SitDetected,
  lost: CallResult.SystemError,
};

const ANSWERS: Readonly<Record<CallProgress, number>> = {
  person: CallResult.Answer,
  // When in doubt it is a person: somebody who says nothing must not be hung up on as a machine.
  unknown: CallResult.Answer,
  'answering-machine': CallResult.AnsweringMachine,
  fax: CallResult.Fax,
};

export function resultOfFailure(cause: Cause): number {
  return FAILURES[cause];
}

export function resultOfAnswer(found: CallProgress): number {
  return ANSWERS[found];
}
