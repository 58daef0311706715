import { Group, Switch, Title } from '@mantine/core';
import { useState } from 'react';
import type { JournalEvent } from '../../api/journal.js';
import { useReasonText } from '../../callbacks/state.js';
import { useTexts } from '../../i18n/use-texts.js';
import { CheckIcon, CrossIcon, DotIcon, GearIcon, PhoneIcon, RouteIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { Timeline, TimelineEntry } from '../../layout/timeline.js';
import timeline from '../../layout/timeline.module.css';
import { formatOffset, formatTime } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import { describe, type Kind } from './describe.js';
import { Particulars, RawEvent } from './particulars.js';
import { RoutingReasons } from './routing-reasons.js';
import * as stepTexts from './steps.texts.js';
import { useCallbackTexts } from './use-callback-texts.js';

const BULLET: Readonly<Record<Kind, () => React.JSX.Element>> = {
  step: DotIcon,
  application: GearIcon,
  call: PhoneIcon,
  route: RouteIcon,
  good: CheckIcon,
  bad: CrossIcon,
};

/** Everything that happened, in order: each step with its time and its distance from the first one. */
export function History({ events }: { events: readonly JournalEvent[] }) {
  const say = useCallbackTexts();
  const words = { say: useTexts('callback-steps', stepTexts), reason: useReasonText() };
  const [withApplication, setWithApplication] = useState(true);
  const start = events[0]?.at;
  const steps = events.map((event) => ({ event, ...describe(event, words) }));
  const ofApplication = steps.filter(({ kind }) => kind === 'application').length;
  const shown = withApplication ? steps : steps.filter(({ kind }) => kind !== 'application');
  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={2} id="history-title">
          {say('history')}
        </Title>
        {ofApplication > 0 && (
          <Switch
            size="xs"
            labelPosition="left"
            label={say('stepsOfApplication', { count: ofApplication })}
            checked={withApplication}
            onChange={(event) => setWithApplication(event.currentTarget.checked)}
          />
        )}
      </Group>
      {start === undefined ? (
        <Empty title={say('noHistory')}>{say('noHistoryHelp')}</Empty>
      ) : (
        <Timeline>
          {shown.map(({ event, kind, title, told }) => (
            <TimelineEntry
              key={event.id}
              kind={kind}
              type={event.type}
              icon={BULLET[kind]}
              when={
                <>
                  <Moment at={event.at} format={formatTime} />
                  <span className={timeline.offset}>{formatOffset(event.at - start)}</span>
                </>
              }
            >
              <div className={timeline.title}>
                {title}
                <RawEvent event={event} />
              </div>
              {event.type === 'route.decision' && <RoutingReasons why={event.data.why} />}
              <Particulars event={event} without={told} />
            </TimelineEntry>
          ))}
        </Timeline>
      )}
    </>
  );
}
