import { Alert, Badge, Button, Grid, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import type { Desktop } from '../../desktop/desktop.js';
import { type DesktopLink, useDesktop } from '../../desktop/use-desktop.js';
import { Empty } from '../../layout/empty.js';
import { CallPanel } from './call-panel.js';
import { ChatPanel } from './chat/chat-panel.js';
import { NewsPanel } from './news-panel.js';
import { RecordPanel } from './record-panel.js';
import { PhoneNote } from './softphone/phone-note.js';
import { SoftphonePanel } from './softphone/softphone-panel.js';
import { StatePanel } from './state-panel.js';
import { useAgentTexts } from './use-agent-texts.js';

interface DesktopViewProps {
  agent: string | undefined;
  /** Back to the choice of the agent. */
  leave: () => void;
}

/** One agent's desktop: state, call, chats, records, and what the server has said. */
export function DesktopView({ agent, leave }: DesktopViewProps) {
  const say = useAgentTexts();
  const { connection, desktop, link } = useDesktop(agent);
  useShortcuts(desktop, link);
  if (connection === 'refused') {
    return (
      <Alert color="red" variant="light" title={say('refused')} role="alert">
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{say('refusedHelp')}</Text>
          <Button size="compact-sm" variant="default" onClick={leave}>
            {say('chooseAnother')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  const isWorking = desktop.state !== undefined && desktop.state !== 'logged-out';
  const isCalled = desktop.call?.event === 'dialing' || desktop.call?.event === 'ringing';
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Title order={1}>{agent === undefined ? say('mine') : say('desktopOf', { agent })}</Title>
          {connection !== 'open' && (
            <Badge variant="light" color="yellow" tt="none" role="status">
              {say(`connection-${connection}`)}
            </Badge>
          )}
        </Group>
        <Button size="compact-sm" variant="subtle" onClick={leave}>
          {say('another')}
        </Button>
      </Group>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <StatePanel desktop={desktop} link={link} />
            <PhoneNote phone={desktop.phone} />
            <CallPanel desktop={desktop} link={link} />
            <SoftphonePanel agent={agent} isCalled={isCalled} />
            <NewsPanel desktop={desktop} link={link} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="md">
            {desktop.chats.map((chat) => (
              <ChatPanel key={chat.id} chat={chat} link={link} />
            ))}
            {desktop.records.map((record) => (
              <RecordPanel
                key={record.handle}
                record={record}
                link={link}
                isInCall={desktop.call !== undefined}
                chain={desktop.chains[record.handle]}
                arranged={desktop.arranged[record.handle]}
              />
            ))}
            {desktop.records.length === 0 && (
              <Paper>
                <Empty title={say('noRecord')}>
                  {isWorking ? (
                    <Stack gap="xs" align="center">
                      <Text size="sm">{say('noRecordHelp')}</Text>
                      <Button
                        aria-keyshortcuts="Alt+P"
                        title="Alt+P"
                        onClick={() => link.userEvent('PreviewRecordRequest')}
                      >
                        {say('nextRecord')}
                      </Button>
                    </Stack>
                  ) : (
                    say('logInFirst')
                  )}
                </Empty>
              </Paper>
            )}
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** Alt with the first letter of what is to be done; the buttons say so. */
function useShortcuts(desktop: Desktop, link: DesktopLink): void {
  const { call, records, state, chats } = desktop;
  const offered = chats.find(({ stage }) => stage === 'offered');
  const [record] = records;
  const isWorking = state !== undefined && state !== 'logged-out';
  useHotkeys(
    [
      ['alt+R', () => isWorking && link.send({ type: 'state', state: 'ready' }), { usePhysicalKeys: true }],
      ['alt+N', () => isWorking && link.send({ type: 'state', state: 'not-ready' }), { usePhysicalKeys: true }],
      [
        'alt+P',
        () => isWorking && record === undefined && link.userEvent('PreviewRecordRequest'),
        { usePhysicalKeys: true },
      ],
      [
        'alt+D',
        () => record && !call && link.send({ type: 'preview-accept', handle: record.handle }),
        { usePhysicalKeys: true },
      ],
      ['alt+A', () => call && link.send({ type: 'answer' }), { usePhysicalKeys: true }],
      ['alt+C', () => offered && link.send({ type: 'chat-accept', chat: offered.id }), { usePhysicalKeys: true }],
      ['alt+H', () => call && link.send({ type: 'hangup' }), { usePhysicalKeys: true }],
    ],
    [],
  );
}
