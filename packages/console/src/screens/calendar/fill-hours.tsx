import { Button, Chip, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { DANGER } from '../../theme.js';
import { weekdayNames } from '../../time/format.js';
import { readSpan, SpanFields } from './span-fields.js';
import { useCalendarTexts } from './use-calendar-texts.js';

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
  const [span, setSpan] = useState({ from: '9', to: '17', places: '' });
  const read = readSpan(span, most);
  return (
    <Paper p="md" component="section" aria-labelledby="fill-title">
      <Title order={2} id="fill-title" mb="xs">
        {say('fill')}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (read.problem === undefined) onFill(days.map(Number), read.from, read.to, read.places);
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
          <SpanFields span={span} onChange={setSpan} />
          {read.problem !== undefined && (
            <Text size="xs" c={DANGER} role="alert">
              {say(read.problem, { max: most })}
            </Text>
          )}
          <Button size="xs" variant="default" type="submit" disabled={read.problem !== undefined}>
            {say('apply')}
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}
