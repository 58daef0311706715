import { ActionIcon, Button, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { CrossIcon } from '../../icons.js';
import type { ServiceEdits } from '../../services/service-edits.js';
import { DANGER } from '../../theme.js';
import classes from './calendar.module.css';
import { readSpan, SpanFields } from './span-fields.js';
import { useCalendarTexts } from './use-calendar-texts.js';
import { type DayCapacity, exceptionsOption, readExceptions, withHours } from './week-capacity.js';
import { clock } from './week-hours.js';

/** Dates whose hours have another capacity than their weekday. */
export function CapacityExceptions({ edits, most }: { edits: ServiceEdits; most: number }) {
  const say = useCalendarTexts();
  const exceptions = readExceptions(edits.values);
  const [date, setDate] = useState('');
  const [span, setSpan] = useState({ from: '9', to: '12', places: '0' });
  const [tried, setTried] = useState(false);
  const read = readSpan(span, most);
  // Unlike in a week, an empty field says nothing here.
  const problem = date === '' ? 'needed' : (read.problem ?? (read.places === undefined ? 'badPlaces' : undefined));

  const add = () => {
    setTried(true);
    if (problem !== undefined || read.problem !== undefined || read.places === undefined) return;
    const before = new Map(exceptions);
    before.set(date, withHours(before.get(date) ?? new Map(), read.from, read.to, read.places));
    edits.set(exceptionsOption(before));
    setTried(false);
  };
  return (
    <Paper p="md" component="section" aria-labelledby="exceptions-title">
      <Title order={2} id="exceptions-title" mb="xs">
        {say('exceptions')}
      </Title>
      {exceptions.length === 0 && (
        <Text size="sm" c="dimmed">
          {say('noEntries')}
        </Text>
      )}
      <ul className={classes.list}>
        {exceptions.map(([day, capacity]) => (
          <li key={day} className={classes.entry}>
            <span className="tabular">{day}</span>
            <Text component="span" size="xs" c="dimmed" className="tabular">
              {summary(capacity)}
            </Text>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={say('remove', { name: day })}
              onClick={() => edits.set(exceptionsOption(exceptions.filter(([other]) => other !== day)))}
            >
              <CrossIcon />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Stack gap="xs" mt="xs">
          <TextInput
            size="xs"
            type="date"
            label={say('date')}
            value={date}
            onChange={(event) => setDate(event.currentTarget.value)}
          />
          <SpanFields span={span} onChange={setSpan} />
          {tried && problem !== undefined && (
            <Text size="xs" c={DANGER} role="alert">
              {say(problem, { max: most })}
            </Text>
          )}
          <Button size="xs" variant="default" type="submit">
            {say('add')}
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}

/** `09:00 2, 10:00 0`: hours and their places. */
function summary(capacity: DayCapacity): string {
  return [...capacity].map(([hour, places]) => `${clock(hour * 60)} ${places}`).join(', ');
}
