import { Anchor, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router-dom';
import { type Callback, useCallback } from '../../api/callbacks.js';
import { useHistory } from '../../api/journal.js';
import { ReasonText, StateMark } from '../../callbacks/state.js';
import { ArrowLeftIcon } from '../../icons.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import classes from './callback-screen.module.css';
import { CancelAction } from './cancel-action.js';
import { History } from './history.js';
import { LegLanes } from './leg-lanes.js';
import { callLegs } from './legs.js';
import { RecordCard } from './record-card.js';
import { RescheduleAction } from './reschedule-action.js';
import { useCallbackTexts } from './use-callback-texts.js';

/** One callback: what was asked for, and everything that was done about it, step by step. */
export function CallbackScreen() {
  const say = useCallbackTexts();
  const { id = '' } = useParams();
  const callback = useCallback(id);
  return (
    <Stack gap="md">
      <Anchor component={Link} to="/" size="sm" className={classes.back}>
        <ArrowLeftIcon /> {say('all')}
      </Anchor>
      {callback.isPending && <Skeleton h={260} aria-label={say('loading')} />}
      {callback.isError && <Failure what={say('notShown')} error={callback.error} retry={callback.refetch} />}
      {callback.data === null && (
        <Paper>
          <Empty title={say('absent')}>
            <Coded>{say('absentHelp', { id })}</Coded>
          </Empty>
        </Paper>
      )}
      {callback.data && <Present callback={callback.data} />}
    </Stack>
  );
}

function Present({ callback }: { callback: Callback }) {
  const say = useCallbackTexts();
  const history = useHistory(callback.id, callback.state !== 'COMPLETED');
  const events = history.data ?? [];
  const legs = callLegs(events);
  return (
    <>
      <Group justify="space-between" align="center" gap="sm">
        <Group gap="sm" align="center">
          <Title order={1} className="tabular">
            {callback.customerNumber || say('noNumber')}
          </Title>
          <StateMark state={callback.state} reason={callback.reason} />
          {callback.reason !== undefined && (
            <Text size="sm" c="dimmed">
              <ReasonText reason={callback.reason} />
            </Text>
          )}
        </Group>
        <Group gap="xs">
          {callback.state === 'SCHEDULED' && <RescheduleAction callback={callback} />}
          {callback.state !== 'COMPLETED' && callback.state !== 'PROCESSING' && <CancelAction callback={callback} />}
        </Group>
      </Group>
      <div className={classes.columns}>
        <RecordCard callback={callback} />
        <Stack gap="md" className={classes.main}>
          {legs.length > 0 && <LegLanes legs={legs} over={callback.state === 'COMPLETED'} />}
          <Paper component="section" p="md" aria-label={say('history')}>
            {history.isPending && <Skeleton h={200} aria-label={say('loadingHistory')} />}
            {history.isError && <Failure what={say('historyNotShown')} error={history.error} retry={history.refetch} />}
            {history.data !== undefined && <History events={events} />}
          </Paper>
        </Stack>
      </div>
    </>
  );
}
