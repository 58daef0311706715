import type { CallProgress, Cause, Leg } from '../telephony/index.js';

/** What a failed dial is called in `error.voice.createcall` (ors-interaction-dialog.md 4.2). */
const DIAL_FAILURES: Record<Cause, { error: string; description: string }> = {
  busy: { error: 'unknown', description: 'busy' },
  'no-answer': { error: 'timeout', description: 'noanswer' },
  rejected: { error: 'unknown', description: 'dropped' },
  'invalid-number': { error: 'invaliddestination', description: 'sitinvalidnum' },
  congestion: { error: 'unknown', description: 'allchannelsbusy' },
  'device-offline': { error: 'unknown', description: 'sit' },
  cancelled: { error: 'unknown', description: 'cancelled' },
  lost: { error: 'remote', description: 'dropped' },
  normal: { error: 'unknown', description: 'dropped' },
};

/** The error of a call whose party was not reached, or hung up before it was known who had answered. */
export function dialFailure(leg: Leg, previous: Leg): { error: string; description: string } {
  if (previous.state === 'answered') return DIAL_FAILURES.normal;
  return DIAL_FAILURES[leg.cause ?? 'lost'];
}

/** What call progress detection has found, as applications see it. */
export interface FoundProgress {
  /** User data key `CPDResult`. */
  result: 'human' | 'machine' | 'fax' | 'unknown';
  /** Extension `AnswerClass`, where nobody is there to talk to. */
  answerClass?: 'AM' | 'FAX';
  /** Why the call counts as failed. */
  description?: 'answeringmachine' | 'fax';
}

export function progressFailure(result: CallProgress): FoundProgress {
  switch (result) {
    case 'answering-machine':
      return { result: 'machine', answerClass: 'AM', description: 'answeringmachine' };
    case 'fax':
      return { result: 'fax', answerClass: 'FAX', description: 'fax' };
    case 'person':
      return { result: 'human' };
    case 'unknown':
      return { result: 'unknown' };
  }
}
