import { Box } from '@mantine/core';
import type { SessionState } from '../../api/sessions.js';
import mark from '../../callbacks/state.module.css';

const COLOR: Readonly<Record<SessionState, string>> = {
  scheduled: 'blue',
  running: 'teal',
  done: 'gray',
  failed: 'red',
  terminated: 'orange',
};

const MEANING: Readonly<Record<SessionState, string>> = {
  scheduled: 'Its time to start has not come',
  running: 'Waits for its next event, or does something',
  done: 'Reached its end',
  failed: 'Ended by an error',
  terminated: 'Was ended from outside',
};

/** A session's state as a coloured dot and its name. */
export function SessionStateMark({ state }: { state: SessionState }) {
  return (
    <span className={mark.mark} title={MEANING[state]}>
      <Box
        component="span"
        className={mark.dot}
        bg={`${COLOR[state]}.6`}
        data-live={state === 'running' || undefined}
      />
      {state}
    </span>
  );
}
