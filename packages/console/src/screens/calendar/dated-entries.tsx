import { ActionIcon, Button, Checkbox, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { CrossIcon } from '../../icons.js';
import { nextName } from '../../services/option-name.js';
import type { ServiceEdits } from '../../services/service-edits.js';
import { DANGER } from '../../theme.js';
import classes from './calendar.module.css';
import { useCalendarTexts } from './use-calendar-texts.js';

/** Options of one kind that are about dates: holidays, or additional hours. */
export function DatedEntries({
  title,
  prefix,
  entries,
  edits,
  withHours = false,
}: {
  title: 'holidays' | 'additions';
  /** `_holiday` or `_bh_add`; a number makes the names of the options. */
  prefix: string;
  entries: readonly { name: string; value: string }[];
  edits: ServiceEdits;
  withHours?: boolean;
}) {
  const say = useCalendarTexts();
  const [date, setDate] = useState('');
  const [yearly, setYearly] = useState(false);
  const [from, setFrom] = useState('09:00');
  const [to, setTo] = useState('12:00');
  const [tried, setTried] = useState(false);
  const badSpan = withHours && !(from < to);
  const add = () => {
    setTried(true);
    if (date === '' || badSpan) return;
    const rule = yearly ? date.slice(5) : date;
    edits.set({ [nextName(prefix, edits.values)]: withHours ? `${rule} ${from}-${to}` : rule });
    setDate('');
    setTried(false);
  };
  return (
    <Paper p="md" component="section" aria-labelledby={`${title}-title`}>
      <Title order={2} id={`${title}-title`} mb="xs">
        {say(title)}
      </Title>
      {entries.length === 0 && (
        <Text size="sm" c="dimmed">
          {say('noEntries')}
        </Text>
      )}
      <ul className={classes.list}>
        {entries.map(({ name, value }) => (
          <li key={name} className={classes.entry}>
            <span className="tabular">{value}</span>
            {edits.refused.has(name) && (
              <Text component="span" size="xs" c={DANGER} role="alert">
                {edits.refused.get(name)}
              </Text>
            )}
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={say('remove', { name: value })}
              onClick={() => edits.set({ [name]: null })}
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
        <Stack gap={6} mt="xs">
          <Group gap="xs" align="flex-start">
            <TextInput
              size="xs"
              type="date"
              aria-label={`${say(title)}: ${say('date')}`}
              value={date}
              error={tried && date === '' && say('needed')}
              onChange={(event) => setDate(event.currentTarget.value)}
            />
            {withHours && (
              <>
                <TextInput
                  size="xs"
                  type="time"
                  aria-label={`${say(title)}: ${say('from')}`}
                  value={from}
                  onChange={(event) => setFrom(event.currentTarget.value)}
                />
                <TextInput
                  size="xs"
                  type="time"
                  aria-label={`${say(title)}: ${say('to')}`}
                  value={to}
                  error={tried && badSpan && say('badSpan')}
                  onChange={(event) => setTo(event.currentTarget.value)}
                />
              </>
            )}
          </Group>
          <Group justify="space-between">
            <Checkbox
              size="xs"
              label={say('everyYear')}
              checked={yearly}
              onChange={(event) => setYearly(event.currentTarget.checked)}
            />
            <Button size="compact-sm" variant="default" type="submit">
              {say('add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
