import { Button, Group, NativeSelect, Paper, SegmentedControl, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { type BucketLoad, useLoad } from '../../api/callback-search.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { daysAfter, formatDay, formatTimeToMinute, startOfDay, viewerZone } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import { BucketCallbacks } from './bucket-callbacks.js';
import classes from './calendar-view.module.css';
import { type LoadCell, loadTable } from './load-table.js';
import { useCallbacksTexts } from './use-callbacks-texts.js';

/** Load per bucket against capacity, of one service: a week by the hour, or a day by the bucket. */
export function CalendarView({ services }: { services: readonly string[] }) {
  const say = useCallbacksTexts();
  const today = startOfDay(useNow());
  const [chosen, setChosen] = useState<string>();
  const [view, setView] = useState<'week' | 'day'>('week');
  const [shift, setShift] = useState(0);
  const [opened, setOpened] = useState<LoadCell>();
  const service = services.find((name) => name === chosen) ?? services[0];
  const days = view === 'week' ? 7 : 1;
  const first = view === 'week' ? daysAfter(mondayOf(today), shift * 7) : daysAfter(today, shift);
  const load = useLoad(service, first, daysAfter(first, days));
  if (service === undefined) {
    return (
      <Paper>
        <Empty title={say('noServices')}>{null}</Empty>
      </Paper>
    );
  }
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <NativeSelect
            size="xs"
            aria-label={say('service')}
            value={service}
            data={[...services]}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          <SegmentedControl
            size="xs"
            aria-label={say('calendar')}
            data={[
              { value: 'week', label: say('week') },
              { value: 'day', label: say('day') },
            ]}
            value={view}
            onChange={(next) => {
              setView(next === 'day' ? 'day' : 'week');
              setShift(0);
            }}
          />
        </Group>
        <Group gap="xs">
          <Title order={2}>
            {formatDay(first)}
            {view === 'week' && ` – ${formatDay(daysAfter(first, 6))}`}
          </Title>
          <Button size="compact-sm" variant="default" onClick={() => setShift(shift - 1)}>
            {say('previousDays')}
          </Button>
          <Button size="compact-sm" variant="default" disabled={shift === 0} onClick={() => setShift(0)}>
            {say('today')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setShift(shift + 1)}>
            {say('nextDays')}
          </Button>
        </Group>
      </Group>
      {load.isPending && <Skeleton h={400} aria-label={say('loading')} />}
      {load.isError && <Failure what={say('notShown')} error={load.error} retry={load.refetch} />}
      {load.data !== undefined && (
        <Paper p="sm" style={{ overflowX: 'auto' }}>
          <LoadGrid
            buckets={load.data.buckets}
            minutes={load.data.minutes}
            first={first}
            days={days}
            opened={opened}
            onOpen={setOpened}
          />
          <Text size="xs" c="dimmed" mt="xs">
            {say('loadLegend')} {viewerZone}
          </Text>
        </Paper>
      )}
      {opened && <BucketCallbacks service={service} from={opened.from} to={opened.to} />}
    </Stack>
  );
}

interface LoadGridProps {
  buckets: readonly BucketLoad[];
  minutes: number;
  first: number;
  days: number;
  opened: LoadCell | undefined;
  onOpen: (cell: LoadCell) => void;
}

function LoadGrid({ buckets, minutes, first, days, opened, onOpen }: LoadGridProps) {
  const say = useCallbacksTexts();
  const table = loadTable(buckets, { first, days, bucketMinutes: minutes });
  return (
    <table className={classes.load} aria-label={say('calendar')}>
      <thead>
        <tr>
          <th scope="col">{say('hour')}</th>
          {table.columns.map((column) => (
            <th key={column} scope="col">
              {days === 1 ? `:${new Date(column).toISOString().slice(14, 16)}` : formatDay(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map(({ hour, cells }) => (
          <tr key={hour}>
            <th scope="row" className="tabular">
              {String(hour).padStart(2, '0')}:00
            </th>
            {cells.map((cell) => {
              const { from, capacity, booked } = cell;
              if (capacity === 0 && booked === 0) {
                return (
                  <td key={from} className={classes.closed}>
                    <span aria-hidden="true">·</span>
                  </td>
                );
              }
              const said = { day: formatDay(from), time: formatTimeToMinute(from), booked, capacity };
              return (
                <td key={from}>
                  <button
                    type="button"
                    className={classes.cell}
                    // React's type knows no custom properties.
                    style={
                      { '--load': `${Math.min(100, Math.round((booked / Math.max(1, capacity)) * 100))}%` } as object
                    }
                    data-over={booked > capacity || undefined}
                    aria-pressed={opened?.from === from}
                    aria-label={say('load', said)}
                    title={say('load', said)}
                    onClick={() => onOpen(cell)}
                  >
                    {booked}/{capacity}
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function mondayOf(today: number): number {
  return daysAfter(today, -((new Date(today).getDay() + 6) % 7));
}
