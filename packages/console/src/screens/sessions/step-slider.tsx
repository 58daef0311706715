import { ActionIcon, Button, Group, Paper, Slider, Text } from '@mantine/core';
import type { SessionDetail } from '../../api/sessions.js';
import { ArrowLeftIcon } from '../../icons.js';
import classes from './step-slider.module.css';

interface Props {
  session: SessionDetail;
  /** Undefined: the session as it stands now. */
  chosen: number | undefined;
  onChoose: (step: number | undefined) => void;
}

/** Goes back and forth through what a session did. */
export function StepSlider({ session, chosen, onChoose }: Props) {
  const last = session.step;
  const shown = chosen ?? last;
  const go = (step: number) => onChoose(step >= last && session.endedAt === undefined ? undefined : step);
  const what = session.history.find(({ step }) => step === shown)?.event ?? (shown === 1 ? 'start' : '');
  return (
    <Paper component="section" aria-label="Steps" px="md" py="xs">
      <Group gap="sm" wrap="nowrap">
        <ActionIcon variant="default" aria-label="Step back" disabled={shown <= 1} onClick={() => go(shown - 1)}>
          <ArrowLeftIcon />
        </ActionIcon>
        <Slider
          {...{ min: 1, max: last, value: shown, onChange: go, label: null, size: 'sm' }}
          className={classes.slider ?? ''}
          thumbLabel="Step of the session"
        />
        <ActionIcon variant="default" aria-label="Step forward" disabled={shown >= last} onClick={() => go(shown + 1)}>
          <span className={classes.forward}>
            <ArrowLeftIcon />
          </span>
        </ActionIcon>
        <Text size="sm" className={classes.told ?? ''} aria-live="polite">
          {chosen === undefined ? `Now (step ${last})` : `Step ${shown} of ${last}`}
          {what !== '' && <code>{what}</code>}
        </Text>
        <Button size="compact-sm" variant="default" disabled={chosen === undefined} onClick={() => onChoose(undefined)}>
          {session.endedAt === undefined ? 'Now' : 'End'}
        </Button>
      </Group>
    </Paper>
  );
}
