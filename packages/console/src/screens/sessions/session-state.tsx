import { Box } from '@mantine/core';
import type { SessionState } from '../../api/sessions.js';
import mark from '../../callbacks/state.module.css';
import { useSessionsTexts } from './use-sessions-texts.js';

const COLOR: Readonly<Record<SessionState, string>> = {
  scheduled: 'blue',
  running: 'teal',
  done: 'gray',
  failed: 'red',
  terminated: 'orange',
};

/** A session's state as a coloured dot and its name. */
export function SessionStateMark({ state }: { state: SessionState }) {
  const say = useSessionsTexts();
  return (
    <span className={mark.mark} title={say(`means-${state}`)}>
      <Box
        component="span"
        className={mark.dot}
        bg={`${COLOR[state]}.6`}
        data-live={state === 'running' || undefined}
      />
      {say(`state-${state}`)}
    </span>
  );
}
