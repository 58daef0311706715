import { Button, Chip, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { DANGER } from '../../theme.js';
import { weekdayNames } from '../../time/format.js';
import { readPlaces } from './places-field.js';
import { useCalendarTexts } from './use-calendar-texts.js';
import { clock } from './week-hours.js';

const HOURS = Array.from({ length: 25 }, (_, hour) => ({ value: String(hour), label: clock(hour * 60) }));

/** The same number of places for many hours at once. */
export function FillHours({
  most,
  onFill,
}: {
  most: number;
  onFill: (days: readonly number[], from: number, to: number, places: number | undefined) => void;
}) {
  const say = useCalendarTexts();
  const [days, setDays] = useState(['0', '1', '2', '3', '4']);
  const [from, setFrom] = useState('9');
  const [to, setTo] = useState('17');
  const [text, setText] = useState('');
  const places = readPlaces(text, most);
  const problem = Number(from) >= Number(to) ? say('badSpan') : places === 'wrong' && say('badPlaces', { max: most });
  return (
    <Paper p="md" component="section" aria-labelledby="fill-title">
      <Title order={2} id="fill-title" mb="xs">
        {say('fill')}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === false && places !== 'wrong') onFill(days.map(Number), Number(from), Number(to), places);
        }}
      >
        <Stack gap="xs">
          <Chip.Group multiple value={days} onChange={setDays}>
            <Group gap={4} role="group" aria-label={say('days')}>
              {weekdayNames().map((name, day) => (
                <Chip key={name} size="xs" value={String(day)}>
                  {name}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
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
          {problem !== false && (
            <Text size="xs" c={DANGER} role="alert">
              {problem}
            </Text>
          )}
          <Button size="xs" variant="default" type="submit" disabled={problem !== false}>
            {say('apply')}
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}
