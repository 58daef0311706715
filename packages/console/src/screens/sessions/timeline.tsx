import { Paper, Text, Title, UnstyledButton } from '@mantine/core';
import type { Members } from '../../api/json.js';
import type { SessionDetail, SessionStep } from '../../api/sessions.js';
import { formatTime } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import { causeText } from './cause-text.js';
import classes from './timeline.module.css';
import { useSessionsTexts } from './use-sessions-texts.js';

interface Props {
  session: SessionDetail;
  chosen: number | undefined;
  onChoose: (step: number) => void;
}

/** What happened, the last step on top: each with its event, the states left and entered, and what it caused. */
export function Timeline({ session, chosen, onChoose }: Props) {
  const say = useSessionsTexts();
  const { history, step: last } = session;
  const left = (history[0]?.step ?? 1) - 1;
  return (
    <Paper component="section" p="md" aria-label={say('history')}>
      <Title order={2} mb="xs">
        {say('history')}
      </Title>
      <ol className={classes.steps} reversed>
        {history.toReversed().map((step) => (
          <li key={step.step} className={classes.step} data-chosen={step.step === (chosen ?? last) || undefined}>
            <UnstyledButton
              className={classes.choose ?? ''}
              aria-label={say('showStep', { step: step.step, event: step.event ?? say('start') })}
              onClick={() => onChoose(step.step)}
            >
              <span className={classes.number}>{step.step}</span>
              <span className={classes.event}>{step.event ?? say('start')}</span>
              <Moment at={step.at} format={formatTime} />
            </UnstyledButton>
            <Consequences step={step} />
          </li>
        ))}
      </ol>
      {left > 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          {say('stepsBefore', { number: left })}
        </Text>
      )}
    </Paper>
  );
}

function Consequences({ step }: { step: SessionStep }) {
  const say = useSessionsTexts();
  const hasData = step.data !== null && step.data !== undefined;
  const about = Object.keys(step.about).length > 0;
  return (
    <div className={classes.what}>
      {(step.exited.length > 0 || step.entered.length > 0) && (
        <div className={classes.moves} translate="no">
          {step.exited.map((state, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a step may leave a state twice, and never changes
            <del key={`${index} ${state}`}>{state}</del>
          ))}
          {step.entered.map((state, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <ins key={`${index} ${state}`}>{state}</ins>
          ))}
        </div>
      )}
      {step.caused.length > 0 && (
        <ul className={classes.caused}>
          {step.caused.map((cause: Members, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what a step caused never changes
            <li key={index}>{causeText(cause, say)}</li>
          ))}
        </ul>
      )}
      {(hasData || about) && (
        <details className={classes.data}>
          <summary>{say(hasData ? 'eventData' : 'eventAbout')}</summary>
          <pre>{JSON.stringify(about ? { data: step.data, ...step.about } : step.data, null, 2)}</pre>
        </details>
      )}
    </div>
  );
}
