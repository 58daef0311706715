import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { explain } from '../../api/request.js';
import { useAdvanceClock } from '../../api/simulator.js';
import { With } from '../../layout/with.js';
import { formatDay, formatTime } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import { useSimulatorTexts } from './use-simulator-texts.js';

const STEPS = [
  { label: '1 s', seconds: 1 },
  { label: '10 s', seconds: 10 },
  { label: '1 min', seconds: 60 },
  { label: '5 min', seconds: 300 },
  { label: '1 h', seconds: 3_600 },
  { label: undefined, seconds: 86_400 },
];

/** The server's clock, which stands still until it is moved here. */
export function ClockPanel({ at }: { at: number }) {
  const say = useSimulatorTexts();
  const advance = useAdvanceClock();
  return (
    <Paper p="md" component="section" aria-labelledby="clock-title">
      <Stack gap="sm">
        <Title order={2} id="clock-title">
          {say('clock')}
        </Title>
        <Text size="sm">
          <With text={(time) => say('standsStill', { time })}>
            <Text component="span" fw={600} inherit>
              <Moment at={at} format={(instant) => `${formatDay(instant)}, ${formatTime(instant)}`} />
            </Text>
          </With>
        </Text>
        <Group gap={6}>
          {STEPS.map(({ label = say('day'), seconds }) => (
            <Button
              key={seconds}
              size="compact-sm"
              variant="default"
              disabled={advance.isPending}
              aria-label={say('moveBy', { step: label })}
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
