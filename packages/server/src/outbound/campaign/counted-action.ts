import type { DialingEvent } from '../dialing/index.js';
import { callResultName } from '../list/index.js';

/** What is counted of a campaign: an action, with a call result for `Dial` and `Lead`. */
export interface CountedAction {
  list: string;
  action: string;
  /** -1 where the action has none. */
  result: number;
  count: number;
}

export const NO_RESULT = -1;
/** A call was placed; its result is counted as `Dial`, the final result of a record as `Lead`. */
export const DIAL_MADE = 'DialMade';
export const DIAL = 'Dial';
export const LEAD = 'Lead';
/** Ours: a customer was connected with an agent or an IVR. */
export const CONTACT = 'Contact';

/** What an event counts as; undefined: nothing. */
export function actionOf(event: DialingEvent): CountedAction | undefined {
  switch (event.type) {
    case 'dial':
      return plain(event.list, DIAL_MADE);
    case 'blocked':
    case 'result':
      return { list: event.list, action: DIAL, result: event.result, count: 1 };
    case 'contact':
      return plain(event.list, CONTACT);
    case 'record-finalized':
      return { list: event.list, action: LEAD, result: event.result, count: 1 };
    case 'callback-scheduled':
      return plain(event.list, callback(event.personal, 'Scheduled'));
    case 'callback-completed':
      return plain(event.list, callback(event.personal, 'Completed'));
    case 'callback-missed':
      return plain(event.list, callback(event.personal, 'Missed'));
    case 'records-scheduled':
      return plain(event.list, 'RecordsScheduled');
    case 'agent-error':
      return plain(event.list, 'AgentError');
    case 'records-not-processed':
      return { list: event.list, action: 'RecordsNotProcessed', result: NO_RESULT, count: event.records };
    case 'call-ended':
    case 'chain-processed':
    case 'waiting':
      return undefined;
  }
}

function plain(list: string, action: string): CountedAction {
  return { list, action, result: NO_RESULT, count: 1 };
}

function callback(personal: boolean, what: string): string {
  return `${personal ? 'Personal' : ''}Callback${what}`;
}

/** Results whose action the original names in words of its own. */
const RESULT_WORDS: Readonly<Record<number, string>> = { 9: 'AnswMachine', 52: 'Cancel' };

/** The original's name of an action (RTME, "CampaignActions"): `DialBusy`, `LeadNoAnswer`, `CallbackMissed`. */
export function actionName(action: string, result: number): string {
  if (result === NO_RESULT) return action;
  const words = RESULT_WORDS[result] ?? callResultName(result)?.replace(/\(.*\)|[^A-Za-z0-9]/g, '');
  return `${action}${words ?? result}`;
}
