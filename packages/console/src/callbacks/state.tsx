import { Box } from '@mantine/core';
import type { CallbackState } from '../api/callbacks.js';
import { useTexts } from '../i18n/use-texts.js';
import classes from './state.module.css';
import * as texts from './state.texts.js';

/** The colour of each state, in Mantine's names. */
export const STATE_COLOR: Readonly<Record<CallbackState, string>> = {
  SCHEDULED: 'blue',
  QUEUED: 'yellow',
  PAUSED: 'orange',
  ROUTING: 'grape',
  PROCESSING: 'teal',
  COMPLETED: 'gray',
};

/** Says a `_callback_reason` in words; reasons that are not known stay as they are. */
export function useReasonText(): (reason: string) => string {
  const say = useTexts('callback-state', texts);
  return (reason) => (isKnown(reason) ? say(reason) : reason);
}

function isKnown(reason: string): reason is keyof typeof texts.en {
  return Object.hasOwn(texts.en, reason);
}

/** A reason in words, where it stands alone. */
export function ReasonText({ reason }: { reason: string }) {
  return useReasonText()(reason);
}

/** Green for a conversation, grey for a cancellation, red for everything else. */
export function outcomeColor(reason: string | undefined): string {
  if (reason === 'AGENT_CONNECTED') return 'teal';
  if (reason === undefined || reason.startsWith('CANCELLED')) return 'gray';
  return 'red';
}

/** A state as a coloured dot and its name; a completed callback's dot tells how it ended. */
export function StateMark({ state, reason }: { state: CallbackState; reason?: string | undefined }) {
  const reasonText = useReasonText();
  const color = state === 'COMPLETED' ? outcomeColor(reason) : STATE_COLOR[state];
  const meaning = state === 'COMPLETED' && reason !== undefined ? reasonText(reason) : reasonText(state);
  return (
    <span className={classes.mark} title={meaning}>
      <Box component="span" className={classes.dot} bg={`${color}.6`} data-live={state === 'PROCESSING' || undefined} />
      {state}
    </span>
  );
}
