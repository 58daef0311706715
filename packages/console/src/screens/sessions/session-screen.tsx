import { Anchor, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import {
  SESSION_STATES,
  type SessionDetail,
  type SessionSummary,
  useChart,
  useSession,
  useStep,
} from '../../api/sessions.js';
import { ArrowLeftIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { With } from '../../layout/with.js';
import { Moment } from '../../time/moment.js';
import { DataPanel } from './data-panel.js';
import classes from './session-screen.module.css';
import { SessionStateMark } from './session-state.js';
import { StepSlider } from './step-slider.js';
import { Timeline } from './timeline.js';
import { useSessionsTexts } from './use-sessions-texts.js';
import { WaitingPanel } from './waiting-panel.js';

/** The chart and its layout are large, and only this page draws one. */
const ChartView = lazy(async () => ({ default: (await import('./chart-view.js')).ChartView }));

/** One session: its chart with the active states lit, what it did step by step, what it knows and waits for. */
export function SessionScreen() {
  const say = useSessionsTexts();
  const { id = '' } = useParams();
  const session = useSession(id);
  return (
    <Stack gap="md">
      <Anchor component={Link} to="/sessions" size="sm" className={classes.back}>
        <ArrowLeftIcon /> {say('all')}
      </Anchor>
      {session.isPending && <Skeleton h={260} aria-label={say('loading')} />}
      {session.isError && <Failure what={say('sessionNotShown')} error={session.error} retry={session.refetch} />}
      {session.data === null && (
        <Paper>
          <Empty title={say('absent')}>{say('absentHelp', { id })}</Empty>
        </Paper>
      )}
      {session.data && <Present session={session.data} />}
    </Stack>
  );
}

function Present({ session }: { session: SessionDetail }) {
  const say = useSessionsTexts();
  const [chosen, setChosen] = useState<number>();
  const chart = useChart(session.id);
  const picture = useStep(session.id, chosen);
  const seen = chosen === undefined ? undefined : picture.data;
  const active = seen?.configuration ?? session.configuration;
  return (
    <>
      <Heading session={session} />
      <Paper component="section" aria-label={say('chart')} className={classes.chart}>
        {chart.isError && <Failure what={say('chartNotShown')} error={chart.error} retry={chart.refetch} />}
        {chart.data === null && <Empty title={say('noChart')}>{say('noChartHelp')}</Empty>}
        {chart.data && (
          <Suspense fallback={<Skeleton h="100%" aria-label={say('drawing')} />}>
            <ChartView chart={chart.data} active={active} taken={seen?.taken ?? []} />
          </Suspense>
        )}
      </Paper>
      {session.step > 1 && <StepSlider session={session} chosen={chosen} onChoose={setChosen} />}
      {picture.isError && chosen !== undefined && (
        <Failure what={say('stepNotShown', { step: chosen })} error={picture.error} retry={picture.refetch} />
      )}
      <div className={classes.columns}>
        <Timeline session={session} chosen={chosen} onChoose={setChosen} />
        <Stack gap="md" className={classes.side}>
          <DataPanel
            data={seen === undefined ? session.data : seen.data}
            changes={seen?.changes ?? []}
            step={seen?.step}
          />
          <WaitingPanel session={session} />
        </Stack>
      </div>
    </>
  );
}

function Heading({ session }: { session: SessionSummary & Pick<SessionDetail, 'children'> }) {
  const say = useSessionsTexts();
  const stateOf = (state: string) => {
    const known = SESSION_STATES.find((one) => one === state);
    return known === undefined ? state : say(`state-${known}`);
  };
  return (
    <Stack gap={4}>
      <Group gap="sm" align="center">
        <Title order={1}>{session.flow}</Title>
        <Text size="sm" c="dimmed">
          {say('version', { version: session.version })}
        </Text>
        <SessionStateMark state={session.state} />
        {session.reason !== undefined && <Text size="sm">{session.reason}</Text>}
      </Group>
      <Group gap="md" fz="xs" c="dimmed">
        <span className={classes.id}>{session.id}</span>
        <span>
          <With text={(time) => say('startedAt', { time })}>
            <Moment at={session.startedAt} />
          </With>
        </span>
        {session.endedAt !== undefined && (
          <span>
            <With text={(time) => say('endedAt', { time })}>
              <Moment at={session.endedAt} />
            </With>
          </span>
        )}
        {session.callback !== undefined && (
          <Anchor component={Link} to={`/callbacks/${encodeURIComponent(session.callback)}`} inherit>
            {say('itsCallback')}
          </Anchor>
        )}
        {session.parent !== undefined && (
          <Anchor component={Link} to={`/sessions/${encodeURIComponent(session.parent)}`} inherit>
            {say('startedByAnother')}
          </Anchor>
        )}
        {session.children.map((child) => (
          <Anchor key={child.id} component={Link} to={`/sessions/${encodeURIComponent(child.id)}`} inherit>
            {say('startedChild', { flow: child.flow, state: stateOf(child.state) })}
          </Anchor>
        ))}
      </Group>
    </Stack>
  );
}
