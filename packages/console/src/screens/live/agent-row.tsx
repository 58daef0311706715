import { Box, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type Agent, type AgentAction, type AgentPresence, type AgentState, useAgentAction } from '../../api/agents.js';
import { explain } from '../../api/request.js';
import { formatDuration, formatUtc } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import classes from './agent-panel.module.css';

const SHOWN: Readonly<Record<AgentState, { label: string; color: string }>> = {
  'logged-out': { label: 'Logged out', color: 'gray.5' },
  'not-ready': { label: 'Not ready', color: 'orange.6' },
  ready: { label: 'Ready', color: 'teal.6' },
  reserved: { label: 'Reserved', color: 'grape.6' },
  busy: { label: 'On a call', color: 'indigo.6' },
  'after-call-work': { label: 'After-call work', color: 'yellow.6' },
};

const ACTION_LABEL: Readonly<Record<AgentAction, string>> = {
  login: 'Log in',
  ready: 'Ready',
  'not-ready': 'Not ready',
  logout: 'Log out',
};

/** What makes sense in a state; "not ready" and "log out" during a call take effect after it. */
const ACTIONS: Readonly<Record<AgentState, readonly AgentAction[]>> = {
  'logged-out': ['login'],
  'not-ready': ['ready', 'logout'],
  ready: ['not-ready', 'logout'],
  reserved: ['not-ready', 'logout'],
  busy: ['not-ready', 'logout'],
  'after-call-work': ['ready', 'not-ready'],
};

export function AgentRow({ agent, presence }: { agent: Agent; presence: AgentPresence | undefined }) {
  const action = useAgentAction();
  const state = presence?.state ?? 'logged-out';
  const { label, color } = SHOWN[state];

  const act = (wanted: AgentAction) =>
    action.mutate(
      { id: agent.id, action: wanted },
      {
        onError: (error) =>
          notifications.show({
            color: 'red',
            title: `${ACTION_LABEL[wanted]}: ${agent.name}`,
            message: explain(error),
          }),
      },
    );

  return (
    <Box component="li" className={classes.agent} data-agent={agent.id} data-state={state}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" fw={550} truncate title={about(agent)}>
          {agent.name}
        </Text>
        <Text size="xs" c="dimmed" className="tabular">
          {agent.id} · {agent.dn}
        </Text>
      </Group>
      <Group justify="space-between" gap="xs" mt={4} wrap="nowrap">
        <Group gap={7} wrap="nowrap">
          <Box component="span" className={classes.dot} bg={color} />
          <Text size="xs">
            {label}
            {presence?.reason !== undefined && ` (${presence.reason})`} <Since at={presence?.since} />
          </Text>
        </Group>
        <Group gap={4} wrap="nowrap">
          {ACTIONS[state].map((wanted) => (
            <Button
              key={wanted}
              size="compact-xs"
              variant={wanted === 'login' || wanted === 'ready' ? 'light' : 'default'}
              disabled={action.isPending}
              aria-label={`${ACTION_LABEL[wanted]}: ${agent.name}`}
              onClick={() => act(wanted)}
            >
              {ACTION_LABEL[wanted]}
            </Button>
          ))}
        </Group>
      </Group>
    </Box>
  );
}

function Since({ at }: { at: number | undefined }) {
  const now = useNow();
  if (at === undefined) return null;
  return (
    <Text component="span" inherit c="dimmed" className="tabular" title={`since ${formatUtc(at)}`}>
      {formatDuration(now - at)}
    </Text>
  );
}

function about(agent: Agent): string {
  const skills = Object.entries(agent.skills).map(([skill, level]) => `${skill} ${level}`);
  const groups = agent.groups.length > 0 ? `Groups: ${agent.groups.join(', ')}. ` : '';
  return `${groups}Skills: ${skills.length > 0 ? skills.join(', ') : 'none'}.`;
}
