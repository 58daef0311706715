import { Button, Group, Paper, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { useAgents } from '../../api/agents.js';
import { Failure } from '../../layout/failure.js';
import { DesktopView } from './desktop-view.js';

/** The agent's page: whose desktop it is, then the desktop. `?agent=id` opens one, `?agent=` that of who is logged in. */
export function AgentScreen() {
  const [search, setSearch] = useSearchParams();
  const agent = search.get('agent');
  if (agent === null) return <ChooseAgent choose={(id) => setSearch({ agent: id })} />;
  return <DesktopView key={agent} agent={agent === '' ? undefined : agent} leave={() => setSearch({})} />;
}

function ChooseAgent({ choose }: { choose: (id: string) => void }) {
  const agents = useAgents();
  const [id, setId] = useState<string | null>(null);
  return (
    <Paper component="section" p="md" maw={440} aria-labelledby="choose-title">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (id !== null) choose(id);
        }}
      >
        <Stack gap="sm">
          <Title order={1} id="choose-title">
            Agent desktop
          </Title>
          {agents.isPending && <Skeleton h={60} aria-label="Loading agents" />}
          {agents.isError && <Failure what="The agents cannot be listed" error={agents.error} retry={agents.refetch} />}
          {agents.data !== undefined && (
            <Select
              label="Agent"
              placeholder="Choose an agent"
              searchable
              data={agents.data.map((agent) => ({ value: agent.id, label: `${agent.name} (${agent.id})` }))}
              value={id}
              onChange={setId}
            />
          )}
          <Group gap="xs">
            <Button type="submit" disabled={id === null}>
              Open the desktop
            </Button>
            <Button variant="default" onClick={() => choose('')}>
              Open my own
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            Your own is that of the agent whose id and password the browser knows, or asks you for. Supervisors may open
            the desktop of any agent.
          </Text>
        </Stack>
      </form>
    </Paper>
  );
}
