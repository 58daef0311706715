import { Text, UnstyledButton } from '@mantine/core';
import { CALLBACK_STATES, type CallbackState } from '../../api/callbacks.js';
import { StateMark } from '../../callbacks/state.js';
import type { LiveCallback } from './scope.js';
import classes from './state-figures.module.css';
import { useLiveTexts } from './use-live-texts.js';

/** How many callbacks are in each state; choosing a figure shows these alone, choosing it again shows all. */
export function StateFigures({
  callbacks,
  chosen,
  onChoose,
}: {
  callbacks: readonly LiveCallback[];
  chosen: CallbackState | undefined;
  onChoose: (state: CallbackState | undefined) => void;
}) {
  const say = useLiveTexts();
  return (
    <fieldset className={classes.figures} aria-label={say('byState')}>
      {CALLBACK_STATES.map((state) => {
        const count = callbacks.filter((callback) => callback.state === state).length;
        return (
          <UnstyledButton
            key={state}
            className={classes.figure}
            aria-pressed={chosen === state}
            aria-label={`${state}: ${count}`}
            onClick={() => onChoose(chosen === state ? undefined : state)}
          >
            <Text component="span" className={classes.count} data-none={count === 0 || undefined}>
              {count}
            </Text>
            <StateMark state={state} />
          </UnstyledButton>
        );
      })}
    </fieldset>
  );
}
