import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { Service } from '../../api/services.js';
import { SaveBar } from '../../services/save-bar.js';
import { useServiceEdits } from '../../services/service-edits.js';
import { formatDayAndYear } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import classes from './calendar.module.css';
import { DatedEntries } from './dated-entries.js';
import { useCalendarTexts } from './use-calendar-texts.js';
import { WeekGrid } from './week-grid.js';
import { datedEntries, readWeek, weekEntries, weekOptions, withStretch } from './week-hours.js';
import { ZoneNote } from './zone-note.js';

const DAY_MS = 86_400_000;

/** The hours of one office: its week to paint on, its holidays and additional hours. */
export function HoursEditor({ service }: { service: Service }) {
  const say = useCalendarTexts();
  const edits = useServiceEdits(service);
  const { values } = edits;
  const monday = mondayOf(useNow());
  const [shift, setShift] = useState(0);
  const first = monday + shift * 7 * DAY_MS;
  const week = readWeek(values);
  const holidays = datedEntries(values, '_holiday');
  const additions = datedEntries(values, '_bh_add');
  const further = Object.entries(values).filter(([name]) => /^_(include|use_alternative)/.test(name));
  return (
    <>
      <div className={classes.columns}>
        <Paper p="md" component="section" aria-label={say('entries')}>
          <Group justify="space-between" mb="xs">
            <Title order={2}>{say('week', { date: formatDayAndYear(first + DAY_MS / 2) })}</Title>
            <Group gap={6}>
              <Button size="compact-xs" variant="default" onClick={() => setShift(shift - 1)}>
                {say('previousWeek')}
              </Button>
              <Button size="compact-xs" variant="default" disabled={shift === 0} onClick={() => setShift(0)}>
                {say('thisWeek')}
              </Button>
              <Button size="compact-xs" variant="default" onClick={() => setShift(shift + 1)}>
                {say('nextWeek')}
              </Button>
            </Group>
          </Group>
          <WeekGrid
            week={week}
            dates={[0, 1, 2, 3, 4, 5, 6].map((day) => new Date(first + day * DAY_MS).toISOString().slice(0, 10))}
            holidays={holidays.map(({ value }) => value)}
            additions={additions.map(({ value }) => value)}
            onPaint={(day, span, open) => edits.set(weekOptions(values, withStretch(week, day, span, open)))}
          />
          <Stack gap={2} mt="xs">
            <ZoneNote zone={values._timezone || 'UTC'} />
            <Text size="xs" c="dimmed">
              {say('paint')}
            </Text>
            {further.length > 0 && (
              <Text size="xs" c="dimmed">
                {say('further', { names: further.map(([, name]) => name).join(', ') })}
              </Text>
            )}
          </Stack>
        </Paper>
        <Stack gap="md">
          <Paper p="md" component="section" aria-labelledby="entries-title">
            <Title order={2} id="entries-title" mb="xs">
              {say('entries')}
            </Title>
            <ul className={classes.list}>
              {weekEntries(week).map((entry) => (
                <li key={entry} className="tabular">
                  {entry}
                </li>
              ))}
            </ul>
          </Paper>
          <DatedEntries title="holidays" prefix="_holiday" entries={holidays} edits={edits} />
          <DatedEntries title="additions" prefix="_bh_add" entries={additions} edits={edits} withHours />
        </Stack>
      </div>
      <SaveBar edits={edits} />
    </>
  );
}

/** Midnight UTC of the Monday of the viewer's week: the days of a calendar have no zone. */
function mondayOf(now: number): number {
  const local = new Date(now);
  const today = Date.UTC(local.getFullYear(), local.getMonth(), local.getDate());
  return today - ((new Date(today).getUTCDay() + 6) % 7) * DAY_MS;
}
