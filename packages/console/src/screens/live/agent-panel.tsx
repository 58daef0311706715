import { Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useAgentStates, useAgents } from '../../api/agents.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import classes from './agent-panel.module.css';
import { AgentRow } from './agent-row.js';
import { useLiveTexts } from './use-live-texts.js';

/** The agents with their live states, and what a supervisor can do about them. */
export function AgentPanel() {
  const say = useLiveTexts();
  const agents = useAgents();
  const states = useAgentStates();
  const ready = [...(states.data?.values() ?? [])].filter((presence) => presence.state === 'ready').length;
  return (
    <Paper component="section" aria-labelledby="agents-title">
      <Group justify="space-between" px="sm" py={9} className={classes.head}>
        <Title order={2} id="agents-title">
          {say('agents')}
        </Title>
        {agents.data !== undefined && agents.data.length > 0 && (
          <Text size="xs" c="dimmed" className="tabular">
            {say('readyOf', { ready, count: agents.data.length })}
          </Text>
        )}
      </Group>
      {agents.isPending && <Skeleton h={120} aria-label={say('loadingAgents')} />}
      {agents.isError && <Failure what={say('agentsNotShown')} error={agents.error} retry={agents.refetch} />}
      {states.isError && <Failure what={say('statesUnknown')} error={states.error} retry={states.refetch} />}
      {agents.data?.length === 0 && (
        <Empty title={say('noAgents')}>
          <Coded>{say('noAgentsHelp')}</Coded>
        </Empty>
      )}
      <Stack component="ul" gap={0} className={classes.list}>
        {agents.data?.map((agent) => (
          <AgentRow key={agent.id} agent={agent} presence={states.data?.get(agent.id)} />
        ))}
      </Stack>
    </Paper>
  );
}
