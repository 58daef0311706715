import { Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useSimulator, useTestClock } from '../../api/simulator.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { ClockPanel } from './clock-panel.js';
import { DefaultPartyPanel } from './default-party-panel.js';
import { InboundCallPanel } from './inbound-call-panel.js';
import { useSimulatorTexts } from './use-simulator-texts.js';

/** The simulated telephone network: how its people behave, calls from them, and the test clock. */
export function SimulatorScreen() {
  const say = useSimulatorTexts();
  const simulator = useSimulator();
  const clock = useTestClock().data ?? undefined;
  return (
    <Stack gap="md" maw={900} mx="auto">
      <div>
        <Title order={1}>{say('title')}</Title>
        <Text size="sm" c="dimmed">
          {say('intro')}
        </Text>
      </div>
      {simulator.isError && <Failure what={say('notShown')} error={simulator.error} retry={simulator.refetch} />}
      {simulator.data === null && (
        <Paper>
          <Empty title={say('absent')}>
            <Coded>{say('absentHelp')}</Coded>
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
