import { Button, Group, NativeSelect, Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { type DayStep, useDay } from '../../api/callback-search.js';
import { isCallbackService, useServices } from '../../api/services.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { dateText, daysAfter, endOfDay, formatTimeToMinute, startOfDay } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import classes from './day.module.css';
import { LoadChart } from './load-chart.js';
import { Outcomes } from './outcomes.js';
import { PredictedWaits } from './predicted-waits.js';
import { useDayTexts } from './use-day-texts.js';
import { WaitingChart } from './waiting-chart.js';

const STEP_MINUTES = 60;
const HOUR_MS = 3_600_000;

/** A day at a glance: what was due and became of it, how long customers waited, and how it ended. */
export function DayScreen() {
  const say = useDayTexts();
  const today = startOfDay(useNow());
  const [chosen, setChosen] = useState<number>();
  const [service, setService] = useState('');
  const services = useServices();
  const from = startOfDay(chosen ?? today);
  const to = endOfDay(from);
  const day = useDay(from, to, STEP_MINUTES, service === '' ? undefined : service);
  const steps = everyHour(from, to, day.data?.steps ?? []);
  const empty = day.data?.steps.length === 0;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>{say('title')}</Title>
        <Group gap="xs">
          <NativeSelect
            size="xs"
            aria-label={say('service')}
            value={service}
            data={[
              { value: '', label: say('allServices') },
              ...(services.data ?? []).filter(isCallbackService).map(({ name }) => ({ value: name, label: name })),
            ]}
            onChange={(event) => setService(event.currentTarget.value)}
          />
          <Button size="xs" variant="default" onClick={() => setChosen(daysAfter(from, -1))}>
            {say('previous')}
          </Button>
          <TextInput
            size="xs"
            type="date"
            aria-label={say('day')}
            value={dateText(from)}
            onChange={(event) => {
              const at = Date.parse(`${event.currentTarget.value}T00:00:00`);
              if (Number.isFinite(at)) setChosen(at);
            }}
          />
          <Button size="xs" variant="default" onClick={() => setChosen(daysAfter(from, 1))}>
            {say('next')}
          </Button>
          <Button size="xs" variant="default" disabled={from === today} onClick={() => setChosen(undefined)}>
            {say('today')}
          </Button>
        </Group>
      </Group>
      {day.isPending && <Skeleton h={320} aria-label={say('loading')} />}
      {day.isError && <Failure what={say('notShown')} error={day.error} retry={day.refetch} />}
      {empty && (
        <Paper>
          <Empty title={say('nothing')}>{say('nothingHelp')}</Empty>
        </Paper>
      )}
      {day.data !== undefined && !empty && (
        <>
          <div className={classes.columns}>
            <Paper p="md" component="section" aria-labelledby="load-title">
              <Title order={2} id="load-title">
                {say('load')}
              </Title>
              <LoadChart steps={steps} />
            </Paper>
            <Paper p="md" component="section" aria-labelledby="outcomes-title">
              <Title order={2} id="outcomes-title" mb="sm">
                {say('outcomes')}
              </Title>
              <Outcomes outcomes={day.data.outcomes} />
            </Paper>
          </div>
          <div className={from === today ? classes.columns : undefined}>
            <Paper p="md" component="section" aria-labelledby="waiting-title">
              <Title order={2} id="waiting-title">
                {say('waiting')}
              </Title>
              <Text size="xs" c="dimmed">
                {say('waitingHelp')}
              </Text>
              {steps.some(({ waiting }) => waiting !== undefined) ? (
                <WaitingChart steps={steps} />
              ) : (
                <Text size="sm" c="dimmed" py="md">
                  {say('noWaiting')}
                </Text>
              )}
            </Paper>
            {from === today && (
              <Paper p="md">
                <PredictedWaits />
              </Paper>
            )}
          </div>
          <Figures steps={day.data.steps} />
        </>
      )}
    </Stack>
  );
}

/** All hours of the day, those without anything too, so that the pictures keep their measure. */
function everyHour(from: number, to: number, steps: readonly DayStep[]): DayStep[] {
  const known = new Map(steps.map((step) => [step.at, step]));
  const hours: DayStep[] = [];
  for (let at = from; at < to; at += HOUR_MS) {
    hours.push(known.get(at) ?? { at, connected: 0, cancelled: 0, failed: 0, open: 0 });
  }
  return hours;
}

/** The pictures' numbers, for reading them and for those who cannot see them. */
function Figures({ steps }: { steps: readonly DayStep[] }) {
  const say = useDayTexts();
  return (
    <details>
      <summary>{say('asTable')}</summary>
      <table className={classes.figures} aria-label={say('title')}>
        <thead>
          <tr>
            <th scope="col">{say('hour')}</th>
            <th scope="col">{say('connected')}</th>
            <th scope="col">{say('open')}</th>
            <th scope="col">{say('cancelled')}</th>
            <th scope="col">{say('failed')}</th>
            <th scope="col">{`${say('median')} (${say('minutes')})`}</th>
            <th scope="col">{`${say('band')} (${say('minutes')})`}</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ at, connected, open, cancelled, failed, waiting }) => (
            <tr key={at}>
              <th scope="row">{formatTimeToMinute(at)}</th>
              <td>{connected}</td>
              <td>{open}</td>
              <td>{cancelled}</td>
              <td>{failed}</td>
              <td>{waiting === undefined ? '–' : minutes(waiting.median)}</td>
              <td>{waiting === undefined ? '–' : `${minutes(waiting.low)}–${minutes(waiting.high)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1);
}
