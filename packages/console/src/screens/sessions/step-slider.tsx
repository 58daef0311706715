import { ActionIcon, Button, Group, Paper, Slider, Text } from '@mantine/core';
import type { SessionDetail } from '../../api/sessions.js';
import { ArrowLeftIcon } from '../../icons.js';
import classes from './step-slider.module.css';
import { useSessionsTexts } from './use-sessions-texts.js';

interface Props {
  session: SessionDetail;
  /** Undefined: the session as it stands now. */
  chosen: number | undefined;
  onChoose: (step: number | undefined) => void;
}

/** Goes back and forth through what a session did. */
export function StepSlider({ session, chosen, onChoose }: Props) {
  const say = useSessionsTexts();
  const last = session.step;
  const shown = chosen ?? last;
  const go = (step: number) => onChoose(step >= last && session.endedAt === undefined ? undefined : step);
  const what = session.history.find(({ step }) => step === shown)?.event ?? (shown === 1 ? say('start') : '');
  return (
    <Paper component="section" aria-label={say('steps')} px="md" py="xs">
      <Group gap="sm" wrap="nowrap">
        <ActionIcon variant="default" aria-label={say('stepBack')} disabled={shown <= 1} onClick={() => go(shown - 1)}>
          <ArrowLeftIcon />
        </ActionIcon>
        <Slider
          {...{ min: 1, max: last, value: shown, onChange: go, label: null, size: 'sm' }}
          className={classes.slider ?? ''}
          thumbLabel={say('stepOfSession')}
        />
        <ActionIcon
          variant="default"
          aria-label={say('stepForward')}
          disabled={shown >= last}
          onClick={() => go(shown + 1)}
        >
          <span className={classes.forward}>
            <ArrowLeftIcon />
          </span>
        </ActionIcon>
        <Text size="sm" className={classes.told ?? ''} aria-live="polite">
          {chosen === undefined ? say('nowAt', { step: last }) : say('stepOf', { step: shown, last })}
          {what !== '' && <code>{what}</code>}
        </Text>
        <Button size="compact-sm" variant="default" disabled={chosen === undefined} onClick={() => onChoose(undefined)}>
          {say(session.endedAt === undefined ? 'now' : 'end')}
        </Button>
      </Group>
    </Paper>
  );
}
