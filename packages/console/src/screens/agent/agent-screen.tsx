import { Button, Group, Paper, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { useAgents } from '../../api/agents.js';
import { Failure } from '../../layout/failure.js';
import { DesktopView } from './desktop-view.js';
import { useAgentTexts } from './use-agent-texts.js';

/** The agent's page: whose desktop it is, then the desktop. `?agent=id` opens one, `?agent=` that of who is logged in. */
export function AgentScreen() {
  const [search, setSearch] = useSearchParams();
  const agent = search.get('agent');
  if (agent === null) return <ChooseAgent choose={(id) => setSearch({ agent: id })} />;
  return <DesktopView key={agent} agent={agent === '' ? undefined : agent} leave={() => setSearch({})} />;
}

function ChooseAgent({ choose }: { choose: (id: string) => void }) {
  const say = useAgentTexts();
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
            {say('choose')}
          </Title>
          {agents.isPending && <Skeleton h={60} aria-label={say('loadingAgents')} />}
          {agents.isError && <Failure what={say('agentsNotListed')} error={agents.error} retry={agents.refetch} />}
          {agents.data !== undefined && (
            <Select
              label={say('agent')}
              placeholder={say('chooseAgent')}
              searchable
              data={agents.data.map((agent) => ({ value: agent.id, label: `${agent.name} (${agent.id})` }))}
              value={id}
              onChange={setId}
            />
          )}
          <Group gap="xs">
            <Button type="submit" disabled={id === null}>
              {say('open')}
            </Button>
            <Button variant="default" onClick={() => choose('')}>
              {say('openOwn')}
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            {say('own')}
          </Text>
        </Stack>
      </form>
    </Paper>
  );
}
