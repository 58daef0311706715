import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type DesktopChat, typists } from '../../../desktop/chats.js';
import type { DesktopLink } from '../../../desktop/use-desktop.js';
import { With } from '../../../layout/with.js';
import { Moment } from '../../../time/moment.js';
import { useNow } from '../../../time/now.js';
import { ChatComposer } from './chat-composer.js';
import { ChatTranscript } from './chat-transcript.js';
import { useChatTexts } from './use-chat-texts.js';

interface ChatPanelProps {
  chat: DesktopChat;
  link: DesktopLink;
}

/** A chat: the question whether the agent takes it, then what is said in it. */
export function ChatPanel({ chat, link }: ChatPanelProps) {
  const say = useChatTexts();
  const title = `chat-${chat.id}`;
  const { customer } = chat;
  return (
    <Paper component="section" p="md" aria-labelledby={title} data-chat={chat.stage}>
      <Stack gap="sm">
        <Group justify="space-between" gap="sm" align="flex-start">
          <div>
            <Title order={2} id={title}>
              {say('chat', { customer })}
            </Title>
            <About chat={chat} />
          </div>
          {chat.stage === 'joined' && (
            <Button size="compact-sm" variant="default" onClick={() => link.send({ type: 'chat-end', chat: chat.id })}>
              {say('end')}
            </Button>
          )}
          {chat.stage === 'ended' && (
            <Button size="compact-sm" variant="default" onClick={() => link.closeChat(chat.id)}>
              {say('close')}
            </Button>
          )}
        </Group>
        {chat.stage === 'offered' ? <Offer chat={chat} link={link} /> : <Talk chat={chat} link={link} />}
      </Stack>
    </Paper>
  );
}

function About({ chat: { subject, email, startedAt } }: { chat: DesktopChat }) {
  const say = useChatTexts();
  return (
    <Text size="sm" c="dimmed">
      {[subject, email].map((fact) => fact !== undefined && `${fact} · `)}
      {startedAt !== undefined && (
        <With text={(time) => say('since', { time })}>
          <Moment at={startedAt} />
        </With>
      )}
    </Text>
  );
}

function Offer({ chat: { id, customer, until }, link }: ChatPanelProps) {
  const say = useChatTexts();
  const now = useNow();
  return (
    <>
      <Text role="alert" fw={550}>
        {say('offered', { customer })}
      </Text>
      <Group gap="xs">
        <Button
          color="teal"
          aria-keyshortcuts="Alt+C"
          title="Alt+C"
          onClick={() => link.send({ type: 'chat-accept', chat: id })}
        >
          {say('accept')}
        </Button>
        <Button variant="default" onClick={() => link.send({ type: 'chat-decline', chat: id })}>
          {say('decline')}
        </Button>
        {until !== undefined && (
          <Text size="sm" c="dimmed" className="tabular">
            {say('timeLeft', { seconds: Math.max(0, Math.ceil((until - now) / 1000)) })}
          </Text>
        )}
      </Group>
    </>
  );
}

function Talk({ chat, link }: ChatPanelProps) {
  const say = useChatTexts();
  const names = typists(chat);
  const isOver = chat.stage === 'ended';
  return (
    <>
      <ChatTranscript chat={chat} />
      <Text size="sm" c="dimmed" role="status" mih="1.4em">
        {isOver ? say('over') : names.length > 0 && say('typing', { names: names.join(', ') })}
      </Text>
      <ChatComposer chat={chat.id} link={link} isOver={isOver} />
    </>
  );
}
