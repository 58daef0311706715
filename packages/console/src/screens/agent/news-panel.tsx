import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Desktop } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { AddRecordForm } from './add-record-form.js';
import classes from './agent.module.css';
import { useAgentTexts } from './use-agent-texts.js';

const CAMPAIGN_STATES = ['loaded', 'started', 'stopped'] as const;

/** The campaigns of the agent's groups, and what the server has said last. */
export function NewsPanel({ desktop, link }: { desktop: Desktop; link: DesktopLink }) {
  const say = useAgentTexts();
  const campaigns = Object.entries(desktop.campaigns).filter(([, { state }]) => state !== 'unloaded');
  const isWorking = desktop.state !== undefined && desktop.state !== 'logged-out';
  const standing = (state: string, mode: string | undefined) => {
    const known = CAMPAIGN_STATES.find((one) => one === state);
    const stands = known === undefined ? state : say(`campaign-${known}`);
    return mode === undefined ? stands : say('campaignMode', { state: stands, mode });
  };
  return (
    <>
      <Paper component="section" p="md" aria-labelledby="campaigns-title">
        <Title order={2} id="campaigns-title" mb="xs">
          {say('campaigns')}
        </Title>
        {campaigns.length === 0 && (
          <Text size="sm" c="dimmed">
            {say('noCampaign')}
          </Text>
        )}
        <ul className={classes.plain}>
          {campaigns.map(([group, { name, state, mode }]) => (
            <li key={group}>
              <Text size="sm" component="span" fw={550}>
                {name}
              </Text>{' '}
              <Text size="sm" component="span" c="dimmed">
                {standing(state, mode)}
              </Text>
            </li>
          ))}
        </ul>
        {isWorking && campaigns.length > 0 && (
          <Group gap="xs" mt="xs">
            <Button size="compact-xs" variant="default" onClick={() => link.userEvent('PreviewDialingModeStart')}>
              {say('startPreviews')}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => link.userEvent('PreviewDialingModeOver')}>
              {say('endPreviews')}
            </Button>
          </Group>
        )}
      </Paper>
      {isWorking && (
        <Paper component="section" p="md" aria-labelledby="add-title">
          <Title order={2} id="add-title" mb="xs">
            {say('newRecord')}
          </Title>
          <AddRecordForm list={desktop.list ?? ''} link={link} />
        </Paper>
      )}
      <Paper component="section" p="md" aria-labelledby="news-title">
        <Title order={2} id="news-title" mb="xs">
          {say('messages')}
        </Title>
        <div role="log" aria-labelledby="news-title">
          {desktop.notices.length === 0 && (
            <Text size="sm" c="dimmed">
              {say('none')}
            </Text>
          )}
          <Stack gap={4}>
            {desktop.notices.map(({ number, kind, text }) => (
              <p key={number} className={classes.notice} data-kind={kind}>
                {text}
              </p>
            ))}
          </Stack>
        </div>
      </Paper>
    </>
  );
}
