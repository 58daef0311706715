import { Box, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type Agent, type AgentAction, type AgentPresence, type AgentState, useAgentAction } from '../../api/agents.js';
import { explain } from '../../api/request.js';
import { formatDuration, formatUtc } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import classes from './agent-panel.module.css';
import { type SayLive, useLiveTexts } from './use-live-texts.js';

const SHOWN: Readonly<Record<AgentState, { label: Parameters<SayLive>[0]; color: string }>> = {
  'logged-out': { label: 'isLoggedOut', color: 'gray.5' },
  'not-ready': { label: 'isNotReady', color: 'orange.6' },
  ready: { label: 'isReady', color: 'teal.6' },
  reserved: { label: 'isReserved', color: 'grape.6' },
  busy: { label: 'isBusy', color: 'indigo.6' },
  'after-call-work': { label: 'isWrapping', color: 'yellow.6' },
};

const ACTION_LABEL: Readonly<Record<AgentAction, Parameters<SayLive>[0]>> = {
  login: 'login',
  ready: 'ready',
  'not-ready': 'notReady',
  logout: 'logout',
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
  const say = useLiveTexts();
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
            title: `${say(ACTION_LABEL[wanted])}: ${agent.name}`,
            message: explain(error),
          }),
      },
    );

  return (
    <Box component="li" className={classes.agent} data-agent={agent.id} data-state={state}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" fw={550} truncate title={about(agent, say)}>
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
            {say(label)}
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
              aria-label={`${say(ACTION_LABEL[wanted])}: ${agent.name}`}
              onClick={() => act(wanted)}
            >
              {say(ACTION_LABEL[wanted])}
            </Button>
          ))}
        </Group>
      </Group>
    </Box>
  );
}

function Since({ at }: { at: number | undefined }) {
  const say = useLiveTexts();
  const now = useNow();
  if (at === undefined) return null;
  return (
    <Text component="span" inherit c="dimmed" className="tabular" title={say('since', { time: formatUtc(at) })}>
      {formatDuration(now - at)}
    </Text>
  );
}

function about(agent: Agent, say: SayLive): string {
  const skills = Object.entries(agent.skills).map(([skill, level]) => `${skill} ${level}`);
  const groups = agent.groups.length > 0 ? `${say('groups', { names: agent.groups.join(', ') })} ` : '';
  return groups + say('skills', { names: skills.length > 0 ? skills.join(', ') : say('noSkills') });
}
