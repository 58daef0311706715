import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { DesktopLink } from '../../../desktop/use-desktop.js';
import { useChatTexts } from './use-chat-texts.js';

/** Who has not touched a key for so long is not typing any more. */
const STILL_MS = 5_000;
const LONGEST = 16_000;

interface ChatComposerProps {
  chat: string;
  link: DesktopLink;
  /** Hidden then, with what is in the field: a chat may go on when the connection is back. */
  isOver: boolean;
}

/** Where the agent writes. The customer is told that the agent types; what could not be sent stays in the field. */
export function ChatComposer({ chat, link, isOver }: ChatComposerProps) {
  const say = useChatTexts();
  const [draft, setDraft] = useState('');
  const [isUnsent, setUnsent] = useState(false);
  const typing = useTyping(chat, link);
  const isEmpty = draft.trim() === '';
  const submit = () => {
    if (isEmpty) return;
    typing.stop();
    const isSent = link.send({ type: 'chat-message', chat, text: draft.trim() });
    setUnsent(!isSent);
    if (isSent) setDraft('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends the choice of Japanese characters.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      hidden={isOver}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="xs">
        <Textarea
          {...{ label: say('message'), description: say('messageHelp'), value: draft, maxLength: LONGEST }}
          {...{ autosize: true, minRows: 2, maxRows: 6, autoFocus: true, onKeyDown }}
          onChange={({ currentTarget: { value } }) => {
            setDraft(value);
            if (value.trim() === '') typing.stop();
            else typing.go();
          }}
          onBlur={typing.stop}
        />
        <Group justify="space-between">
          <Text size="sm" c="red" role="status">
            {isUnsent && say('notSent')}
          </Text>
          <Button type="submit" disabled={isEmpty}>
            {say('send')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Tells that the agent types, once when it begins and once when it ends. */
function useTyping(chat: string, link: DesktopLink): { go: () => void; stop: () => void } {
  const still = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tell = (typing: boolean) => link.send({ type: 'chat-typing', chat, typing });
  const stop = () => {
    if (still.current === undefined) return;
    clearTimeout(still.current);
    still.current = undefined;
    tell(false);
  };
  const go = () => {
    if (still.current === undefined) tell(true);
    clearTimeout(still.current);
    still.current = setTimeout(stop, STILL_MS);
  };
  useEffect(() => () => clearTimeout(still.current), []);
  return { go, stop };
}
