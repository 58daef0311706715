import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router-dom';
import type { Attempt, JourneyEntry, JourneyStep } from '../../api/customers.js';
import { StateMark, useReasonText } from '../../callbacks/state.js';
import { DotIcon, PhoneIcon, RouteIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { Timeline, TimelineEntry, type TimelineKind } from '../../layout/timeline.js';
import { Moment } from '../../time/moment.js';
import classes from './customers.module.css';

const BULLET: Readonly<Record<JourneyEntry['kind'], () => React.JSX.Element>> = {
  service: DotIcon,
  callback: RouteIcon,
  call: PhoneIcon,
};

const LOOK: Readonly<Record<JourneyEntry['kind'], TimelineKind>> = { service: 'step', callback: 'route', call: 'call' };

/** Services, callbacks and calls as one line of time, the latest first. */
export function Journey({ entries }: { entries: readonly JourneyEntry[] }) {
  if (entries.length === 0) return <Empty title="Nothing yet">No service, callback or call is known.</Empty>;
  return (
    <Timeline>
      {entries.map((entry) => (
        <TimelineEntry
          key={`${entry.kind} ${entry.id}`}
          kind={LOOK[entry.kind]}
          icon={BULLET[entry.kind]}
          when={<Moment at={entry.at} />}
        >
          <Told entry={entry} />
        </TimelineEntry>
      ))}
    </Timeline>
  );
}

function Told({ entry }: { entry: JourneyEntry }) {
  switch (entry.kind) {
    case 'service':
      return <Service entry={entry} />;
    case 'callback':
      return <ToldCallback entry={entry} />;
    case 'call':
      return (
        <>
          <Text size="sm" fw={550}>
            Call, {entry.number}
          </Text>
          <Ending at={entry.endedAt} />
        </>
      );
  }
}

function Service({ entry }: { entry: Extract<JourneyEntry, { kind: 'service' }> }) {
  return (
    <>
      <Text size="sm" fw={550}>
        Service{entry.type === undefined ? '' : ` ${entry.type}`}
      </Text>
      {entry.steps.length > 0 && (
        <ul className={classes.steps} aria-label="States and tasks">
          {entry.steps.map((step) => (
            <Step key={`${step.kind} ${step.name} ${step.startedAt}`} step={step} />
          ))}
        </ul>
      )}
      <Ending at={entry.completedAt} how={entry.ended} />
    </>
  );
}

function Step({ step }: { step: JourneyStep }) {
  return (
    <li>
      <Moment at={step.startedAt} /> {step.name}
      {step.kind === 'task' && ' (task)'}
      {step.completedAt === undefined ? '' : ', done'}
    </li>
  );
}

function ToldCallback({ entry }: { entry: Extract<JourneyEntry, { kind: 'callback' }> }) {
  const { callback } = entry;
  const reasonText = useReasonText();
  return (
    <>
      <Anchor component={Link} to={`/callbacks/${encodeURIComponent(entry.id)}`} size="sm" fw={550}>
        Callback{callback === undefined ? '' : `, ${callback.service}`}
      </Anchor>{' '}
      {callback && <StateMark state={callback.state} reason={callback.reason} />}
      {entry.attempts.length > 0 && (
        <ul className={classes.steps} aria-label="Attempts">
          {entry.attempts.map((attempt) => (
            <AttemptLine key={attempt.number} attempt={attempt} />
          ))}
        </ul>
      )}
      <Ending at={entry.endedAt} how={callback?.reason && reasonText(callback.reason)} />
    </>
  );
}

function AttemptLine({ attempt }: { attempt: Attempt }) {
  return (
    <li>
      <Moment at={attempt.at} /> attempt {attempt.number}: {attempt.result ?? 'under way'}
    </li>
  );
}

function Ending({ at, how }: { at: number | undefined; how?: string | undefined }) {
  if (at === undefined) {
    return (
      <Text size="xs" c="dimmed">
        open
      </Text>
    );
  }
  return (
    <Text size="xs" c="dimmed">
      over since <Moment at={at} />
      {how === undefined || how === '' ? '' : `: ${how}`}
    </Text>
  );
}
