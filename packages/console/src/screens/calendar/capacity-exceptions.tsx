import { ActionIcon, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { CrossIcon } from '../../icons.js';
import type { ServiceEdits } from '../../services/service-edits.js';
import { DANGER } from '../../theme.js';
import classes from './calendar.module.css';
import { readPlaces } from './places-field.js';
import { useCalendarTexts } from './use-calendar-texts.js';
import { type DayCapacity, exceptionsOption, readExceptions, withHours } from './week-capacity.js';
import { clock } from './week-hours.js';

const HOURS = Array.from({ length: 25 }, (_, hour) => ({ value: String(hour), label: clock(hour * 60) }));

/** Dates whose hours have another capacity than their weekday. */
export function CapacityExceptions({ edits, most }: { edits: ServiceEdits; most: number }) {
  const say = useCalendarTexts();
  const exceptions = readExceptions(edits.values);
  const [date, setDate] = useState('');
  const [from, setFrom] = useState('9');
  const [to, setTo] = useState('12');
  const [text, setText] = useState('0');
  const [tried, setTried] = useState(false);
  const places = readPlaces(text, most);
  const problem =
    date === ''
      ? say('needed')
      : Number(from) >= Number(to)
        ? say('badSpan')
        : (places === 'wrong' || places === undefined) && say('badPlaces', { max: most });

  const add = () => {
    setTried(true);
    if (problem !== false || places === 'wrong' || places === undefined) return;
    const before = new Map(exceptions);
    before.set(date, withHours(before.get(date) ?? new Map(), Number(from), Number(to), places));
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
          <Group gap="xs" grow>
            <NativeSelect
              size="xs"
              label={say('from')}
              data={HOURS.slice(0, 24)}
              value={from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <NativeSelect
              size="xs"
              label={say('to')}
              data={HOURS.slice(1)}
              value={to}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
            <TextInput
              size="xs"
              label={say('places')}
              inputMode="numeric"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </Group>
          {tried && problem !== false && (
            <Text size="xs" c={DANGER} role="alert">
              {problem}
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
