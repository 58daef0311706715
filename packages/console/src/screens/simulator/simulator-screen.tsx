import { Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useSimulator, useTestClock } from '../../api/simulator.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { ClockPanel } from './clock-panel.js';
import { DefaultPartyPanel } from './default-party-panel.js';
import { InboundCallPanel } from './inbound-call-panel.js';

/** The simulated telephone network: how its people behave, calls from them, and the test clock. */
export function SimulatorScreen() {
  const simulator = useSimulator();
  const clock = useTestClock().data ?? undefined;
  return (
    <Stack gap="md" maw={900} mx="auto">
      <div>
        <Title order={1}>Simulator</Title>
        <Text size="sm" c="dimmed">
          The customers and their telephones are simulated; everything else is real.
        </Text>
      </div>
      {simulator.isError && (
        <Failure what="The simulator cannot be shown" error={simulator.error} retry={simulator.refetch} />
      )}
      {simulator.data === null && (
        <Paper>
          <Empty title="This server's switch is not simulated">
            Start it with <code>switch: {'{ driver: simulator }'}</code> to place calls without a telephone network.
          </Empty>
        </Paper>
      )}
      {simulator.data && (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <DefaultPartyPanel party={simulator.data.party} />
          <Stack gap="md">
            <InboundCallPanel />
            {clock !== undefined && <ClockPanel at={clock} />}
          </Stack>
        </SimpleGrid>
      )}
    </Stack>
  );
}
