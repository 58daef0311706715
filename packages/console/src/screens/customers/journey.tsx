import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router-dom';
import type { Attempt, JourneyEntry, JourneyStep } from '../../api/customers.js';
import { StateMark, useReasonText } from '../../callbacks/state.js';
import { DotIcon, PhoneIcon, RouteIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { Timeline, TimelineEntry, type TimelineKind } from '../../layout/timeline.js';
import { formatMoment } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import { useNow } from '../../time/now.js';
import classes from './customers.module.css';
import { useCustomersTexts } from './use-customers-texts.js';

const BULLET: Readonly<Record<JourneyEntry['kind'], () => React.JSX.Element>> = {
  service: DotIcon,
  callback: RouteIcon,
  call: PhoneIcon,
};

const LOOK: Readonly<Record<JourneyEntry['kind'], TimelineKind>> = { service: 'step', callback: 'route', call: 'call' };

/** Services, callbacks and calls as one line of time, the latest first. */
export function Journey({ entries }: { entries: readonly JourneyEntry[] }) {
  const say = useCustomersTexts();
  if (entries.length === 0) return <Empty title={say('nothingYet')}>{say('nothingKnown')}</Empty>;
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
  const say = useCustomersTexts();
  switch (entry.kind) {
    case 'service':
      return <Service entry={entry} />;
    case 'callback':
      return <ToldCallback entry={entry} />;
    case 'call':
      return (
        <>
          <Text size="sm" fw={550}>
            {say('call', { number: entry.number })}
          </Text>
          <Ending at={entry.endedAt} />
        </>
      );
  }
}

function Service({ entry }: { entry: Extract<JourneyEntry, { kind: 'service' }> }) {
  const say = useCustomersTexts();
  return (
    <>
      <Text size="sm" fw={550}>
        {entry.type === undefined ? say('service') : say('serviceOf', { type: entry.type })}
      </Text>
      {entry.steps.length > 0 && (
        <ul className={classes.steps} aria-label={say('steps')}>
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
  const say = useCustomersTexts();
  const name = step.kind === 'task' ? say('task', { name: step.name }) : step.name;
  return (
    <li>
      <Moment at={step.startedAt} /> {step.completedAt === undefined ? name : say('done', { step: name })}
    </li>
  );
}

function ToldCallback({ entry }: { entry: Extract<JourneyEntry, { kind: 'callback' }> }) {
  const say = useCustomersTexts();
  const { callback } = entry;
  const reasonText = useReasonText();
  return (
    <>
      <Anchor component={Link} to={`/callbacks/${encodeURIComponent(entry.id)}`} size="sm" fw={550}>
        {callback === undefined ? say('callback') : say('callbackOf', { service: callback.service })}
      </Anchor>{' '}
      {callback && <StateMark state={callback.state} reason={callback.reason} />}
      {entry.attempts.length > 0 && (
        <ul className={classes.steps} aria-label={say('attempts')}>
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
  const say = useCustomersTexts();
  return (
    <li>
      <Moment at={attempt.at} /> {say('attempt', { number: attempt.number, result: attempt.result ?? say('underWay') })}
    </li>
  );
}

function Ending({ at, how }: { at: number | undefined; how?: string | undefined }) {
  const say = useCustomersTexts();
  const now = useNow();
  if (at === undefined) {
    return (
      <Text size="xs" c="dimmed">
        {say('open')}
      </Text>
    );
  }
  return (
    <Text size="xs" c="dimmed">
      {how === undefined || how === ''
        ? say('overSince', { time: formatMoment(at, now) })
        : say('overBecause', { time: formatMoment(at, now), how })}
    </Text>
  );
}
