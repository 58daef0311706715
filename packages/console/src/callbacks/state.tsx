import { Box } from '@mantine/core';
import type { CallbackState } from '../api/callbacks.js';
import classes from './state.module.css';

/** The colour of each state, in Mantine's names. */
export const STATE_COLOR: Readonly<Record<CallbackState, string>> = {
  SCHEDULED: 'blue',
  QUEUED: 'yellow',
  PAUSED: 'orange',
  ROUTING: 'grape',
  PROCESSING: 'teal',
  COMPLETED: 'gray',
};

/** What each state means, for tooltips (GMS Callback API, `_callback_state`). */
export const STATE_MEANING: Readonly<Record<CallbackState, string>> = {
  SCHEDULED: 'Waiting for its time',
  QUEUED: 'Waiting in the queue for an agent',
  PAUSED: 'In the queue, but its service is paused',
  ROUTING: 'The customer is on the line, waiting for an agent',
  PROCESSING: 'The customer talks with an agent',
  COMPLETED: 'Over',
};

const REASON_TEXT: Readonly<Record<string, string>> = {
  AGENT_CONNECTED: 'Connected to an agent',
  CANCELLED: 'Cancelled',
  CANCELLED_BY_ADMIN: 'Cancelled by a supervisor',
  SUBMIT_FAILED: 'Could not be submitted',
  NOT_AVAILABLE: 'Ended without a reason',
  FAIL_INTERACTION_DELETED: 'Customer hung up while waiting',
  FAIL_TARGET_NOT_FOUND: 'No agent could be reserved',
  FAIL_ERROR: 'Failed with an error',
  FAIL_TIMEOUT_TTL: 'Not handled in time',
  FAIL_NO_CUSTOMER_NUMBER: 'No customer number',
  FAIL_USER_NO_CONFIRM: 'Customer did not confirm',
  FAIL_QUEUEING: 'Could not be queued',
  FAIL_AGENT_CONNECT: 'Could not be connected to an agent',
  FAIL_CALL_TO_CUSTOMER: 'Customer not reached',
  FAIL_USER_UNREACHABLE: 'Customer not reached',
};

/** A `_callback_reason` in words; reasons that are not known stay as they are. */
export function reasonText(reason: string): string {
  return REASON_TEXT[reason] ?? reason;
}

/** Green for a conversation, grey for a cancellation, red for everything else. */
export function outcomeColor(reason: string | undefined): string {
  if (reason === 'AGENT_CONNECTED') return 'teal';
  if (reason === undefined || reason.startsWith('CANCELLED')) return 'gray';
  return 'red';
}

/** A state as a coloured dot and its name; a completed callback's dot tells how it ended. */
export function StateMark({ state, reason }: { state: CallbackState; reason?: string | undefined }) {
  const color = state === 'COMPLETED' ? outcomeColor(reason) : STATE_COLOR[state];
  const meaning = state === 'COMPLETED' && reason !== undefined ? reasonText(reason) : STATE_MEANING[state];
  return (
    <span className={classes.mark} title={meaning}>
      <Box component="span" className={classes.dot} bg={`${color}.6`} data-live={state === 'PROCESSING' || undefined} />
      {state}
    </span>
  );
}
