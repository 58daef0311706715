import { Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useAgentStates, useAgents } from '../../api/agents.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import classes from './agent-panel.module.css';
import { AgentRow } from './agent-row.js';

/** The agents with their live states, and what a supervisor can do about them. */
export function AgentPanel() {
  const agents = useAgents();
  const states = useAgentStates();
  const ready = [...(states.data?.values() ?? [])].filter((presence) => presence.state === 'ready').length;
  return (
    <Paper component="section" aria-labelledby="agents-title">
      <Group justify="space-between" px="sm" py={9} className={classes.head}>
        <Title order={2} id="agents-title">
          Agents
        </Title>
        {agents.data !== undefined && agents.data.length > 0 && (
          <Text size="xs" c="dimmed" className="tabular">
            {ready} of {agents.data.length} ready
          </Text>
        )}
      </Group>
      {agents.isPending && <Skeleton h={120} aria-label="Loading agents" />}
      {agents.isError && <Failure what="The agents cannot be shown" error={agents.error} retry={agents.refetch} />}
      {states.isError && <Failure what="Agent states are unknown" error={states.error} retry={states.refetch} />}
      {agents.data?.length === 0 && (
        <Empty title="No agents are configured">
          Add them under <code>agents</code> in ringback.yaml, or with <code>PUT /api/v1/agents/…</code>.
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
