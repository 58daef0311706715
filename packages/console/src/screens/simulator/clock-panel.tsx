import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { explain } from '../../api/request.js';
import { useAdvanceClock } from '../../api/simulator.js';
import { formatDay, formatTime } from '../../time/format.js';
import { Moment } from '../../time/moment.js';

const STEPS = [
  { label: '1 s', seconds: 1 },
  { label: '10 s', seconds: 10 },
  { label: '1 min', seconds: 60 },
  { label: '5 min', seconds: 300 },
  { label: '1 h', seconds: 3_600 },
  { label: '1 day', seconds: 86_400 },
];

/** The server's clock, which stands still until it is moved here. */
export function ClockPanel({ at }: { at: number }) {
  const advance = useAdvanceClock();
  return (
    <Paper p="md" component="section" aria-labelledby="clock-title">
      <Stack gap="sm">
        <Title order={2} id="clock-title">
          Test clock
        </Title>
        <Text size="sm">
          The server's time stands still at{' '}
          <Text component="span" fw={600} inherit>
            <Moment at={at} format={(instant) => `${formatDay(instant)}, ${formatTime(instant)}`} />
          </Text>
          . Move it forward; everything that is due in between happens.
        </Text>
        <Group gap={6}>
          {STEPS.map(({ label, seconds }) => (
            <Button
              key={seconds}
              size="compact-sm"
              variant="default"
              disabled={advance.isPending}
              aria-label={`Move the clock forward by ${label}`}
              onClick={() => advance.mutate(seconds)}
            >
              +{label}
            </Button>
          ))}
        </Group>
        {advance.isError && (
          <Text size="sm" c="red" role="alert">
            {explain(advance.error)}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
